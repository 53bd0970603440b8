/** What everything that changes the session needs: what there is, who may change it, and the one way to do it. */

import { createContext, useContext } from "react";
import { covers } from "../api/calls";
import type { Role, Session, SessionEdit } from "../api/types";
import { nameOf } from "../signin/who";
import { named, t } from "../text/translate";
import { holderOf } from "./lock";

/** A session as somebody saw it, and the tag that names it. */
export interface Seen {
  session: Session;
  etag: string | null;
}

export interface Editing extends Seen {
  tenantId: number;
  me: number | null;
  role: Role | undefined;
  /** Who holds the lock. */
  holder: number | null;
  pending: boolean;
  /**
   * Makes *edit*, decided from *seen* (by default what is shown). Answers the session as it is then, or null if
   * it had changed in the meantime and was left as it is.
   */
  edit: (edit: SessionEdit, seen?: Seen) => Promise<Session | null>;
  /** Takes the lock if it is free, for somebody who begins to decide something; answers what there is then. */
  claim: () => Promise<Seen>;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const editing = useContext(EditingContext);
  if (!editing) throw new Error("there is no session around this");
  return editing;
}

/** What somebody decides from; who holds the lock is told elsewhere, and is no reason to decide otherwise. */
export const DECIDED_FROM = [
  "status",
  "current_step",
  "assigned_to_user_id",
  "provider_connection_id",
  "note",
  "waiting_until",
] as const satisfies (keyof Session)[];

export function isAsSeen(seen: Session, current: Session): boolean {
  return seen.id === current.id && DECIDED_FROM.every((field) => seen[field] === current[field]);
}

/** Why the session cannot be changed by who is signed in; null if it can. */
export function whyNotEdit({ role, holder, me }: Pick<Editing, "role" | "holder" | "me">): string | null {
  if (!covers(role, "operator")) return whyNotRole(role, "operator");
  if (holder !== null && holder !== me) return t("needlock.other", { who: nameOf(holder, me) });
  return null;
}

export function whyNotRole(role: Role | undefined, least: Role): string | null {
  if (covers(role, least)) return null;
  return t("needrole", { role: named("role", least), mine: role ? named("role", role) : "–" });
}

export function mayTakeOver({ role, me, session }: Pick<Editing, "role" | "me" | "session">): boolean {
  return covers(role, "manager") || (covers(role, "operator") && me !== null && session.assigned_to_user_id === me);
}

/** Who may assign others and abandon: a manager, the assignee, or who holds the lock. */
export function mayDecideForOthers(editing: Pick<Editing, "role" | "me" | "session">): boolean {
  return mayTakeOver(editing) || (covers(editing.role, "operator") && holderOf(editing.session) === editing.me);
}
