/** Who holds the edit lock, as far as the page knows. */

import { serverNow } from "../api/clock";
import type { Tagged } from "../api/calls";
import type { Session } from "../api/types";

/** Who holds *session*'s lock at this moment; one that has run out is nobody's. */
export function holderOf(session: Session, now = serverNow()): number | null {
  const { locked_by_user_id: user, locked_until: until } = session;
  return user !== null && until !== null && Date.parse(until) > now ? user : null;
}

/** How the lock was lost: who has it now, or null if it ended by itself. */
export type Lost = { by: number | null };

/**
 * Tells whether *me* lost the lock between two looks at a session. Giving it away is not losing it: *gaveUp* says that
 * the page itself has just done so.
 */
export function lostBetween(before: Session | null, after: Session | null, me: number | null, gaveUp: boolean): Lost | null {
  if (me === null || !before || !after || before.id !== after.id || gaveUp) return null;
  // By the time of either look, not by now: it may have run out since the first.
  const had = before.locked_by_user_id === me;
  const has = after.locked_by_user_id === me;
  return had && !has ? { by: after.locked_by_user_id } : null;
}

/** Of what is shown and what a heartbeat answered, whichever is newer: a change may have overtaken it on its way. */
export function newer(shown: Tagged<Session | null> | undefined, answered: Tagged<Session>): Tagged<Session | null> | undefined {
  if (!shown?.value) return shown;
  return shown.value.id === answered.value.id && shown.value.version > answered.value.version ? shown : answered;
}

const OFTEN = 1_000;
const SELDOM = 60_000;
const THIRD = 3;

/** Milliseconds between two heartbeats for a lock with *left* to go: so that one may be missed without losing it. */
export function beatEvery(left: number): number {
  return Math.min(SELDOM, Math.max(OFTEN, left / THIRD));
}
