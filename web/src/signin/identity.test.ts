// @vitest-environment happy-dom
import { UserManager, type User } from "oidc-client-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Identity } from "./identity";

const CONFIG = { issuer: "https://issuer.test", client_id: "page", scope: "openid", audience: "", user_id_claim: "user_id" };

function returning(profile: Record<string, unknown>): Identity {
  vi.spyOn(UserManager.prototype, "signinRedirectCallback").mockResolvedValue({ profile, state: { returnTo: "/?q=x" } } as unknown as User);
  return new Identity(CONFIG);
}

afterEach(() => {
  sessionStorage.clear();
});

describe("who comes back from the issuer", () => {
  it("goes on where they were", async () => {
    const identity = returning({ user_id: "3" });

    expect(await identity.complete()).toBe("/?q=x");
    expect([identity.userId, identity.wasSignedIn]).toEqual([3, true]);
  });

  it("is not sent there again and again if the token does not say who they are", async () => {
    const identity = returning({ sub: "a" });

    await expect(identity.complete()).rejects.toThrow("user_id");
    expect(identity.wasSignedIn).toBe(false);
  });
});
