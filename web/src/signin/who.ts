/** Who is signed in, for everything that is shown to them. */

import { createContext, useContext } from "react";
import { t } from "../text/translate";
import type { Identity } from "./identity";

export const IdentityContext = createContext<Identity | null>(null);

export function useIdentity(): Identity {
  const identity = useContext(IdentityContext);
  if (!identity) throw new Error("nobody can be signed in around this");
  return identity;
}

export function useMe(): number | null {
  return useIdentity().userId;
}

/** The same within a sentence. */
export function nameWithin(userId: number, me: number | null): string {
  return userId === me ? t("user.you.within") : t("user.named", { id: userId });
}

/** Names a user as *me* would; null is nobody. */
export function nameOf(userId: number | null, me: number | null): string {
  if (userId === null) return t("user.nobody");
  return userId === me ? t("user.you") : t("user.named", { id: userId });
}
