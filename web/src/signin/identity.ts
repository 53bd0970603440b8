/** Signing in: OIDC's code flow with PKCE. Tokens are kept in memory and nowhere else; a reload asks the issuer again. */

import { ErrorResponse, InMemoryWebStorage, UserManager, WebStorageStateStore, type User } from "oidc-client-ts";
import { SignedOut, Unreachable } from "../api/problems";
import type { SignInConfig } from "./config";

/** Seconds before its end at which a token is renewed. */
const RENEW_BEFORE = 60;

/** What an issuer says that cannot answer for now (RFC 6749, 4.1.2.1). */
const PASSING = new Set(["server_error", "temporarily_unavailable"]);

/** Marks a tab in which somebody was signed in: after a reload it goes to the issuer without being asked. */
const WAS_SIGNED_IN = "signed-in-before";

export type Listener = () => void;

export class Identity {
  private user: User | null = null;
  /** Who is, or was until their sign-in was lost, at this page: what is theirs does not look like another's meanwhile. */
  private profile: User["profile"] | null = null;
  private renewing: Promise<User | null> | null = null;
  private lost = false;
  private readonly listeners = new Set<Listener>();
  private readonly manager: UserManager;

  constructor(private readonly config: SignInConfig) {
    this.manager = new UserManager({
      authority: config.issuer,
      client_id: config.client_id,
      scope: config.scope,
      redirect_uri: `${location.origin}${import.meta.env.BASE_URL}signed-in`,
      response_type: "code",
      extraQueryParams: config.audience ? { audience: config.audience } : {},
      loadUserInfo: false,
      automaticSilentRenew: false,
      monitorSession: false,
      userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
      // What the redirect has to survive: the PKCE verifier and where to go on. It is used up by the return.
      stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: "signing-in." }),
    });
  }

  get userId(): number | null {
    const claimed = this.profile?.[this.config.user_id_claim];
    const read = Number(claimed);
    return claimed !== undefined && Number.isSafeInteger(read) && read > 0 ? read : null;
  }

  /** What the issuer calls who is signed in, if it says. */
  get name(): string | null {
    return this.profile?.name ?? null;
  }

  /** Whether somebody was signed in here and no longer is. */
  get isLost(): boolean {
    return this.lost;
  }

  get wasSignedIn(): boolean {
    return sessionStorage.getItem(WAS_SIGNED_IN) !== null;
  }

  /** Leaves for the issuer's page, and comes back to *returnTo*. */
  async signIn(returnTo: string): Promise<void> {
    await this.manager.signinRedirect({ state: { returnTo } });
  }

  /** Takes up what the issuer sent back; answers where to go on. */
  async complete(): Promise<string> {
    sessionStorage.removeItem(WAS_SIGNED_IN);
    const user = await this.manager.signinRedirectCallback();
    this.is(user);
    // Going to the issuer again would bring the same, again and again.
    if (this.userId === null) throw new Error(`the id token has no ${this.config.user_id_claim}`);
    sessionStorage.setItem(WAS_SIGNED_IN, "");
    const state = user.state as { returnTo?: unknown } | undefined;
    const returnTo = state?.returnTo;
    return typeof returnTo === "string" && returnTo.startsWith("/") && !returnTo.startsWith("//") ? returnTo : "/";
  }

  /**
   * Forgets who was signed in, and then leaves for the issuer to have it do the same, if it can be asked to (OpenID
   * Connect RP-Initiated Logout 1.0). What is here goes first: it must not stay because an issuer does not answer.
   */
  async signOut(): Promise<void> {
    const hint = this.user?.id_token;
    sessionStorage.removeItem(WAS_SIGNED_IN);
    await this.manager.removeUser();
    this.user = null;
    this.profile = null;
    this.lost = false;
    this.tell();
    if (hint !== undefined) await this.endAtTheIssuer(hint);
  }

  private async endAtTheIssuer(hint: string): Promise<void> {
    const page = `${location.origin}${import.meta.env.BASE_URL.replace(/\/$/, "")}`;
    try {
      if ((await this.manager.metadataService.getEndSessionEndpoint()) === undefined) return;
      await this.manager.signoutRedirect({
        id_token_hint: hint,
        post_logout_redirect_uri: page,
        // Amazon Cognito has names of its own for them, and what an issuer does not know it has to leave alone.
        extraQueryParams: { client_id: this.config.client_id, logout_uri: page },
      });
    } catch {
      // Nobody is signed in here any more, whatever the issuer still thinks.
    }
  }

  /** Gives a token that is good for a while yet. */
  async token(): Promise<string> {
    if (this.user && (this.user.expires_in ?? Infinity) < RENEW_BEFORE) await this.renew();
    if (!this.user) throw new SignedOut();
    return this.user.access_token;
  }

  /** Gets a fresh token, once for all who ask at the same time; without one nobody is signed in any more. */
  async renew(): Promise<void> {
    this.renewing ??= this.renewed().finally(() => {
      this.renewing = null;
    });
    const user = await this.renewing;
    if (user) this.is(user);
    else this.lose();
  }

  /** Nobody is signed in any more, though nobody signed out. */
  lose(): void {
    this.user = null;
    this.lost = true;
    this.tell();
  }

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private async renewed(): Promise<User | null> {
    if (!this.user?.refresh_token) return null;
    try {
      return await this.manager.signinSilent();
    } catch (error) {
      // Only the issuer's word ends a sign-in; neither a missing network does, nor an issuer that is down.
      if (error instanceof ErrorResponse && !PASSING.has(error.error ?? "")) return null;
      throw new Unreachable();
    }
  }

  private is(user: User): void {
    this.user = user;
    this.profile = user.profile;
    this.lost = false;
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
