import { describe, expect, it } from "vitest";
import type { Session } from "../api/types";
import { isAsSeen, mayDecideForOthers, mayTakeOver, whyNotEdit } from "./editing";

const ME = 3;

function session(part: Partial<Session> = {}): Session {
  return { id: 1, version: 4, current_step: 2, note: null, assigned_to_user_id: 5, ...part } as Session;
}

describe("a session that changed in the meantime", () => {
  it("is as it was seen when only the lock went from hand to hand", () => {
    expect(isAsSeen(session(), session({ version: 5, locked_by_user_id: 2 }))).toBe(true);
  });

  it("is another one when anything changed that people decide from", () => {
    expect(isAsSeen(session(), session({ note: "Wait." }))).toBe(false);
    expect(isAsSeen(session(), session({ current_step: 3 }))).toBe(false);
    expect(isAsSeen(session(), session({ id: 2 }))).toBe(false);
  });
});

describe("who may do what", () => {
  it("lets a manager and the assignee take over, and no other operator", () => {
    expect(mayTakeOver({ role: "manager", me: ME, session: session() })).toBe(true);
    expect(mayTakeOver({ role: "operator", me: 5, session: session() })).toBe(true);
    expect(mayTakeOver({ role: "operator", me: ME, session: session() })).toBe(false);
  });

  it("lets whoever holds the lock decide for others", () => {
    const held = session({ locked_by_user_id: ME, locked_until: "2999-01-01T00:00:00Z" });

    expect(mayDecideForOthers({ role: "operator", me: ME, session: held })).toBe(true);
    expect(mayDecideForOthers({ role: "readonly", me: ME, session: held })).toBe(false);
  });

  it("says why the session cannot be changed, and nothing where it can", () => {
    expect(whyNotEdit({ role: "operator", holder: null, me: ME })).toBeNull();
    expect(whyNotEdit({ role: "operator", holder: ME, me: ME })).toBeNull();
    expect(whyNotEdit({ role: "operator", holder: 2, me: ME })).toContain("User 2");
    expect(whyNotEdit({ role: "readonly", holder: null, me: ME })).toContain("operator");
  });
});
