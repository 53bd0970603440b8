/** Looks up what the page says. The catalogue decides which keys there are and which values each one needs. */

import { en } from "./en";

export type Key = keyof typeof en;
type Named<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;
type Values<K extends Key> = Record<Named<(typeof en)[K]>, string | number>;
type Given<K extends Key> = [Named<(typeof en)[K]>] extends [never] ? [] : [Values<K>];

const LANGUAGE = "en";
const plurals = new Intl.PluralRules(LANGUAGE);

export function t<K extends Key>(key: K, ...given: Given<K>): string {
  return filled(en[key], (given[0] ?? {}) as Record<string, string | number>);
}

type Counted = Key extends infer K ? (K extends `${infer Stem}#other` ? Stem : never) : never;

/** Says something of *n* things, in the form that the language has for so many. */
export function count(stem: Counted, n: number): string {
  const form = `${stem}#${plurals.select(n)}` as Key;
  return filled(form in en ? en[form] : en[`${stem}#other` as Key], { n: n.toLocaleString(LANGUAGE) });
}

/** Looks up a name that the API chose from a closed set; one that only a later version knows is shown as it is. */
export function named(room: "task" | "reason" | "status" | "run" | "role" | "step" | "area" | "acts" | "field", name: string): string {
  const key = `${room}.${name}`;
  return key in en ? en[key as Key] : name.replaceAll("_", " ");
}

function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
