import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Scrolled } from "../../app/Scrolled";
import { useLatestEvidence, useRun } from "../../api/queries";
import type { Run, TaskSummary } from "../../api/types";
import { Moment } from "../../text/Moment";
import { named, t } from "../../text/translate";
import { useEditing } from "../../together/editing";
import { AREAS, areasOf, type AreaFound } from "../areas";
import { TaskCard } from "../TaskCard";

/** The initial sync, and what it has read of each area. */
export function SyncStep({ tasks }: { tasks: TaskSummary[] }) {
  const { tenantId } = useEditing();
  const task = tasks.find((each) => each.task_type === "initial_sync");
  const asked = useRun(tenantId, task?.active_run_id ?? null).data?.run;
  const run = asked?.id === task?.active_run_id ? asked : undefined;
  const latest = useLatestEvidence(tenantId, "initial_sync", task?.recorded_at ?? null);
  if (!task) return null;
  const active = task.active_run_id !== null;
  const found = active || !latest.data ? [] : areasOf(latest.data.payload);

  return (
    <SpaceBetween size="l">
      <TaskCard alone task={task} startLabel={task.recorded_at === null ? t("sync.start") : t("sync.again")} />
      <Container header={<Header variant="h2">{t("sync.title")}</Header>}>
        <Scrolled label={t("sync.title")}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t("sync.area")}</th>
                <th scope="col">{t("sync.state")}</th>
                <th scope="col">{t("sync.items")}</th>
                <th scope="col">{t("sync.newest")}</th>
              </tr>
            </thead>
            <tbody>
              {AREAS.map((area, at) => (
                <AreaRow
                  key={area}
                  area={area}
                  found={found.find((each) => each.area === area)}
                  state={active ? stateDuring(run, at) : undefined}
                />
              ))}
            </tbody>
          </table>
        </Scrolled>
      </Container>
    </SpaceBetween>
  );
}

type State = "read" | "reading" | "waiting";

/** Areas are read one after the other, in the order in which they are listed. */
function stateDuring(run: Run | undefined, at: number): State {
  const done = run?.progress?.done ?? 0;
  if (at < done) return "read";
  return at === done && run?.status === "running" ? "reading" : "waiting";
}

const LOOK = { read: "success", reading: "in-progress", waiting: "pending" } as const;

function AreaRow({ area, found, state }: { area: string; found: AreaFound | undefined; state: State | undefined }) {
  return (
    <tr>
      <th scope="row">{named("area", area)}</th>
      <td>
        {state ? (
          <StatusIndicator type={LOOK[state]}>{t(`sync.${state}`)}</StatusIndicator>
        ) : found?.reason_code ? (
          <StatusIndicator type="warning">
            {named("reason", found.reason_code)}
            {found.permissions.length > 0 && `: ${found.permissions.join(", ")}`}
          </StatusIndicator>
        ) : found ? (
          <StatusIndicator type="success">{t("sync.read")}</StatusIndicator>
        ) : (
          "–"
        )}
      </td>
      <td>{found ? found.items.toLocaleString() : "–"}</td>
      <td>{found?.newest_change ? <Moment at={found.newest_change} style="both" /> : "–"}</td>
    </tr>
  );
}
