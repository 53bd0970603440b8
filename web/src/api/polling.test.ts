import { describe, expect, it } from "vitest";
import { every } from "./polling";
import { Problem, Unreachable } from "./problems";

function failed(error: Error, times: number) {
  return { error: error as never, fetchFailureCount: times };
}

describe("what is shown", () => {
  it("is asked again as often as it can change", () => {
    expect(every(4_000, { error: null, fetchFailureCount: 0 })).toBe(4_000);
  });

  it("is asked again no sooner than whoever refused said", () => {
    const busy = new Problem(503, "unavailable", "Busy.", null, 30, {});

    expect(every(4_000, failed(busy, 1))).toBe(30_000);
  });

  it("is asked less and less often while nobody answers, but once a minute", () => {
    expect(every(4_000, failed(new Unreachable(), 1))).toBe(8_000);
    expect(every(4_000, failed(new Unreachable(), 2))).toBe(16_000);
    expect(every(4_000, failed(new Unreachable(), 9))).toBe(60_000);
  });
});
