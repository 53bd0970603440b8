/** A timeline that only grows at its newer end: what was loaded stays as it is, and what came since is put before it. */

import type { Page } from "../api/calls";
import type { Evidence } from "../api/types";

/**
 * Puts *newest*, the first page as it is now, before what was *loaded*, newest first. Null where something may lie
 * between the two, so that all has to be loaded anew.
 */
export function joined(newest: Page<Evidence> | undefined, loaded: readonly Evidence[]): Evidence[] | null {
  const [latest, oldest] = [newest?.items[0], newest?.items.at(-1)];
  if (!newest || !latest || !oldest) return [...loaded];
  const meets = newest.next === null || loaded.some((each) => each.id >= oldest.id);
  // What was loaded after the last look at the first page may be newer than all of that.
  const [newer, older] = [loaded.filter((each) => each.id > latest.id), loaded.filter((each) => each.id < oldest.id)];
  return meets ? [...newer, ...newest.items, ...older] : null;
}
