import { describe, expect, it } from "vitest";
import { howLong } from "./Moment";

const MINUTE = 60_000;

describe("how long ago, or until, something is", () => {
  it("is told in the unit that people would use", () => {
    expect(howLong(-20_000)).toBe("just now");
    expect(howLong(-5 * MINUTE)).toBe("5 minutes ago");
    expect(howLong(3 * 60 * MINUTE)).toBe("in 3 hours");
    expect(howLong(24 * 60 * MINUTE)).toBe("tomorrow");
    expect(howLong(-12 * 24 * 60 * MINUTE)).toBe("12 days ago");
  });
});
