import { isActive } from "../api/queries";
import type { Run, TaskSummary } from "../api/types";
import { nameWithin } from "../signin/who";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";

const WORTH_TELLING = 0.1;

/** When it was checked and by whom; and what became of a run since that found nothing. */
export function LastRun({ task, run, me }: { task: TaskSummary; run: Run | undefined; me: number | null }) {
  const said = run ? saidOf(run, me) : "";
  // A run that was cancelled or broke off left the finding of the one before as it was.
  const foundIt = run !== undefined && !isActive(run) && run.finding !== null;
  return (
    <>
      {task.recorded_at !== null && (
        <>
          {t("card.checked")} <Moment at={task.recorded_at} />
          {foundIt && `, ${said}`}.
        </>
      )}
      {run && isActive(run) && ` ${capital(said)}.`}
      {run &&
        !isActive(run) &&
        !foundIt &&
        ` ${t("card.lastrun", { how: named("run", run.status).toLowerCase() })} ${capital(said)}.`}
    </>
  );
}

function saidOf(run: Run, me: number | null): string {
  const by =
    run.started_by_user_id === null ? t("card.byitself") : t("card.by", { who: nameWithin(run.started_by_user_id, me) });
  const took =
    run.started_at !== null && run.ended_at !== null
      ? (Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000
      : 0;
  return [
    by,
    ...(took >= WORTH_TELLING ? [t("card.took", { seconds: took.toFixed(took < 10 ? 1 : 0) })] : []),
    ...(run.attempts > 1 ? [t("card.attempt", { n: run.attempts })] : []),
  ].join(", ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
