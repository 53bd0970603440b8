import ProgressBar from "@cloudscape-design/components/progress-bar";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Run } from "../api/types";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";

/** How far a run is that has not ended yet. */
export function RunUnderWay({ run }: { run: Run | undefined }) {
  const state = run?.cancel_requested_at ? t("card.cancelling") : named("run", run?.status ?? "queued");
  const { progress } = run ?? {};
  return (
    <>
      <StatusIndicator type={run && run.status !== "queued" ? "in-progress" : "pending"}>{state}</StatusIndicator>
      {progress && progress.total > 0 && (
        <ProgressBar
          value={Math.round((100 * progress.done) / progress.total)}
          label={t("sync.progress", { done: progress.done, total: progress.total })}
          additionalInfo={progress.message}
        />
      )}
      {run?.not_before && (
        <div>
          {t("card.notbefore")} <Moment at={run.not_before} />.
        </div>
      )}
    </>
  );
}
