/** What the page shows, kept fresh: one hook per kind of thing. */

import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from "@tanstack/react-query";
import { createContext, useContext, useEffect, useMemo } from "react";
import { joined } from "../evidence/joined";
import type { Api, Tagged } from "./calls";
import { every } from "./polling";
import type { ConnectionDetails, Role, Run, Session, SessionEdit, Standing, TaskSummary, TaskType } from "./types";

export const ApiContext = createContext<Api | null>(null);

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("there is no API around this");
  return api;
}

export const keys = {
  standings: ["standings"] as const,
  session: (tenantId: number) => ["tenant", tenantId, "session"] as const,
  sessions: (tenantId: number) => ["tenant", tenantId, "sessions"] as const,
  tasks: (tenantId: number) => ["tenant", tenantId, "tasks"] as const,
  run: (tenantId: number, runId: number) => ["tenant", tenantId, "run", runId] as const,
  evidence: (tenantId: number, task: TaskType | null) => ["tenant", tenantId, "evidence", task] as const,
  members: (tenantId: number) => ["tenant", tenantId, "members"] as const,
  connections: (tenantId: number) => ["tenant", tenantId, "connections"] as const,
};

const QUEUE_EVERY = 15_000;
const SESSION_EVERY = 4_000;
const TASKS_EVERY = 15_000;
const TASKS_EVERY_WHILE_ACTIVE = 2_000;
const SELDOM = 60_000;
const EVIDENCE_PAGE = 50;

/** All of my tenants that were loaded so far; pages are followed until there are enough of them. */
export function useStandings() {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: keys.standings,
    queryFn: ({ pageParam, signal }) => api.standings(pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: (query) => every(QUEUE_EVERY, query.state),
  });
}

/** Where *tenantId* stands for me, as the queue knows it; undefined while it does not. */
export function useStanding(tenantId: number): Standing | undefined {
  const { data } = useStandings();
  return useMemo(
    () => data?.pages.flatMap((page) => page.items).find((each) => each.tenant.id === tenantId),
    [data, tenantId],
  );
}

export function useSession(tenantId: number) {
  const api = useApi();
  return useQuery({
    queryKey: keys.session(tenantId),
    queryFn: ({ signal }) => api.session(tenantId, signal),
    refetchInterval: (query) => every(SESSION_EVERY, query.state),
  });
}

