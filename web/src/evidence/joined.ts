/** A timeline that only grows at its newer end: what was loaded stays as it is, and what came since is put before it. */

import type { Page } from "../api/calls";
import type { Evidence } from "../api/types";

/**
 * Puts *newest*, the first page as it is now, before what was *loaded*, newest first. Null where something may lie
 * between the two, so that all has to be loaded anew.
 */
export function joined(newest: Page<Evidence> | undefined, loaded: readonly Evidence[]): Evidence[] | null {
  const oldest = newest?.items.at(-1);
  if (!newest || !oldest) return [...loaded];
  const meets = newest.next === null || loaded.some((each) => each.id >= oldest.id);
  return meets ? [...newest.items, ...loaded.filter((each) => each.id < oldest.id)] : null;
}
