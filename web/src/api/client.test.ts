import { describe, expect, it } from "vitest";
import { fetching, type Fetch } from "./client";
import { Problem, SignedOut, Unreachable } from "./problems";

const URL_ = "https://example.test/tenants/1/onboarding/session";

class Tokens {
  renewals = 0;
  isLost = false;
  token(): Promise<string> {
    return Promise.resolve(`token-${this.renewals}`);
  }
  renew(): Promise<void> {
    this.renewals += 1;
    return Promise.resolve();
  }
  lose(): void {
    this.isLost = true;
  }
}

/** Answers one after the other, and keeps what it was asked. */
function answering(...answers: (Response | Error)[]) {
  const asked: Request[] = [];
  const send: Fetch = (request) => {
    asked.push(request);
    const answer = answers.shift();
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? new Response());
  };
  return { asked, send };
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

async function refused(asked: Promise<unknown>): Promise<unknown> {
  return asked.then(
    () => null,
    (error: unknown) => error,
  );
}

describe("a request", () => {
  it("carries the token of who is signed in", async () => {
    const { asked, send } = answering(json({}));

    await fetching(new Tokens(), send)(new Request(URL_));

    expect(asked[0]?.headers.get("authorization")).toBe("Bearer token-0");
  });

  it("is sent again with a fresh token, body and all, when the first was no good any more", async () => {
    const { asked, send } = answering(json({}, 401), json({ ok: true }));

    const answer = await fetching(new Tokens(), send)(new Request(URL_, { method: "PATCH", body: '{"current_step":2}' }));

    expect(await answer.json()).toEqual({ ok: true });
    expect(asked[1]?.headers.get("authorization")).toBe("Bearer token-1");
    expect(await asked[1]?.text()).toBe('{"current_step":2}');
  });

  it("ends the sign-in when a fresh token is no good either", async () => {
    const { send } = answering(json({}, 401), json({}, 401));
    const tokens = new Tokens();

    expect(await refused(fetching(tokens, send)(new Request(URL_)))).toBeInstanceOf(SignedOut);
    expect(tokens.isLost).toBe(true);
  });

  it("says that nobody answered", async () => {
    const { send } = answering(new TypeError("Failed to fetch"));

    expect(await refused(fetching(new Tokens(), send)(new Request(URL_)))).toBeInstanceOf(Unreachable);
  });

  it("asks only for what has changed, and answers what it knew if nothing has", async () => {
    const { asked, send } = answering(
      json({ session: null }, 200, { etag: '"0"' }),
      new Response(null, { status: 304, headers: { etag: '"0"' } }),
    );
    const ask = fetching(new Tokens(), send);
    await ask(new Request(URL_));

    const answer = await ask(new Request(URL_));

    expect(asked[1]?.headers.get("if-none-match")).toBe('"0"');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ session: null });
  });

  it("is refused with the problem, its fields, and how long to wait", async () => {
    const blocking = [{ task_type: "intune_status", status: "fail", reason_code: "intune_disabled" }];
    const { send } = answering(
      json({ code: "step_prerequisites_unmet", detail: "Not yet.", request_id: "r-1", blocking }, 409, {
        "retry-after": "7",
      }),
    );

    const error = await refused(fetching(new Tokens(), send)(new Request(URL_)));

    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({
      code: "step_prerequisites_unmet",
      message: "Not yet.",
      requestId: "r-1",
      retryAfter: 7,
      fields: { blocking },
    });
  });

  it("is refused in words when the gateway refused it, which has another form", async () => {
    const { send } = answering(json({ message: "Too Many Requests" }, 429));

    expect(await refused(fetching(new Tokens(), send)(new Request(URL_)))).toMatchObject({
      status: 429,
      code: "http_429",
      message: "Too Many Requests",
    });
  });
});
