import { describe, expect, it } from "vitest";
import { count, named, t } from "./translate";

describe("what the page says", () => {
  it("has its values put in", () => {
    expect(t("because", { task: "Intune", why: "disabled" })).toBe("Intune: disabled");
  });

  it("leaves braces alone that stand in a value", () => {
    expect(t("because", { task: "{why}", why: "x" })).toBe("{why}: x");
  });

  it("counts in the forms of the language", () => {
    expect(count("queue.found", 1)).toBe("1 tenant found");
    expect(count("queue.found", 2)).toBe("2 tenants found");
  });

  it("shows a name of a later version as it is", () => {
    expect(named("reason", "moon_too_bright")).toBe("moon too bright");
  });
});
