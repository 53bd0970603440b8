import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { beginsADay, dayOf, startOfDay } from "./days";

function being(where: string): void {
  vi.stubEnv("TZ", where);
}

beforeEach(() => {
  being("Europe/Berlin");
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a day", () => {
  it.each(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"])("is the same day when it comes back from the API, in %s", (where) => {
    being(where);

    const kept = startOfDay("2026-12-03");

    expect(dayOf(kept)).toBe("2026-12-03");
  });

  it("is kept as the moment in which it begins where it was chosen", () => {
    expect(startOfDay("2026-12-03")).toBe("2026-12-02T23:00:00.000Z");
  });

  it("that was chosen elsewhere is shown with its time of day", () => {
    const kept = startOfDay("2026-12-03") ?? "";
    expect(beginsADay(kept)).toBe(true);

    being("America/New_York");

    expect([beginsADay(kept), dayOf(kept)]).toEqual([false, "2026-12-02"]);
  });

  it("that somebody gave a time of day keeps it", () => {
    expect(beginsADay("2026-12-03T09:30:00Z")).toBe(false);
  });

  it("that is none is no moment", () => {
    expect(["", "3 December", "2026-02-30", "2026-13-01"].map(startOfDay)).toEqual([null, null, null, null]);
  });
});
