import type { Run, TaskSummary } from "../api/types";
import { isActive } from "../api/queries";
import { nameWithin } from "../signin/who";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";

const WORTH_TELLING = 0.1;

/** When it was checked and by whom; and how the last run went, if not well. */
export function LastRun({ task, run, me }: { task: TaskSummary; run: Run | undefined; me: number | null }) {
  if (task.recorded_at === null && !run) return null;
  const by = run && (run.started_by_user_id === null ? t("card.byitself") : t("card.by", { who: nameWithin(run.started_by_user_id, me) }));
  const took = run?.started_at && run.ended_at ? (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000 : null;
  const wentWrong = run && !isActive(run) && run.status !== "succeeded";
  return (
    <>
      {task.recorded_at !== null && (
        <>
          {t("card.checked")} <Moment at={task.recorded_at} />
        </>
      )}
      {by && (task.recorded_at === null ? capital(by) : `, ${by}`)}
      {took !== null && took >= WORTH_TELLING && `, ${t("card.took", { seconds: took.toFixed(took < 10 ? 1 : 0) })}`}
      {run && run.attempts > 1 && `, ${t("card.attempt", { n: run.attempts })}`}
      {(by || task.recorded_at !== null) && "."}
      {wentWrong && ` ${t("card.lastrun", { how: named("run", run.status).toLowerCase() })}`}
    </>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
