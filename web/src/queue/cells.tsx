/** What a row says of a tenant, piece by piece; the table and the cards are made of the same. */

import Badge from "@cloudscape-design/components/badge";
import Icon from "@cloudscape-design/components/icon";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { PageLink } from "../app/following";
import { serverNow } from "../api/clock";
import type { ActsNext, Standing } from "../api/types";
import { nameOf } from "../signin/who";
import { Moment } from "../text/Moment";
import { count, named, t } from "../text/translate";
import { changedAt, placeOf, type Place } from "./view";

const SOON = 30 * 86_400_000;
const MOST_REASONS = 2;
const LONGEST_NOTE = 140;

const COLOURS = { us: "blue", customer: "severity-medium", microsoft: "severity-low" } as const satisfies Partial<Record<ActsNext, string>>;

export function TenantName({ standing }: { standing: Standing }) {
  return (
    <>
      <PageLink to={`/tenants/${standing.tenant.id}`} fontSize="body-m">
        {standing.tenant.name}
      </PageLink>
      <div className="aside">{t("queue.tenant.aside", { id: standing.tenant.id, role: named("role", standing.role) })}</div>
    </>
  );
}

export function saidPlace(place: Place): string {
  if (place === "completed") return named("status", place);
  return place === "none" ? t("queue.step.none") : t("queue.step", { step: place, name: named("step", String(place)) });
}

export function StepReached({ standing }: { standing: Standing }) {
  const place = placeOf(standing);
  const last = standing.last_completed;
  return (
    <>
      {place === "completed" ? (
        <StatusIndicator type="success">{saidPlace(place)}</StatusIndicator>
      ) : (
        <div>{saidPlace(place)}</div>
      )}
      {last && (
        <div className="aside">
          {place !== "completed" && `${t("queue.before")} `}
          <Moment at={last.at} style="date" />
        </div>
      )}
      {standing.active_runs.length > 0 && (
        <StatusIndicator type="in-progress">
          {t("queue.running", { tasks: standing.active_runs.map((task) => named("task", task)).join(", ") })}
        </StatusIndicator>
      )}
      {standing.drifted && <StatusIndicator type="warning">{t("queue.drifted")}</StatusIndicator>}
    </>
  );
}

export function ActsNextAndWhy({ standing }: { standing: Standing }) {
  const reasons = standing.because.slice(0, MOST_REASONS);
  const more = standing.because.length - reasons.length;
  return (
    <>
      {standing.acts_next === "nobody" ? (
        <span className="nobody">{named("acts", standing.acts_next)}</span>
      ) : (
        <Badge color={COLOURS[standing.acts_next]}>{named("acts", standing.acts_next)}</Badge>
      )}
      {reasons.map((each) => (
        <div className="aside" key={each.task_type}>
          {because(each)}
        </div>
      ))}
      {more > 0 && <div className="aside">{count("queue.more", more)}</div>}
    </>
  );
}

export function because({ task_type, reason_code, status }: Standing["because"][number]): string {
  const why = reason_code ? named("reason", reason_code) : named("status", status);
  return task_type ? t("because", { task: named("task", task_type), why }) : why;
}

export function NoteAndWaiting({ standing }: { standing: Standing }) {
  const { note, waiting_until } = standing.session ?? {};
  if (!note && !waiting_until) return <Nothing />;
  const isOver = waiting_until ? Date.parse(waiting_until) <= serverNow() : false;
  return (
    <>
      {note && <div className="note-text">{note.length > LONGEST_NOTE ? `${note.slice(0, LONGEST_NOTE)}…` : note}</div>}
      {waiting_until && (
        <div className="aside">
          {isOver ? (
            <StatusIndicator type="warning">{t("queue.waited")}</StatusIndicator>
          ) : (
            <Icon name="calendar" size="small" />
          )}{" "}
          {t("queue.until")} <Moment at={waiting_until} style="day" />
        </div>
      )}
    </>
  );
}

export function People({ standing, me }: { standing: Standing; me: number | null }) {
  const { session } = standing;
  if (!session) return <Nothing />;
  return (
    <>
      <div>{nameOf(session.assigned_to_user_id, me)}</div>
      {session.locked_by_user_id !== null && session.locked_until !== null && (
        <div className="aside">
          <Icon name="lock-private" size="small" />{" "}
          {t("queue.editing", { who: nameOf(session.locked_by_user_id, me) })}{" "}
          <Moment at={session.locked_until} style="clock" />
        </div>
      )}
    </>
  );
}

export function CredentialEnd({ standing }: { standing: Standing }) {
  const at = standing.credential_expires_at;
  if (!at) return <Nothing />;
  const left = Date.parse(at) - serverNow();
  if (left > SOON) return <Moment at={at} style="day" />;
  return (
    <StatusIndicator type={left > 0 ? "warning" : "error"}>
      {left > 0 ? t("queue.expires") : t("queue.expired")} <Moment at={at} />
    </StatusIndicator>
  );
}

export function LastChange({ standing }: { standing: Standing }) {
  const at = changedAt(standing);
  return at === undefined ? <Nothing /> : <Moment at={at} />;
}

export function Nothing() {
  return <span className="nothing">–</span>;
}

/** Everything that a row says, to be searched through. */
export function saidOf(standing: Standing, me: number | null): string {
  const { session } = standing;
  return [
    standing.tenant.name,
    `${standing.tenant.id}`,
    saidPlace(placeOf(standing)),
    named("acts", standing.acts_next),
    ...standing.because.map(because),
    ...standing.active_runs.map((task) => named("task", task)),
    session?.note ?? "",
    session ? nameOf(session.assigned_to_user_id, me) : "",
  ].join("\n");
}
