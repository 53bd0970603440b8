/** What the page asks of the API, one function each. */

import type { Fetch } from "./client";
import type {
  Connection,
  ConsentLink,
  Evidence,
  Member,
  Preflight,
  Role,
  Run,
  Session,
  SessionEdit,
  Standing,
  TaskSummary,
  TaskType,
} from "./types";

/** An answer with the tag that names what was seen. */
export interface Tagged<T> {
  value: T;
  etag: string | null;
}

export interface Page<T> {
  items: T[];
  /** The cursor of the next page; null on the last. */
  next: string | null;
}

const QUEUE_PAGE = 100;

export type Api = ReturnType<typeof calls>;

export function calls(fetching: Fetch) {
  async function ask(method: string, path: string, sent: Sent = {}): Promise<Response> {
    const url = new URL(path, location.origin);
    for (const [name, value] of Object.entries(sent.query ?? {})) {
      if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
    }
    const headers = new Headers(sent.headers);
    if (sent.body !== undefined) headers.set("content-type", "application/json");
    const body = sent.body === undefined ? null : JSON.stringify(sent.body);
    return fetching(new Request(url, { method, headers, body, signal: sent.signal ?? null }));
  }

  async function json<T>(response: Promise<Response>): Promise<T> {
    return (await (await response).json()) as T;
  }

  async function page<T>(asked: Promise<Response>): Promise<Page<T>> {
    const response = await asked;
    return { items: (await response.json()) as T[], next: nextCursor(response.headers.get("link")) };
  }

  async function tagged(asked: Promise<Response>): Promise<Tagged<Session>> {
    const response = await asked;
    return { value: (await response.json()) as Session, etag: response.headers.get("etag") };
  }

  const tenant = (id: number) => `/tenants/${id}`;
  const onboarding = (id: number) => `${tenant(id)}/onboarding`;

  return {
    standings: (cursor: string | null, signal?: AbortSignal) =>
      page<Standing>(ask("GET", "/onboarding/sessions", { query: { cursor, limit: QUEUE_PAGE }, signal })),

    session: async (tenantId: number, signal?: AbortSignal): Promise<Tagged<Session | null>> => {
      const response = await ask("GET", `${onboarding(tenantId)}/session`, { signal });
      const body = (await response.json()) as { session: Session | null };
      return { value: body.session, etag: response.headers.get("etag") };
    },

    sessions: (tenantId: number, cursor: string | null, signal?: AbortSignal) =>
      page<Session>(ask("GET", `${onboarding(tenantId)}/sessions`, { query: { cursor }, signal })),

    openSession: (tenantId: number) => tagged(ask("POST", `${onboarding(tenantId)}/session`)),

    /** *etag* names what the edit was decided from; without one it is made of whatever there is. */
    editSession: (tenantId: number, sessionId: number, edit: SessionEdit, etag: string | null) =>
      tagged(
        ask("PATCH", `${onboarding(tenantId)}/session/${sessionId}`, {
          body: edit,
          headers: etag === null ? {} : { "if-match": etag },
        }),
      ),

    tasks: (tenantId: number, signal?: AbortSignal) =>
      json<TaskSummary[]>(ask("GET", `${onboarding(tenantId)}/tasks`, { signal })),

    run: async (tenantId: number, runId: number, signal?: AbortSignal) => {
      const response = await ask("GET", `${onboarding(tenantId)}/runs/${runId}`, { signal });
      const wait = Number(response.headers.get("retry-after") ?? 0);
      return { run: (await response.json()) as Run, retryAfter: wait };
    },

    /** *key* makes sure that a request sent twice starts one run. */
    startRun: (tenantId: number, task: TaskType, key: string) =>
      json<{ run_id: number }>(
        ask("POST", `${onboarding(tenantId)}/tasks/${task}/runs`, { headers: { "idempotency-key": key } }),
      ),

    cancelRun: (tenantId: number, runId: number) =>
      json<Run>(ask("POST", `${onboarding(tenantId)}/runs/${runId}/cancel`)),

    evidence: (tenantId: number, task: TaskType | null, cursor: string | null, limit: number, signal?: AbortSignal) =>
      page<Evidence>(
        ask("GET", `${onboarding(tenantId)}/evidence`, { query: { taskType: task, cursor, limit }, signal }),
      ),

    members: (tenantId: number, signal?: AbortSignal) =>
      json<Member[]>(ask("GET", `${tenant(tenantId)}/members`, { signal })),

    connections: (tenantId: number, signal?: AbortSignal) =>
      json<Connection[]>(ask("GET", `${tenant(tenantId)}/provider-connections`, { signal })),

    registerConnection: (tenantId: number, connectionId: number, details: ConnectionDetails) =>
      json<Connection>(ask("PUT", `${tenant(tenantId)}/provider-connections/${connectionId}`, { body: details })),

    consentLink: (tenantId: number, connectionId: number) =>
      json<ConsentLink>(ask("POST", `${tenant(tenantId)}/provider-connections/${connectionId}/consent-link`)),

    preflight: (tenantId: number, name: string, signal?: AbortSignal) =>
      json<Preflight>(ask("GET", `${tenant(tenantId)}/preflight`, { query: { tenant: name }, signal })),
  };
}

export type ConnectionDetails = Partial<Omit<Connection, "id" | "tenant_id" | "consented_at">>;

interface Sent {
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** Reads the cursor out of `Link: <…>; rel="next"` (RFC 8288). */
export function nextCursor(link: string | null): string | null {
  const target = link?.split(/,(?=\s*<)/).map((each) => /^\s*<([^>]*)>.*;\s*rel="?next"?/.exec(each)?.[1]).find(Boolean);
  return target ? new URL(target, location.origin).searchParams.get("cursor") : null;
}

/** Whether a member of *role* may do what *least* may do. */
export function covers(role: Role | undefined, least: Role): boolean {
  const order: Role[] = ["readonly", "operator", "manager", "owner"];
  return role !== undefined && order.indexOf(role) >= order.indexOf(least);
}
