import { describe, expect, it } from "vitest";
import { en } from "./en";

const SOURCES = Object.entries(
  import.meta.glob<string>(["../**/*.{ts,tsx}", "!./en.ts", "!../**/*.test.*", "!../api/schema.d.ts"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
);

/** Rooms of the catalogue whose names the API chooses. */
const ROOMS = ["acts", "area", "field", "reason", "role", "run", "status", "step", "task"];

describe("the catalogue", () => {
  it("has no text that the page never says", () => {
    const text = SOURCES.map(([, source]) => source).join("\n");
    const begun = [...text.matchAll(/\bt\(\s*`([a-z.]+)\$/g)].map((match) => match[1] ?? "");

    const unsaid = Object.keys(en).filter(
      (key) =>
        !text.includes(`"${key.split("#")[0] ?? key}"`) &&
        !ROOMS.includes(key.split(".")[0] ?? "") &&
        !begun.some((beginning) => key.startsWith(beginning)),
    );

    expect(unsaid).toEqual([]);
  });

  it("has all that the page says: no words stand in a component", () => {
    const words = />\s*[A-Z][a-z]+ [a-z]+[^<>{}=]*</;

    const said = SOURCES.filter(([name, source]) => name.endsWith(".tsx") && words.test(source)).map(([name]) => name);

    expect(said).toEqual([]);
  });
});
