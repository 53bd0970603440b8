/** How often what is shown is asked again: as often as it can change, and never sooner than whoever refused said. */

import { QueryClient, type Query } from "@tanstack/react-query";
import { askedToWait, isPassing } from "./problems";

const MOST_TRIES = 2;
const SLOWEST = 60_000;

export function queryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => isPassing(error) && failures < MOST_TRIES,
        retryDelay: (failures, error) => askedToWait(error) ?? Math.min(1_000 * 2 ** failures, SLOWEST),
        // A hidden tab asks nothing; once it is seen again it asks at once.
        refetchIntervalInBackground: false,
        refetchOnWindowFocus: "always",
        staleTime: 1_000,
      },
      // What was refused for want of a network is said at once, not sent later when nobody remembers it.
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

type Asked = Pick<Query<never>["state"], "error" | "fetchFailureCount">;

/** Milliseconds until it is asked again; after failures less and less often. */
export function every<State extends Asked>(milliseconds: number, state: State): number {
  if (state.error === null) return milliseconds;
  return askedToWait(state.error) ?? Math.min(milliseconds * 2 ** Math.max(1, state.fetchFailureCount), SLOWEST);
}
