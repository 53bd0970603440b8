/** When a tenant's onboarding was completed last, by what the queue says or, where it says nothing, by its sessions. */

import type { Session, Standing } from "../api/types";

export interface Completed {
  sessionId: number;
  at: string;
  /** Null where only the session itself tells: it does not say who completed it. */
  by: number | null;
}

/** *past* is newest first; of a completion a moment ago it may know before the queue does. */
export function completedOf(standing: Pick<Standing, "last_completed"> | undefined, past: readonly Session[]): Completed | null {
  const told = standing?.last_completed ?? null;
  const last = past.find((each) => each.status === "completed");
  if (last?.closed_at && (told === null || Date.parse(last.closed_at) > Date.parse(told.at))) {
    return { sessionId: last.id, at: last.closed_at, by: null };
  }
  return told && { sessionId: told.session_id, at: told.at, by: told.by_user_id };
}
