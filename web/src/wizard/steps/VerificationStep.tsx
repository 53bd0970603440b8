import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useStartRuns } from "../../api/queries";
import type { TaskSummary, TaskType } from "../../api/types";
import { Said } from "../../states/Refused";
import { named, t } from "../../text/translate";
import { useEditing, whyNotRole } from "../../together/editing";
import { isGood } from "../finding";
import { TaskCard } from "../TaskCard";

/** Every check of the step, side by side, to be run one by one or all at once. */
export function VerificationStep({ tasks }: { tasks: TaskSummary[] }) {
  const { tenantId, role } = useEditing();
  const start = useStartRuns(tenantId);
  const [failed, setFailed] = useState<{ task: TaskType; error: unknown }[]>([]);
  const here = tasks.filter((task) => task.step === 3);
  const idle = here.filter((task) => task.active_run_id === null);
  const refused = whyNotRole(role, "operator");
  const wasRun = here.some((task) => task.recorded_at !== null);

  async function runAll(): Promise<void> {
    setFailed([]);
    setFailed(await start.mutateAsync(idle.map((task) => task.task_type)));
  }

  return (
    <SpaceBetween size="l">
      <Header
        variant="h2"
        counter={`(${here.length})`}
        description={t("all.count", { ok: here.filter(isGood).length, all: here.length })}
        actions={
          <Button
            variant={wasRun ? "normal" : "primary"}
            loading={start.isPending}
            disabled={refused !== null || idle.length === 0}
            disabledReason={refused ?? t("all.running")}
            onClick={() => void runAll()}
          >
            {wasRun ? t("all.again") : t("all.run")}
          </Button>
        }
      >
        {t("all.title")}
      </Header>
      {failed.length > 0 && (
        <div role="alert">
          <Alert
            type="error"
            header={t("all.failed")}
            dismissible
            dismissAriaLabel={t("app.close")}
            onDismiss={() => {
              setFailed([]);
            }}
          >
            <ul className="reasons">
              {failed.map(({ task, error }) => (
                <li key={task}>
                  <b>{named("task", task)}</b>: <Said error={error} />
                </li>
              ))}
            </ul>
          </Alert>
        </div>
      )}
      <div className="cards">
        {here.map((task) => (
          <TaskCard key={task.task_type} task={task} />
        ))}
      </div>
    </SpaceBetween>
  );
}
