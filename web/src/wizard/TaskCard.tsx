import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import { covers } from "../api/calls";
import { isProblem } from "../api/problems";
import { isActive, keys, useCancelRun, useRun, useStartRuns } from "../api/queries";
import type { Run, TaskSummary } from "../api/types";
import { PageLink } from "../app/following";
import { announce } from "../app/announcer";
import { nameWithin } from "../signin/who";
import { NotDone } from "../states/Refused";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";
import { useEditing, whyNotRole } from "../together/editing";
import { INDICATOR } from "./finding";
import { LastRun } from "./LastRun";
import { RemedyOf } from "./RemedyOf";
import { RunUnderWay } from "./RunUnderWay";

interface Props {
  task: TaskSummary;
  /** What to say of the task beside its finding. */
  children?: ReactNode;
  startLabel?: string;
  /** Whether it stands alone under the step's own heading. */
  alone?: boolean;
}

/** One check: how it stands and why, what to do about it, and its runs. */
export function TaskCard({ task, children, startLabel, alone = false }: Props) {
  const { tenantId, me, role } = useEditing();
  const start = useStartRuns(tenantId);
  const cancel = useCancelRun(tenantId);
  const run = useRun(tenantId, task.active_run_id ?? task.last_run_id).data?.run;
  const [failed, setFailed] = useState<unknown>(null);
  useEndNoticed(tenantId, task, run);
  const title = named("task", task.task_type);
  const isKnown = task.reason_code !== "never_run";
  const active = task.active_run_id !== null;
  // Until the run under way has been asked for, the one before it is at hand.
  const underWay = run?.id === task.active_run_id ? run : undefined;
  const refused = whyNotRole(role, "operator");

  async function begin(): Promise<void> {
    setFailed(null);
    const [notStarted] = await start.mutateAsync([task.task_type]);
    if (notStarted) setFailed(notStarted.error);
    else announce(t("card.started", { task: title }));
  }

  function stop(): void {
    if (task.active_run_id === null) return;
    setFailed(null);
    cancel.mutate(task.active_run_id, { onError: setFailed });
  }

  return (
    <div role="group" aria-label={title}>
      <Container
        fitHeight
        header={
          <Header
            variant={alone ? "h2" : "h3"}
            description={t(`task.${task.task_type}.about`)}
            actions={
              active ? (
                <Button
                  ariaLabel={t("card.cancelone", { task: title })}
                  loading={cancel.isPending}
                  disabled={!covers(role, "operator") || underWay?.cancel_requested_at != null}
                  disabledReason={refused ?? t("card.cancelling")}
                  onClick={stop}
                >
                  {t("card.cancel")}
                </Button>
              ) : (
                <Button
                  ariaLabel={startLabel ?? t("card.runone", { task: title })}
                  loading={start.isPending}
                  disabled={refused !== null}
                  disabledReason={refused ?? ""}
                  onClick={() => void begin()}
                >
                  {startLabel ?? t("card.run")}
                </Button>
              )
            }
          >
            {title}
          </Header>
        }
      >
        <SpaceBetween size="s">
          {active ? (
            <RunUnderWay run={underWay} />
          ) : (
            <StatusIndicator type={INDICATOR[task.status]}>
              {isKnown ? named("status", task.status) : t("card.never")}
            </StatusIndicator>
          )}
          {!active && isKnown && task.message !== null && <div>{task.message}</div>}
          {!active && task.stale && <StatusIndicator type="warning">{t("card.stale")}</StatusIndicator>}
          {!active && task.next_check_at !== null && (
            <div>
              {task.reason_code === "consent_propagating" ? t("card.next") : t("card.next.worth")}{" "}
              <Moment at={task.next_check_at} />.
            </div>
          )}
          {!active && isKnown && task.remedy && <RemedyOf task={task} linkIsNear={alone} />}
          {children}
          <Refusal error={failed} me={me} dismiss={() => { setFailed(null); }} />
          <Box color="text-body-secondary" fontSize="body-s">
            <LastRun task={task} run={run} me={me} />{" "}
            {task.recorded_at !== null && (
              <PageLink
                to={`/tenants/${tenantId}/evidence?task=${task.task_type}`}
                fontSize="body-s"
                ariaLabel={t("card.evidence.of", { task: title })}
              >
                {t("card.evidence")}
              </PageLink>
            )}
          </Box>
        </SpaceBetween>
      </Container>
    </div>
  );
}

/** The run is looked at more often than the list of tasks, so its end is known here first. */
function useEndNoticed(tenantId: number, task: TaskSummary, run: Run | undefined): void {
  const client = useQueryClient();
  const hasEnded = run !== undefined && run.id === task.active_run_id && !isActive(run);
  useEffect(() => {
    if (hasEnded) void client.invalidateQueries({ queryKey: keys.tasks(tenantId) });
  }, [hasEnded, client, tenantId]);
}

/** What blocks a start is a colleague's work, not a mistake. */
function Refusal({ error, me, dismiss }: { error: unknown; me: number | null; dismiss: () => void }) {
  if (!isProblem(error, "run_blocked")) return <NotDone error={error} onDismiss={dismiss} />;
  const { blocking_task_type: other, started_by_user_id: by } = error.fields;
  return (
    <div role="alert">
      <StatusIndicator type="warning">
        {t("blockedrun", {
          task: other ? named("task", other) : "–",
          who: by == null ? t("card.byitself") : t("blockedrun.by", { who: nameWithin(by, me) }),
        })}
      </StatusIndicator>
    </div>
  );
}
