import { describe, expect, it } from "vitest";
import type { Evidence } from "../api/types";
import { joined } from "./joined";

const pieces = (...ids: number[]) => ids.map((id) => ({ id }) as Evidence);
const ids = (all: Evidence[] | null) => all?.map((each) => each.id) ?? null;

describe("a timeline that is looked at again", () => {
  it("shows what came since before what was loaded, each once", () => {
    expect(ids(joined({ items: pieces(9, 8, 7), next: "c" }, pieces(8, 7, 6, 5)))).toEqual([9, 8, 7, 6, 5]);
  });

  it("takes in what was recorded late, between two that were there", () => {
    expect(ids(joined({ items: pieces(9, 8, 7), next: "c" }, pieces(9, 7, 6)))).toEqual([9, 8, 7, 6]);
  });

  it("keeps what was loaded after the first page was looked at last", () => {
    expect(ids(joined({ items: pieces(8, 7), next: "c" }, pieces(10, 9, 8, 7, 6)))).toEqual([10, 9, 8, 7, 6]);
  });

  it("is what was loaded until it is looked at again, or while there is nothing", () => {
    expect(ids(joined(undefined, pieces(3, 2)))).toEqual([3, 2]);
    expect(ids(joined({ items: [], next: null }, []))).toEqual([]);
    expect(ids(joined({ items: pieces(1), next: null }, []))).toEqual([1]);
  });

  it("does not hide that something may lie between", () => {
    expect(joined({ items: pieces(99, 98), next: "c" }, pieces(8, 7))).toBeNull();
  });
});
