import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useState } from "react";
import { covers } from "../api/calls";
import { useStartRuns, useTasks } from "../api/queries";
import type { Blocking, TaskSummary } from "../api/types";
import { NotDone } from "../states/Refused";
import { named, t } from "../text/translate";
import { useEditing } from "../together/editing";
import { INDICATOR } from "./finding";

/** Exactly what the API says stands in the way, for as long as it does. */
export function Blocked({ blocking, completing }: { blocking: Blocking[]; completing: boolean }) {
  const { tenantId, role } = useEditing();
  const tasks = useTasks(tenantId).data;
  const start = useStartRuns(tenantId);
  const [failed, setFailed] = useState<unknown>(null);
  const place = useRef<HTMLDivElement>(null);
  const left = blocking.filter((each) => !isMended(each, tasks));

  function activeNow({ task_type }: Blocking): boolean {
    return tasks?.some((task) => task.task_type === task_type && task.active_run_id !== null) ?? false;
  }

  useEffect(() => {
    place.current?.focus();
  }, [blocking]);

  if (blocking.length > 0 && left.length === 0) return null;
  return (
    <div ref={place} tabIndex={-1} role="alert" className="blocked">
      <Alert type="error" header={completing ? t("blocked.complete.title") : t("blocked.title")}>
        <ul className="reasons">
          {left.map((each) => (
            <li key={each.task_type}>
              {each.task_type === null ? (
                t("blocked.connection")
              ) : (
                <>
                  <StatusIndicator type={INDICATOR[each.status]}>
                    <b>{named("task", each.task_type)}</b>:{" "}
                    {each.stale ? t("blocked.stale") : each.reason_code ? named("reason", each.reason_code) : named("status", each.status)}
                  </StatusIndicator>{" "}
                  {activeNow(each) ? (
                    <StatusIndicator type="in-progress">{named("run", "running")}</StatusIndicator>
                  ) : covers(role, "operator") ? (
                    <Button
                      variant="inline-link"
                      ariaLabel={t("blocked.checkone", { task: named("task", each.task_type) })}
                      onClick={() => {
                        setFailed(null);
                        if (each.task_type) {
                          start.mutate([each.task_type], { onSuccess: ([refused]) => { setFailed(refused?.error ?? null); } });
                        }
                      }}
                    >
                      {t("blocked.check")}
                    </Button>
                  ) : null}
                  <span className="aside">{tasks?.find((task) => task.task_type === each.task_type)?.message}</span>
                </>
              )}
            </li>
          ))}
        </ul>
        <NotDone error={failed} />
      </Alert>
    </div>
  );
}

function isMended({ task_type }: Blocking, tasks: TaskSummary[] | undefined): boolean {
  const now = tasks?.find((task) => task.task_type === task_type);
  if (!now || now.active_run_id !== null || now.stale) return false;
  return now.status === "ok" || (now.status === "warn" && now.reason_code !== "consent_propagating");
}
