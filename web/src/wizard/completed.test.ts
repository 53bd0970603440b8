import { describe, expect, it } from "vitest";
import type { Session } from "../api/types";
import { completedOf } from "./completed";

const LAST = { session_id: 7, at: "2026-11-02T08:00:00Z", by_user_id: 2 };

function closed(id: number, status: Session["status"], at: string): Session {
  return { id, status, closed_at: at } as Session;
}

describe("what a tenant's onboarding came to", () => {
  it("is told with who completed it", () => {
    expect(completedOf({ last_completed: LAST }, [])).toEqual({ sessionId: 7, at: LAST.at, by: 2 });
  });

  it("outlives a later onboarding that was given up", () => {
    const past = [closed(8, "abandoned", "2026-11-03T08:00:00Z"), closed(7, "completed", LAST.at)];

    expect(completedOf({ last_completed: LAST }, past)).toEqual({ sessionId: 7, at: LAST.at, by: 2 });
  });

  it("is told by the sessions where the queue does not say, or not yet", () => {
    const past = [closed(9, "completed", "2026-11-04T08:00:00Z")];

    expect(completedOf({ last_completed: null }, past)).toEqual({ sessionId: 9, at: "2026-11-04T08:00:00Z", by: null });
    expect(completedOf({ last_completed: LAST }, past)?.sessionId).toBe(9);
    expect(completedOf(undefined, past)?.sessionId).toBe(9);
  });

  it("is nothing where none was completed", () => {
    expect(completedOf({ last_completed: null }, [closed(8, "abandoned", "2026-11-03T08:00:00Z")])).toBeNull();
  });
});
