/** What changed between any two findings of one task: the API tells it of neighbours, this of any two alike. */

import type { Evidence } from "../api/types";

export interface Change {
  /** The field, with the thing that it belongs to: `areas.mobileApps.items`. */
  name: string;
  kind: "appeared" | "went" | "changed";
  before?: unknown;
  after?: unknown;
}

/** Lists of things, by what each thing is called. */
const NAMED_BY: Record<string, string> = { skus: "sku", areas: "area" };

/** What differs from run to run and says nothing about the tenant. */
const NO_CHANGE = new Set(["version", "answered_in_ms", "request_id"]);

type Fields = Record<string, unknown>;

export function compared(older: Evidence, newer: Evidence): Change[] {
  // Fields of a refusal may be called like those of a finding, and mean something else.
  if (isRefusal(older) !== isRefusal(newer)) return [];
  return changes(older.payload, newer.payload, "");
}

function isRefusal({ payload }: Evidence): boolean {
  return "error_numbers" in payload;
}

function changes(before: Fields, after: Fields, within: string): Change[] {
  // A field that only one of them has belongs to another version of the payload: nothing appeared or went.
  const fields = Object.keys(before).filter((field) => field in after && !NO_CHANGE.has(field));
  return fields.sort().flatMap((field): Change[] => {
    const [old, now, name] = [before[field], after[field], within + field];
    if (same(old, now)) return [];
    if (Array.isArray(old) && Array.isArray(now)) return changesOfLists(name, old, now, NAMED_BY[field]);
    return [{ name, kind: "changed", before: old, after: now }];
  });
}

function changesOfLists(name: string, before: unknown[], after: unknown[], namedBy: string | undefined): Change[] {
  const [old, now] = [byName(before, namedBy), byName(after, namedBy)];
  const appeared = [...now.keys()].filter((each) => !old.has(each)).sort();
  const went = [...old.keys()].filter((each) => !now.has(each)).sort();
  const stayed = namedBy ? [...now.keys()].filter((each) => old.has(each)).sort() : [];
  return [
    ...appeared.map((each): Change => ({ name, kind: "appeared", after: each })),
    ...went.map((each): Change => ({ name, kind: "went", before: each })),
    ...stayed.flatMap((each) => changes(old.get(each) as Fields, now.get(each) as Fields, `${name}.${each}.`)),
  ];
}

function byName(things: unknown[], namedBy: string | undefined): Map<string, unknown> {
  return new Map(things.map((each) => [String(namedBy ? (each as Fields)[namedBy] : each), each]));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
