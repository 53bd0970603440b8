// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import type { Session } from "../api/types";
import { keepDraft } from "../drafts/drafts";
import { sameAs, seenFor } from "./useSeen";

function session(part: Partial<Session>): Session {
  return { id: 7, status: "draft", current_step: 1, note: "as it was", ...part } as Session;
}

afterEach(() => {
  sessionStorage.clear();
});

describe("what somebody decides from", () => {
  const shown = { session: session({}), etag: '"7.1.0"' };

  it("gets the tag of the lock that they took", () => {
    const claimed = { session: session({ locked_by_user_id: 1 }), etag: '"7.2.9"' };

    expect(sameAs(shown, claimed)).toBe(claimed);
  });

  it("stays what the form was filled from if a colleague changed it just before", () => {
    expect(sameAs(shown, { session: session({ note: "a colleague's" }), etag: '"7.2.9"' })).toBe(shown);
  });

  it("comes back with the draft that was typed from it", () => {
    keepDraft("note.1.7", { note: "half a sen" });
    keepDraft("note.1.7.seen", shown);

    expect(seenFor("note.1.7", 7)).toEqual(shown);
    expect(seenFor("note.1.7", 8)).toBeNull();
  });

  it("is what is there now for who begins anew", () => {
    keepDraft("note.1.7.seen", shown);

    expect(seenFor("note.1.7", 7)).toBeNull();
  });
});
