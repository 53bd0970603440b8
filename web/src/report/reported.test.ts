import { describe, expect, it } from "vitest";
import type { Evidence, Session } from "../api/types";
import { isOf, originOf } from "./reported";

describe("a report", () => {
  const session = { id: 7, provider_connection_id: 102 } as Session;
  const piece = (part: Partial<Evidence>) => ({ onboarding_session_id: 7, provider_connection_id: 102, ...part }) as Evidence;

  it("of an onboarding that was given up tells what was found in it", () => {
    expect(isOf(session, piece({}))).toBe(true);
    expect(isOf(session, piece({ onboarding_session_id: 6 }))).toBe(false);
  });

  it("tells nothing of a connection that was given up", () => {
    expect(isOf(session, piece({ provider_connection_id: 101 }))).toBe(false);
    expect(isOf({ ...session, provider_connection_id: null }, piece({ provider_connection_id: 101 }))).toBe(true);
  });

  it("says where it was found what did not come of this onboarding", () => {
    const origins = [7, 6, null].map((id) => originOf(session, piece({ onboarding_session_id: id })));

    expect(origins).toEqual(["own", "earlier", "between"]);
  });
});
