import { describe, expect, it } from "vitest";
import { dayOf, startOfDay } from "./days";

describe("a day", () => {
  it("is the same day when it comes back from the API", () => {
    const kept = startOfDay("2026-12-03");

    expect(dayOf(kept)).toBe("2026-12-03");
  });

  it("that is none is no moment", () => {
    expect(startOfDay("")).toBeNull();
    expect(startOfDay("3 December")).toBeNull();
  });
});
