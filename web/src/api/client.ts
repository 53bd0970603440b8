/** Every request of the page goes through here: the token, what is known already, and what a refusal becomes. */

import { learnFrom } from "./clock";
import { Etags } from "./etags";
import { Problem, SignedOut, Unreachable } from "./problems";

export interface Tokens {
  token(): Promise<string>;
  renew(): Promise<void>;
  /** The API takes no token of theirs any more. */
  lose(): void;
}

export type Fetch = (request: Request) => Promise<Response>;

/** Makes the one function that asks the API; it answers what is there, or throws why there is nothing. */
export function fetching(tokens: Tokens, send: Fetch = (request) => fetch(request)): Fetch {
  const etags = new Etags();

  async function sent(request: Request): Promise<Response> {
    request.headers.set("authorization", `Bearer ${await tokens.token()}`);
    try {
      return await send(request);
    } catch (error) {
      if (request.signal.aborted) throw error;
      throw new Unreachable();
    }
  }

  return async (request) => {
    const again = request.clone();
    let response = await sent(etags.ask(request));
    if (response.status === 401) {
      // It may have run out on its way, or been revoked: one fresh token, and then it is the answer.
      await tokens.renew();
      response = await sent(etags.ask(again));
    }
    learnFrom(response);
    if (response.status === 401) {
      tokens.lose();
      throw new SignedOut();
    }
    const completed = await etags.complete(request, response);
    if (!completed.ok) throw Problem.of(completed, await bodyOf(completed));
    return completed;
  };
}

async function bodyOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}
