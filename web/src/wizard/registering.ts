/** What is typed to register a connection, and what becomes of it. */

import type { Connection, ConnectionDetails, CredentialKind, Preflight } from "../api/types";
import { startOfDay } from "../together/days";

export interface Typed {
  customer: string;
  entra: string;
  client: string;
  domain: string;
  kind: CredentialKind;
  arn: string;
  thumbprint: string;
  ends: string;
  id: string;
}

export function untyped(): Typed {
  return { customer: "", entra: "", client: "", domain: "", kind: "client_secret", arn: "", thumbprint: "", ends: "", id: "" };
}

export const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A number that no other connection of the tenant has: as the owning product counts, so that people know them again. */
export function freeId(tenantId: number, connections: readonly Connection[]): number {
  const taken = connections.map((each) => each.id);
  return taken.length === 0 ? tenantId * 100 + 1 : Math.max(...taken) + 1;
}

/** Puts down what Microsoft said of the customer that was typed, and leaves everything else as it is. */
export function withLooked(typed: Typed, found: Preflight): Typed {
  const name = typed.customer.trim();
  return {
    ...typed,
    entra: found.entra_tenant_id ?? "",
    ...(found.exists && !GUID.test(name) && { domain: name.toLowerCase() }),
  };
}

/** Sends only what was typed, so that what a kind of credential must not have is not there. */
export function detailsOf(typed: Typed): ConnectionDetails {
  return {
    entra_tenant_id: typed.entra,
    client_id: typed.client.trim(),
    cloud: "global",
    credential_kind: typed.kind,
    ...(typed.domain.trim() && { expected_domain: typed.domain.trim() }),
    ...(typed.kind !== "federation" && { credential_arn: typed.arn.trim() }),
    ...(typed.kind === "certificate" && { certificate_thumbprint: typed.thumbprint.trim() }),
    ...(typed.ends && { credential_expires_at: startOfDay(typed.ends) }),
  };
}
