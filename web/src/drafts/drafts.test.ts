// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from "vitest";
import { dropAllDrafts, dropDraft, keepDraft, readDraft } from "./drafts";

afterEach(() => {
  sessionStorage.clear();
});

describe("a draft", () => {
  it("is there again for who comes back", () => {
    keepDraft("note.1", { note: "half a sen" });

    expect(readDraft("note.1")).toEqual({ note: "half a sen" });
  });

  it("is gone once it was sent", () => {
    keepDraft("note.1", "x");

    dropDraft("note.1");

    expect(readDraft("note.1")).toBeNull();
  });

  it("is no draft if it cannot be read", () => {
    sessionStorage.setItem("draft.note.1", "{");

    expect(readDraft("note.1")).toBeNull();
  });

  it("goes with its writer, and takes nothing else along", () => {
    keepDraft("note.1", "x");
    sessionStorage.setItem("signing-in.abc", "y");

    dropAllDrafts();

    expect(readDraft("note.1")).toBeNull();
    expect(sessionStorage.getItem("signing-in.abc")).toBe("y");
  });
});
