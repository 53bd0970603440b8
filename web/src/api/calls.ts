/** What the page asks of the API, one function each. */

import createClient from "openapi-fetch";
import type { Fetch } from "./client";
import type { paths } from "./schema";
import type { ConnectionDetails, Role, Session, SessionEdit, TaskType } from "./types";

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

/** Makes the calls over *fetching*, which throws whatever is refused: here an answer is one that was given. */
export function calls(fetching: Fetch) {
  const api = createClient<paths>({ baseUrl: location.origin, fetch: fetching });

  return {
    standings: async (cursor: string | null, signal?: AbortSignal) =>
      page(await api.GET("/onboarding/sessions", { params: { query: { limit: QUEUE_PAGE, ...from(cursor) } }, ...until(signal) })),

    session: async (tenantId: number, signal?: AbortSignal): Promise<Tagged<Session | null>> => {
      const answer = await api.GET("/tenants/{tenantId}/onboarding/session", {
        params: { path: { tenantId } },
        ...until(signal),
      });
      return { value: given(answer).session, etag: tag(answer) };
    },

    sessions: async (tenantId: number, cursor: string | null, signal?: AbortSignal) =>
      page(
        await api.GET("/tenants/{tenantId}/onboarding/sessions", {
          params: { path: { tenantId }, query: from(cursor) },
          ...until(signal),
        }),
      ),

    openSession: async (tenantId: number): Promise<Tagged<Session>> => {
      const answer = await api.POST("/tenants/{tenantId}/onboarding/session", { params: { path: { tenantId } } });
      return { value: given(answer), etag: tag(answer) };
    },

    /** *etag* names what the edit was decided from; without one it is made of whatever there is. */
    editSession: async (
      tenantId: number,
      sessionId: number,
      edit: SessionEdit,
      etag: string | null,
    ): Promise<Tagged<Session>> => {
      const answer = await api.PATCH("/tenants/{tenantId}/onboarding/session/{sessionId}", {
        params: { path: { tenantId, sessionId }, header: etag === null ? {} : { "If-Match": etag } },
        body: edit,
      });
      return { value: given(answer), etag: tag(answer) };
    },

    tasks: async (tenantId: number, signal?: AbortSignal) =>
      given(await api.GET("/tenants/{tenantId}/onboarding/tasks", { params: { path: { tenantId } }, ...until(signal) })),

    run: async (tenantId: number, runId: number, signal?: AbortSignal) => {
      const answer = await api.GET("/tenants/{tenantId}/onboarding/runs/{runId}", {
        params: { path: { tenantId, runId } },
        ...until(signal),
      });
      return { run: given(answer), retryAfter: Number(answer.response.headers.get("retry-after") ?? 0) };
    },

    /** *key* makes sure that a request sent twice starts one run. */
    startRun: async (tenantId: number, taskType: TaskType, key: string) =>
      given(
        await api.POST("/tenants/{tenantId}/onboarding/tasks/{taskType}/runs", {
          params: { path: { tenantId, taskType }, header: { "Idempotency-Key": key } },
        }),
      ),

    cancelRun: async (tenantId: number, runId: number) =>
      given(
        await api.POST("/tenants/{tenantId}/onboarding/runs/{runId}/cancel", { params: { path: { tenantId, runId } } }),
      ),

    evidence: async (
      tenantId: number,
      taskType: TaskType | null,
      cursor: string | null,
      limit: number,
      signal?: AbortSignal,
    ) =>
      page(
        await api.GET("/tenants/{tenantId}/onboarding/evidence", {
          params: { path: { tenantId }, query: { limit, ...from(cursor), ...(taskType !== null && { taskType }) } },
          ...until(signal),
        }),
      ),

    members: (tenantId: number, signal?: AbortSignal) =>
      whole(async (cursor) =>
        page(
          await api.GET("/tenants/{tenantId}/members", {
            params: { path: { tenantId }, query: from(cursor) },
            ...until(signal),
          }),
        ),
      ),

    connections: (tenantId: number, signal?: AbortSignal) =>
      whole(async (cursor) =>
        page(
          await api.GET("/tenants/{tenantId}/provider-connections", {
            params: { path: { tenantId }, query: from(cursor) },
            ...until(signal),
          }),
        ),
      ),

    registerConnection: async (tenantId: number, connectionId: number, details: ConnectionDetails) =>
      given(
        await api.PUT("/tenants/{tenantId}/provider-connections/{connectionId}", {
          params: { path: { tenantId, connectionId } },
          body: details,
        }),
      ),

    consentLink: async (tenantId: number, connectionId: number) =>
      given(
        await api.POST("/tenants/{tenantId}/provider-connections/{connectionId}/consent-link", {
          params: { path: { tenantId, connectionId } },
        }),
      ),

    preflight: async (tenantId: number, tenant: string, signal?: AbortSignal) =>
      given(
        await api.GET("/tenants/{tenantId}/preflight", {
          params: { path: { tenantId }, query: { tenant } },
          ...until(signal),
        }),
      ),
  };
}

interface Answer<T> {
  data?: T;
  response: Response;
}

function given<T>(answer: Answer<T>): T {
  if (answer.data === undefined) throw new Error(`an answer without a body: ${answer.response.url}`);
  return answer.data;
}

function page<T>(answer: Answer<T[]>): Page<T> {
  return { items: given(answer), next: nextCursor(answer.response.headers.get("link")) };
}

/** Follows a list to its end: for what people choose from, a part would be a trap. */
async function whole<T>(ask: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const { items, next }: Page<T> = await ask(cursor);
    all.push(...items);
    cursor = next;
  } while (cursor !== null);
  return all;
}

function tag(answer: Answer<unknown>): string | null {
  return answer.response.headers.get("etag");
}

function from(cursor: string | null): { cursor?: string } {
  return cursor === null ? {} : { cursor };
}

function until(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

/** The link is path-absolute, and nothing but its query counts. */
const ANY_ORIGIN = "https://origin.invalid";

/** Reads the cursor out of `Link: <…>; rel="next"` (RFC 8288). */
export function nextCursor(link: string | null): string | null {
  const target = link?.split(/,(?=\s*<)/).map((each) => /^\s*<([^>]*)>.*;\s*rel="?next"?/.exec(each)?.[1]).find(Boolean);
  return target ? new URL(target, ANY_ORIGIN).searchParams.get("cursor") : null;
}

/** Whether a member of *role* may do what *least* may do. */
export function covers(role: Role | undefined, least: Role): boolean {
  const order: Role[] = ["readonly", "operator", "manager", "owner"];
  return role !== undefined && order.indexOf(role) >= order.indexOf(least);
}
