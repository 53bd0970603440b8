import { describe, expect, it } from "vitest";
import { areasOf } from "./areas";

describe("the areas of an inventory", () => {
  it("are read with what kept them from being read whole", () => {
    const payload = { version: 1, areas: [{ area: "mobileApps", items: 3, reason_code: "permission_missing", permissions: ["A"] }] };

    expect(areasOf(payload)).toEqual([
      { area: "mobileApps", items: 3, newest_change: null, reason_code: "permission_missing", permissions: ["A"] },
    ]);
  });

  it("are none in what Microsoft refused to answer", () => {
    expect(areasOf({ version: 1, http_status: 403, error_numbers: [] })).toEqual([]);
  });
});