export function useSessions(tenantId: number) {
  const api = useApi();
  return useInfiniteQuery({
    queryKey: keys.sessions(tenantId),
    queryFn: ({ pageParam, signal }) => api.sessions(tenantId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
}

/** Where the search for a session stands that an address names. */
export interface Sought {
  /** The open one leads, and is the freshest that there is; the others are as far as they were looked through. */
  listed: Session[];
  /** The one that is named; undefined while it is sought, or where there is none. */
  found: Session | undefined;
  isMissing: boolean;
}

/** Looks through the sessions, page by page, until the one is there that *named* names; null names none. */
export function useSought(tenantId: number, named: string | null) {
  const asked = useSessions(tenantId);
  const open = useSession(tenantId).data?.value ?? null;
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = asked;
  const sought = useMemo<Sought | undefined>(() => {
    if (!data) return undefined;
    const past = data.pages.flatMap((page) => page.items).filter((each) => each.id !== open?.id);
    const listed = open ? [open, ...past] : past;
    const found = listed.find((each) => String(each.id) === named);
    return { listed, found, isMissing: named !== null && found === undefined && !hasNextPage };
  }, [data, open, named, hasNextPage]);
  const looksOn = sought !== undefined && named !== null && sought.found === undefined && hasNextPage && !isError;
  useEffect(() => {
    if (looksOn && !isFetching) void fetchNextPage();
  }, [looksOn, isFetching, fetchNextPage]);
  return { ...asked, data: sought };
}

export function useTasks(tenantId: number) {
  const api = useApi();
  return useQuery({
    queryKey: keys.tasks(tenantId),
    queryFn: ({ signal }) => api.tasks(tenantId, signal),
    refetchInterval: (query) => every(isAnyActive(query.state.data) ? TASKS_EVERY_WHILE_ACTIVE : TASKS_EVERY, query.state),
  });
}

function isAnyActive(tasks: TaskSummary[] | undefined): boolean {
  return tasks?.some((task) => task.active_run_id !== null) ?? false;
}

export function isActive(run: Run): boolean {
  return run.status === "queued" || run.status === "running";
}

/** A run; asked again as often as the API says for as long as it is under way, and never after. */
export function useRun(tenantId: number, runId: number | null) {
  const api = useApi();
  return useQuery({
    queryKey: keys.run(tenantId, runId ?? 0),
    queryFn: ({ signal }) => api.run(tenantId, runId ?? 0, signal),
    enabled: runId !== null,
    placeholderData: keepPreviousData,
    staleTime: (query) => (query.state.data && !isActive(query.state.data.run) ? Infinity : 0),
    refetchOnWindowFocus: (query) => !query.state.data || isActive(query.state.data.run),
    refetchInterval: (query) => {
      const { data } = query.state;
      if (!data) return every(SELDOM, query.state);
      return isActive(data.run) ? every((data.retryAfter || 2) * 1_000, query.state) : false;
    },
  });
}

/**
 * Evidence, page by page as it is asked for. Nothing of it ever changes, so only its first page is looked at again; the
 * whole is loaded anew only where more came between two looks than a page holds.
 */
export function useEvidence(tenantId: number, task: TaskType | null) {
  const api = useApi();
  const loaded = useInfiniteQuery({
    queryKey: keys.evidence(tenantId, task),
    queryFn: ({ pageParam, signal }) => api.evidence(tenantId, task, pageParam, EVIDENCE_PAGE, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  const newest = useQuery({
    queryKey: [...keys.evidence(tenantId, task), "newest"],
    queryFn: ({ signal }) => api.evidence(tenantId, task, null, EVIDENCE_PAGE, signal),
    enabled: loaded.data !== undefined,
    refetchInterval: (query) => every(TASKS_EVERY, query.state),
  });
  const pieces = useMemo(
    () => loaded.data && joined(newest.data, loaded.data.pages.flatMap((page) => page.items)),
    [loaded.data, newest.data],
  );
  const { refetch, isFetching, isError } = loaded;
  useEffect(() => {
    // What failed is shown, with a way to try again: asking at once would ask for ever.
    if (pieces === null && !isFetching && !isError) void refetch();
  }, [pieces, isFetching, isError, refetch]);
  return {
    // Until the whole is there again, what came last is shown alone: nothing is shown beside a gap.
    data: pieces === null ? newest.data?.items : pieces,
    error: loaded.error ?? newest.error,
    refetch: () => Promise.all([refetch(), newest.refetch()]),
    hasNextPage: loaded.hasNextPage,
    isFetchingNextPage: loaded.isFetchingNextPage,
    fetchNextPage: loaded.fetchNextPage,
  };
}

/** The newest evidence of *task*; asked again when *recordedAt* says that there is newer. */
export function useLatestEvidence(tenantId: number, task: TaskType, recordedAt: string | null) {
  const api = useApi();
  return useQuery({
    queryKey: [...keys.evidence(tenantId, task), "latest", recordedAt],
    queryFn: async ({ signal }) => (await api.evidence(tenantId, task, null, 1, signal)).items[0] ?? null,
    enabled: recordedAt !== null,
    staleTime: Infinity,
  });
}

export function useMembers(tenantId: number) {
  const api = useApi();
  return useQuery({
    queryKey: keys.members(tenantId),
    queryFn: ({ signal }) => api.members(tenantId, signal),
    staleTime: SELDOM,
  });
}

export function useConnections(tenantId: number) {
  const api = useApi();
  return useQuery({
    queryKey: keys.connections(tenantId),
    queryFn: ({ signal }) => api.connections(tenantId, signal),
    staleTime: SELDOM / 4,
    refetchInterval: (query) => every(SELDOM / 4, query.state),
  });
}

/**
 * Puts what a change answered where the page reads it, so that nobody sees what was before: not even from a look that
 * began before the change and is answered after it.
 */
export function keepSession(client: QueryClient, tenantId: number, answered: Tagged<Session>): void {
  const open = answered.value.closed_at === null;
  void client.cancelQueries({ queryKey: keys.session(tenantId) });
  client.setQueryData<Tagged<Session | null>>(keys.session(tenantId), {
    value: open ? answered.value : null,
    etag: open ? answered.etag : null,
  });
  void client.invalidateQueries({ queryKey: keys.standings });
  if (!open) void client.invalidateQueries({ queryKey: keys.sessions(tenantId) });
}

export function useOpenSession(tenantId: number) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.openSession(tenantId),
    onSuccess: (answered) => {
      keepSession(client, tenantId, answered);
    },
  });
}

export interface Decided {
  sessionId: number;
  edit: SessionEdit;
  /** The tag of what the edit was decided from. */
  etag: string | null;
}

export function useEditSession(tenantId: number) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ sessionId, edit, etag }: Decided) => api.editSession(tenantId, sessionId, edit, etag),
    onSuccess: (answered, { edit }) => {
      keepSession(client, tenantId, answered);
      // Findings are judged by the connection in use.
      if (edit.provider_connection_id) void client.invalidateQueries({ queryKey: keys.tasks(tenantId) });
    },
    onError: () => client.invalidateQueries({ queryKey: keys.session(tenantId) }),
  });
}

export function useStartRuns(tenantId: number) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    /** Starts each of *tasks*; those refused are answered, not thrown, as the others are under way all the same. */
    mutationFn: async (tasks: readonly TaskType[]) => {
      const started = await Promise.allSettled(
        tasks.map((task) => api.startRun(tenantId, task, crypto.randomUUID())),
      );
      return started.flatMap((each, at) => (each.status === "rejected" ? [{ task: tasks[at]!, error: each.reason as unknown }] : []));
    },
    onSettled: () => client.invalidateQueries({ queryKey: keys.tasks(tenantId) }),
  });
}

export function useCancelRun(tenantId: number) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (runId: number) => api.cancelRun(tenantId, runId),
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: keys.run(tenantId, run.id) });
      void client.invalidateQueries({ queryKey: keys.tasks(tenantId) });
    },
  });
}

export function useRegisterConnection(tenantId: number) {
  const api = useApi();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, details }: { id: number; details: ConnectionDetails }) =>
      api.registerConnection(tenantId, id, details),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tenant", tenantId] }),
  });
}

export function useMyRole(tenantId: number, userId: number | null): Role | undefined {
  const standing = useStanding(tenantId);
  const { data } = useMembers(tenantId);
  return data?.find((member) => member.user_id === userId)?.role ?? standing?.role;
}
