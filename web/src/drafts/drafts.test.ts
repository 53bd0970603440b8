// @vitest-environment happy-dom
import { act, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { dropAllDrafts, dropDraft, keepDraft, readDraft, useDraft } from "./drafts";

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

describe("the state of a form", () => {
  it("keeps what was typed while an answer was on its way", () => {
    const { result } = renderHook(() => useDraft("connection.1", () => ({ client: "", entra: "" })));
    const [, change] = result.current;

    act(() => {
      change((now) => ({ ...now, client: "typed" }));
    });
    act(() => {
      change((now) => ({ ...now, entra: "answered" }));
    });

    expect(result.current[0]).toEqual({ client: "typed", entra: "answered" });
    expect(readDraft("connection.1")).toEqual({ client: "typed", entra: "answered" });
  });
});
