import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Scrolled } from "../app/Scrolled";
import type { Connection, Session } from "../api/types";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";
import { INDICATOR } from "../wizard/finding";
import { originOf, type Result } from "./reported";

interface Props {
  name: string;
  session: Session;
  connection: Connection | undefined;
  results: Result[];
  me: number | null;
}

/** One page that can be given to a customer: what was checked, when, by whom, and with which result. */
export function Report({ name, session, connection, results, me }: Props) {
  // On paper nobody is "you".
  const who = (user: number | null) => (user === null ? t("user.nobody") : t("user.named", { id: user }));
  const printedBy = me === null ? "–" : who(me);
  return (
    <article className="report">
      <header>
        <h2>{t("report.title")}</h2>
        <p className="report-tenant">{t("report.of", { tenant: name, id: session.tenant_id })}</p>
      </header>
      <dl className="facts">
        <Fact label={t("report.state")}>
          {named("status", session.status)}
          {session.closed_at === null && ` (${t("queue.step", { step: session.current_step, name: named("step", String(session.current_step)) })})`}
        </Fact>
        <Fact label={t("report.started")}>
          <Moment at={session.created_at} style="full" />
        </Fact>
        <Fact label={t("report.ended")}>{session.closed_at ? <Moment at={session.closed_at} style="full" /> : "–"}</Fact>
        <Fact label={t("report.assigned")}>{who(session.assigned_to_user_id)}</Fact>
        <Fact label={t("report.session")}>{session.id}</Fact>
        <Fact label={t("report.connection")}>
          {connection ? (
            <>
              {connection.expected_domain && <div>{connection.expected_domain}</div>}
              <code>{connection.entra_tenant_id}</code>
            </>
          ) : (
            (session.provider_connection_id ?? "–")
          )}
        </Fact>
      </dl>
      <h3>{t("report.checked")}</h3>
      <Scrolled label={t("report.checked")}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t("report.check")}</th>
              <th scope="col">{t("report.result")}</th>
              <th scope="col">{t("report.found")}</th>
              <th scope="col">{t("report.when")}</th>
              <th scope="col">{t("report.who")}</th>
              <th scope="col">{t("report.evidence")}</th>
            </tr>
          </thead>
          <tbody>
            {results.map(({ task, evidence, startedBy }) => (
              <tr key={task}>
                <th scope="row">{named("task", task)}</th>
                {evidence ? (
                  <>
                    <td>
                      <StatusIndicator type={INDICATOR[evidence.status]} wrapText={false}>{named("status", evidence.status)}</StatusIndicator>
                    </td>
                    <td>{evidence.message ?? (evidence.reason_code ? named("reason", evidence.reason_code) : "–")}</td>
                    <td>
                      <Moment at={evidence.recorded_at} style="full" />
                      <Origin of={originOf(session, evidence)} />
                    </td>
                    <td>{startedBy === undefined ? "–" : startedBy === null ? t("report.itself") : who(startedBy)}</td>
                    <td>{evidence.id}</td>
                  </>
                ) : (
                  <td colSpan={5}>{session.status === "abandoned" ? t("report.notchecked.here") : t("report.notchecked")}</td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      {session.completion && session.completion.accepted_warnings.length > 0 && (
        <>
          <h3>{t("report.accepted")}</h3>
          <ul className="reasons">
            {session.completion.accepted_warnings.map((each) => (
              <li key={each.evidence_id}>
                {t("report.accepted.by", {
                  task: named("task", each.task_type),
                  why: named("reason", each.reason_code),
                  who: who(each.accepted_by_user_id),
                  id: each.evidence_id,
                })}
              </li>
            ))}
          </ul>
        </>
      )}
      {session.note && (
        <>
          <h3>{t("report.note")}</h3>
          <p className="note-text">{session.note}</p>
        </>
      )}
      <footer className="aside">
        {t("report.made")} <Moment at={new Date().toISOString()} style="full" /> {t("report.by", { who: printedBy })}.{" "}
        {t("report.foot")}
      </footer>
    </article>
  );
}

function Origin({ of }: { of: ReturnType<typeof originOf> }) {
  return of === "own" ? null : <div className="aside">{t(`report.origin.${of}`)}</div>;
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
