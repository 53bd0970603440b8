/** The connection in use: what runs go through and findings are judged by. The API's rule, and its only copy here. */

import { useConnections } from "./queries";
import type { Connection, Session } from "./types";

type Chooses = Pick<Session, "provider_connection_id">;

/** The one that *session* chose, else the tenant's only one; null where there is none or a choice has yet to be made. */
export function idInUse(session: Chooses, connections: readonly Connection[] | undefined): number | null {
  return session.provider_connection_id ?? (connections?.length === 1 ? (connections[0]?.id ?? null) : null);
}

export interface InUse {
  id: number | null;
  /** Undefined while it is not known, too. */
  connection: Connection | undefined;
}

export function useConnectionInUse(tenantId: number, session: Chooses): InUse {
  const connections = useConnections(tenantId).data;
  const id = idInUse(session, connections);
  return { id, connection: connections?.find((each) => each.id === id) };
}
