import { describe, expect, it } from "vitest";
import type { Session } from "../api/types";
import { beatEvery, holderOf, lostBetween, newer } from "./lock";

const ME = 3;
const NOW = Date.parse("2026-11-28T08:00:00Z");

function session(lockedBy: number | null, part: Partial<Session> = {}): Session {
  return {
    id: 1,
    locked_by_user_id: lockedBy,
    locked_until: lockedBy === null ? null : "2026-11-28T08:10:00Z",
    ...part,
  } as Session;
}

describe("the edit lock", () => {
  it("is held until its end, and at that very moment no more", () => {
    expect(holderOf(session(ME), NOW)).toBe(ME);
    expect(holderOf(session(ME), Date.parse("2026-11-28T08:10:00Z"))).toBeNull();
  });

  it("is lost to whoever has it at the next look", () => {
    expect(lostBetween(session(ME), session(5), ME, false)).toEqual({ by: 5 });
  });

  it("is lost to nobody when it ended by itself", () => {
    expect(lostBetween(session(ME), session(null), ME, false)).toEqual({ by: null });
  });

  it("is not lost by who gave it away", () => {
    expect(lostBetween(session(ME), session(null), ME, true)).toBeNull();
  });

  it("is not lost by who never had it", () => {
    expect(lostBetween(session(5), session(2), ME, false)).toBeNull();
    expect(lostBetween(null, session(5), ME, false)).toBeNull();
  });

  it("is another one in another session", () => {
    expect(lostBetween(session(ME), session(5, { id: 2 }), ME, false)).toBeNull();
  });
});

describe("the heartbeat", () => {
  it("beats often enough that one may be missed before a renewal is due", () => {
    expect(beatEvery(30_000)).toBe(10_000);
  });

  it("beats no more often than every second and no more seldom than every minute", () => {
    expect(beatEvery(-5_000)).toBe(1_000);
    expect(beatEvery(900_000)).toBe(60_000);
  });
});

describe("what a heartbeat answered", () => {
  const tagged = (version: number) => ({ value: session(ME, { version }), etag: `"1.${version}.0"` });

  it("is shown, for it says until when the lock is held", () => {
    const answered = tagged(2);

    expect(newer(tagged(2), answered)).toBe(answered);
  });

  it("is nothing to go back to once a change has overtaken it", () => {
    const [shown, closed] = [tagged(3), { value: null, etag: null }];

    expect(newer(shown, tagged(2))).toBe(shown);
    expect(newer(closed, tagged(2))).toBe(closed);
  });
});
