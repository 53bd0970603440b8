import { describe, expect, it } from "vitest";
import { covers, nextCursor } from "./calls";

describe("a page of a list", () => {
  it("names the cursor of the next one", () => {
    expect(nextCursor('</onboarding/sessions?limit=100&cursor=abc%3D>; rel="next"')).toBe("abc=");
  });

  it("is the last one if it names none", () => {
    expect(nextCursor(null)).toBeNull();
    expect(nextCursor('</docs>; rel="describedby"')).toBeNull();
  });

  it("is followed by what says so, whatever else it links to", () => {
    expect(nextCursor('</docs>; rel="describedby", </a?cursor=x>; rel="next"')).toBe("x");
  });
});

describe("a role", () => {
  it("covers itself and those before it", () => {
    expect(covers("manager", "operator")).toBe(true);
    expect(covers("operator", "operator")).toBe(true);
    expect(covers("readonly", "operator")).toBe(false);
  });

  it("that is not known covers nothing", () => {
    expect(covers(undefined, "readonly")).toBe(false);
  });
});
