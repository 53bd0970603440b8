// @vitest-environment happy-dom
import { ErrorResponse, MetadataService, UserManager, type User } from "oidc-client-ts";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SignedOut, Unreachable } from "../api/problems";
import { Identity } from "./identity";

const CONFIG = { issuer: "https://issuer.test", client_id: "page", scope: "openid", audience: "", user_id_claim: "user_id" };

function returning(profile: Record<string, unknown>): Identity {
  vi.spyOn(UserManager.prototype, "signinRedirectCallback").mockResolvedValue({ profile, refresh_token: "r", id_token: "i", state: { returnTo: "/?q=x" } } as unknown as User);
  return new Identity(CONFIG);
}

afterEach(() => {
  sessionStorage.clear();
  vi.restoreAllMocks();
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

describe("who signs out", () => {
  async function signedOut(endpoint: () => Promise<string | undefined>) {
    const identity = returning({ user_id: "3" });
    await identity.complete();
    const order: string[] = [];
    identity.subscribe(() => order.push("forgotten"));
    vi.spyOn(MetadataService.prototype, "getEndSessionEndpoint").mockImplementation(endpoint);
    const left = vi.spyOn(UserManager.prototype, "signoutRedirect").mockImplementation(() => {
      order.push("left");
      return Promise.resolve();
    });

    await identity.signOut();

    expect([identity.userId, identity.wasSignedIn, identity.isLost]).toEqual([null, false, false]);
    return { order, asked: left.mock.calls[0]?.[0] };
  }

  it("is forgotten here first, and then sent to the issuer's end of the session and back", async () => {
    const { order, asked } = await signedOut(() => Promise.resolve("https://issuer.test/end"));

    expect(order).toEqual(["forgotten", "left"]);
    expect(asked).toMatchObject({ id_token_hint: "i", extraQueryParams: { client_id: "page" } });
    expect(asked?.post_logout_redirect_uri).toMatch(/^http.*[^/]$/);
  });

  it.each([
    ["has no such end", () => Promise.resolve(undefined)],
    ["does not answer", () => Promise.reject(new TypeError("Failed to fetch"))],
  ])("is forgotten here alone where the issuer %s", async (_why, endpoint) => {
    const { order } = await signedOut(endpoint);

    expect(order).toEqual(["forgotten"]);
  });

  it("was never signed in, and so goes nowhere", async () => {
    const left = vi.spyOn(UserManager.prototype, "signoutRedirect").mockResolvedValue();

    await new Identity(CONFIG).signOut();

    expect(left).not.toHaveBeenCalled();
  });
});

describe("a sign-in that is renewed", () => {
  it.each([new Error("Service Unavailable (503)"), new TypeError("Failed to fetch"), new ErrorResponse({ error: "temporarily_unavailable" })])(
    "outlives an issuer that does not answer: %s",
    async (error) => {
      const identity = returning({ user_id: "3" });
      await identity.complete();
      vi.spyOn(UserManager.prototype, "signinSilent").mockRejectedValue(error);

      await expect(identity.renew()).rejects.toThrow(Unreachable);
      expect(identity.isLost).toBe(false);
    },
  );

  it("ends when the issuer says so", async () => {
    const identity = returning({ user_id: "3" });
    await identity.complete();
    vi.spyOn(UserManager.prototype, "signinSilent").mockRejectedValue(new ErrorResponse({ error: "invalid_grant" }));

    await identity.renew();

    // Whose page it is stays known, so that nothing on it looks like a colleague's; but nobody asks in their name.
    expect([identity.isLost, identity.userId]).toEqual([true, 3]);
    await expect(identity.token()).rejects.toThrow(SignedOut);
  });
});
