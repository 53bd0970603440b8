/** Which of my tenants are shown and in which order; all of it is in the URL, so that a view can be kept and sent. */

import type { ActsNext, Standing, Step } from "../api/types";

export const ORDERS = ["pressing", "tenant", "step", "changed", "waiting", "credential"] as const;
export type Order = (typeof ORDERS)[number];

export const ASSIGNED = ["anyone", "me", "nobody", "others"] as const;
export type Assigned = (typeof ASSIGNED)[number];

/** Where a tenant stands: at a step of its open session, else completed, else never begun or left again (`none`). */
export type Place = Step | "completed" | "none";

export const PLACES: readonly Place[] = [1, 2, 3, 4, 5, "completed", "none"];

export interface View {
  text: string;
  acts: ActsNext | null;
  place: Place | null;
  assigned: Assigned;
  order: Order;
  descending: boolean;
}

const ACTS: readonly ActsNext[] = ["us", "customer", "microsoft", "nobody"];

export function readView(query: URLSearchParams): View {
  const step = query.get("step");
  // What was sent to a colleague before there was `completed` still shows what it did.
  const place = step === "0" ? "none" : step;
  return {
    text: query.get("q") ?? "",
    acts: oneOf(ACTS, query.get("acts")) ?? null,
    place: PLACES.find((each) => String(each) === place) ?? null,
    assigned: oneOf(ASSIGNED, query.get("assigned")) ?? "anyone",
    order: oneOf(ORDERS, query.get("sort")) ?? "pressing",
    descending: query.get("desc") === "1",
  };
}

/** Writes only what differs from what is shown without being asked. */
export function writeView(view: View): URLSearchParams {
  const query = new URLSearchParams();
  if (view.text) query.set("q", view.text);
  if (view.acts) query.set("acts", view.acts);
  if (view.place !== null) query.set("step", String(view.place));
  if (view.assigned !== "anyone") query.set("assigned", view.assigned);
  if (view.order !== "pressing") query.set("sort", view.order);
  if (view.descending) query.set("desc", "1");
  return query;
}

export function placeOf({ session, last_completed: last }: Standing): Place {
  if (session) return session.current_step;
  return last ? "completed" : "none";
}

/** What *view* shows of *standings*, in its order; *saidOf* is everything that a row says. */
export function viewed(
  standings: readonly Standing[],
  view: View,
  me: number | null,
  saidOf: (standing: Standing) => string,
): Standing[] {
  const words = view.text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = standings.filter(
    (each) =>
      (view.acts === null || each.acts_next === view.acts) &&
      (view.place === null || placeOf(each) === view.place) &&
      isAssigned(each, view.assigned, me) &&
      words.every((word) => saidOf(each).toLowerCase().includes(word)),
  );
  const way = view.descending ? -1 : 1;
  return shown.sort((one, other) => {
    const before = COMPARED[view.order](one, other);
    // What there is nothing to order by comes last, and equals stand by the name, whichever way the order goes.
    if (!Number.isFinite(before)) return before;
    return before === 0 ? byName(one, other) : before * way;
  });
}

function isAssigned(standing: Standing, assigned: Assigned, me: number | null): boolean {
  if (assigned === "anyone") return true;
  const user = standing.session?.assigned_to_user_id ?? null;
  if (assigned === "nobody") return user === null;
  return assigned === "me" ? user !== null && user === me : user !== null && user !== me;
}

type Compared = (one: Standing, other: Standing) => number;

function byName(one: Standing, other: Standing): number {
  return one.tenant.name.localeCompare(other.tenant.name, undefined, { numeric: true }) || one.tenant.id - other.tenant.id;
}

/** Nothing comes last. */
function byMoment(of: (standing: Standing) => string | null | undefined): Compared {
  const at = (standing: Standing) => Date.parse(of(standing) ?? "") || Infinity;
  return (one, other) => {
    const [first, second] = [at(one), at(other)];
    return first === second ? 0 : first - second;
  };
}

const COMPARED: Record<Order, Compared> = {
  tenant: byName,
  // Who was never begun comes before the first step, and who is through after the last.
  step: (one, other) => far(one) - far(other),
  changed: byMoment(changedAt),
  waiting: byMoment((each) => each.session?.waiting_until),
  credential: byMoment((each) => each.credential_expires_at),
  // What we can do something about, and of that what has lain longest; what has no open session comes last.
  pressing: (one, other) =>
    pressure(one) - pressure(other) || byMoment(changedAt)(one, other),
};

function far(standing: Standing): number {
  const place = placeOf(standing);
  return place === "none" ? 0 : PLACES.indexOf(place) + 1;
}

/** When anything last changed that the queue tells of. */
export function changedAt({ session, last_completed: last }: Standing): string | undefined {
  return session?.updated_at ?? last?.at;
}

function pressure(standing: Standing): number {
  return ACTS.indexOf(standing.acts_next) + (standing.session ? 0 : ACTS.length);
}

export function countActs(standings: readonly Standing[]): Record<ActsNext, number> {
  const counted: Record<ActsNext, number> = { us: 0, customer: 0, microsoft: 0, nobody: 0 };
  for (const each of standings) counted[each.acts_next] += 1;
  return counted;
}

function oneOf<T extends string>(all: readonly T[], value: string | null): T | undefined {
  return all.find((each) => each === value);
}
