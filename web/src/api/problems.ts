/** What can go wrong with a request, as the page tells people of it. */

import type { Blocking, Session, TaskType } from "./types";

/** The API refused; its body is one problem (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
    /** Seconds after which asking again makes sense. */
    readonly retryAfter: number | null,
    readonly fields: ProblemFields,
    /** The tag of what there is instead, where that was the matter. */
    readonly etag: string | null = null,
  ) {
    super(message);
  }

  static of(response: Response, body: unknown): Problem {
    const fields = isObject(body) ? (body as ProblemFields) : {};
    return new Problem(
      response.status,
      fields.code ?? `http_${response.status}`,
      fields.detail ?? fields.error ?? fields.message ?? response.statusText,
      fields.request_id ?? response.headers.get("x-request-id") ?? response.headers.get("apigw-requestid"),
      seconds(response.headers.get("retry-after")),
      fields,
      response.headers.get("etag"),
    );
  }
}

/** No answer came: no network, or nobody at the other end. */
export class Unreachable extends Error {
  readonly retryAfter = null;
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {
  readonly retryAfter = null;
}

/** The page itself knows that it would be refused, and why. */
export class NotAllowed extends Error {}

export interface ProblemFields {
  code?: string;
  detail?: string;
  error?: string;
  /** The gateway's own refusals have nothing else. */
  message?: string;
  request_id?: string;
  errors?: { field: string; message: string }[];
  blocking?: Blocking[];
  locked_by_user_id?: number | null;
  locked_until?: string | null;
  blocking_run_id?: number;
  blocking_task_type?: TaskType;
  started_by_user_id?: number | null;
  session?: Session;
}

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}

/** Whether the same request may succeed by itself in a while. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && (error.status === 429 || error.status >= 500));
}

/** How long to wait, in milliseconds, if whoever refused said so. */
export function askedToWait(error: unknown): number | null {
  return error instanceof Problem && error.retryAfter !== null ? error.retryAfter * 1000 : null;
}

function seconds(header: string | null): number | null {
  const read = Number(header);
  return header !== null && Number.isFinite(read) && read >= 0 ? read : null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
