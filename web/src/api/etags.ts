/** Remembers the last answer to each question, so that an unchanged one need not be sent again (RFC 9110, 13.1.2). */

interface Known {
  etag: string;
  body: string;
}

export class Etags {
  private readonly known = new Map<string, Known>();

  ask(request: Request): Request {
    const known = request.method === "GET" ? this.known.get(request.url) : undefined;
    if (known) request.headers.set("if-none-match", known.etag);
    return request;
  }

  /** Puts the body back into an answer that says "unchanged", and keeps that of one which says what there is now. */
  async complete(request: Request, response: Response): Promise<Response> {
    if (request.method !== "GET") return response;
    if (response.status === 304) {
      const body = this.known.get(request.url)?.body ?? null;
      return new Response(body, { status: 200, headers: response.headers });
    }
    const etag = response.headers.get("etag");
    if (response.ok && etag) this.known.set(request.url, { etag, body: await response.clone().text() });
    return response;
  }
}
