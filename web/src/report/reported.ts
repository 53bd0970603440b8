/** What a report says: for each task, what the onboarding rests on, and who had it checked. */

import { useQuery } from "@tanstack/react-query";
import type { Api } from "../api/calls";
import { TASKS } from "../api/catalogue";
import { useApi } from "../api/queries";
import type { Evidence, Session, TaskType } from "../api/types";

export interface Result {
  task: TaskType;
  evidence: Evidence | null;
  /** Who started the run behind it; null is the service itself, undefined is not known. */
  startedBy: number | null | undefined;
}

const LARGEST_PAGE = 200;

export function useReported(tenantId: number, session: Session) {
  const api = useApi();
  return useQuery({
    queryKey: ["tenant", tenantId, "report", session.id, session.version],
    queryFn: ({ signal }) => reported(api, tenantId, session, signal),
  });
}

async function reported(api: Api, tenantId: number, session: Session, signal: AbortSignal): Promise<Result[]> {
  const found = await restedOn(api, tenantId, session, signal);
  return Promise.all(
    TASKS.map(async (task): Promise<Result> => {
      const evidence = found.get(task) ?? null;
      const run = evidence?.operation_run_id;
      if (run == null) return { task, evidence, startedBy: undefined };
      // Who started it is worth telling, and nothing to go without a report for.
      const by = await api.run(tenantId, run, signal).then(
        (answer) => answer.run.started_by_user_id,
        () => undefined,
      );
      return { task, evidence, startedBy: by };
    }),
  );
}

/** What was found over a connection that is no longer in use says nothing of the tenant that is. */
export function isOf(session: Session, piece: Evidence): boolean {
  const { provider_connection_id: inUse } = session;
  return piece.onboarding_session_id === session.id && (inUse === null || piece.provider_connection_id === inUse);
}

/** Where *piece* comes from, as seen from *session*: from itself, an earlier onboarding, or while none was open. */
export function originOf(session: Session, piece: Evidence): "own" | "earlier" | "between" {
  if (piece.onboarding_session_id === session.id) return "own";
  return piece.onboarding_session_id === null ? "between" : "earlier";
}

async function restedOn(api: Api, tenantId: number, session: Session, signal: AbortSignal): Promise<Map<TaskType, Evidence>> {
  return session.closed_at === null ? judgedBy(api, tenantId, signal) : keptOf(api, tenantId, session, signal);
}

/** An open session is judged by the newest finding of each task over the connection in use, whichever session had it made. */
async function judgedBy(api: Api, tenantId: number, signal: AbortSignal): Promise<Map<TaskType, Evidence>> {
  const found = (await api.tasks(tenantId, signal)).filter((task) => task.recorded_at !== null);
  const newest = await Promise.all(
    found.map(async ({ task_type: task }) => (await api.evidence(tenantId, task, null, 1, signal)).items),
  );
  return new Map(newest.flat().map((piece) => [piece.task_type, piece]));
}

/** A completed session names its evidence; an abandoned one leaves the newest that was found in it. */
async function keptOf(api: Api, tenantId: number, session: Session, signal: AbortSignal): Promise<Map<TaskType, Evidence>> {
  const wanted = session.completion ? new Set(session.completion.evidence_ids) : null;
  const found = new Map<TaskType, Evidence>();
  let cursor: string | null = null;
  for (;;) {
    const { items, next }: { items: Evidence[]; next: string | null } = await api.evidence(
      tenantId,
      null,
      cursor,
      LARGEST_PAGE,
      signal,
    );
    for (const piece of items) {
      const counts = wanted ? wanted.has(piece.id) : isOf(session, piece);
      if (counts && !found.has(piece.task_type)) found.set(piece.task_type, piece);
    }
    const isOlder = items.some((piece) => Date.parse(piece.recorded_at) < Date.parse(session.created_at));
    const isWhole = found.size === (wanted?.size ?? TASKS.length);
    // What a completed session rests on may have been found before it was opened.
    if (next === null || isWhole || (isOlder && !wanted)) return found;
    cursor = next;
  }
}
