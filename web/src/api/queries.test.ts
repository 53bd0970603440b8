import { describe, expect, it } from "vitest";
import { queryClient } from "./polling";
import { keepSession, keys } from "./queries";
import type { Session } from "./types";

describe("what a change answered", () => {
  it("is not replaced by a look that began before it", async () => {
    const client = queryClient();
    const [before, after] = [1, 2].map((version) => ({
      value: { id: 7, version, closed_at: null } as Session,
      etag: `"7.${version}.0"`,
    }));
    client.setQueryData(keys.session(1), before);
    let answer: (late: unknown) => void = () => undefined;
    const looking = client
      .fetchQuery({ queryKey: keys.session(1), queryFn: () => new Promise((given) => { answer = given; }), staleTime: 0 })
      .catch(() => undefined);

    keepSession(client, 1, after!);
    answer(before);
    await looking;
    await new Promise((later) => setTimeout(later));

    expect(client.getQueryData(keys.session(1))).toEqual(after);
    client.clear();
  });
});
