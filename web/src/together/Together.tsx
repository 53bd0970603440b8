import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import type { Tagged } from "../api/calls";
import { isProblem } from "../api/problems";
import { keys, useApi, useEditSession, useMyRole, useOpenSession } from "../api/queries";
import type { Session, SessionEdit } from "../api/types";
import { announce } from "../app/announcer";
import { useMe } from "../signin/who";
import { t } from "../text/translate";
import { EditingContext, isAsSeen, type Editing, type Seen } from "./editing";
import { useHeartbeat } from "./heartbeat";
import { LockBanner } from "./LockBanner";
import { holderOf, lostBetween, newer, type Lost } from "./lock";
import { SessionBar } from "./SessionBar";

const StaleDialog = lazy(() => import("./StaleDialog"));

interface Stale {
  seen: Session;
  current: Session;
  wanted: SessionEdit;
  /** Called with true to save it all the same. */
  decide: (again: boolean) => void;
}

interface Props extends Seen {
  tenantId: number;
  children: ReactNode;
}

/** The open session, shared: who does what in it, and the only way from the page to change it. */
export function Together({ tenantId, session, etag, children }: Props) {
  const me = useMe();
  const role = useMyRole(tenantId, me);
  const client = useQueryClient();
  const api = useApi();
  const { mutateAsync: send, isPending } = useEditSession(tenantId);
  const { mutateAsync: open } = useOpenSession(tenantId);
  const [stale, setStale] = useState<Stale | null>(null);
  const [lost, setLost] = useState<Lost | null>(null);
  const before = useRef<Session | null>(null);
  const gaveUp = useRef(false);
  const holder = holderOf(session);

  useEffect(() => {
    const found = lostBetween(before.current, session, me, gaveUp.current);
    if (found) {
      setLost(found);
      announce(t("lock.lost.announced"));
    } else if (session.locked_by_user_id === me && before.current && before.current.locked_by_user_id !== me) {
      setLost(null);
      announce(t("lock.gained.announced"));
    }
    if (before.current !== session) gaveUp.current = false;
    before.current = session;
  }, [session, me]);

  const beat = useCallback(() => {
    api.editSession(tenantId, session.id, {}, null).then(
      (answered) => {
        client.setQueryData<Tagged<Session | null>>(keys.session(tenantId), (now) => newer(now, answered));
      },
      // Why it was refused is what the next look at the session shows.
      () => client.invalidateQueries({ queryKey: keys.session(tenantId) }),
    );
  }, [api, client, tenantId, session.id]);
  useHeartbeat(holder === me && me !== null, session.locked_until, beat);

  const edit = useCallback(
    async (wanted: SessionEdit, seen: Seen = { session, etag }): Promise<Session | null> => {
      const hands = wanted.assigned_to_user_id ?? null;
      let from = seen;
      for (;;) {
        gaveUp.current = hands !== null && hands !== me;
        try {
          return (await send({ sessionId: session.id, edit: wanted, etag: from.etag })).value;
        } catch (error) {
          gaveUp.current = false;
          if (!isProblem(error, "version_stale") || !error.fields.session) throw error;
          const current = error.fields.session;
          // Only the lock went from hand to hand: what was decided is still about what is there.
          const again = isAsSeen(from.session, current) || (await new Promise<boolean>((decide) => {
            setStale({ seen: from.session, current, wanted, decide });
          }));
          setStale(null);
          if (!again) return null;
          from = { session: current, etag: error.etag };
        }
      }
    },
    [send, session, etag, me],
  );

  const claim = useCallback(async (): Promise<Seen> => {
    if (holder !== null) return { session, etag };
    const opened = await open();
    return { session: opened.value, etag: opened.etag };
  }, [holder, open, session, etag]);

  const editing = useMemo<Editing>(
    () => ({ tenantId, session, etag, me, role, holder, pending: isPending, edit, claim }),
    [tenantId, session, etag, me, role, holder, isPending, edit, claim],
  );

  return (
    <EditingContext value={editing}>
      <LockBanner
        lost={lost}
        dismiss={() => {
          setLost(null);
        }}
      />
      <SessionBar />
      {children}
      {stale && (
        <Suspense>
          <StaleDialog {...stale} me={me} />
        </Suspense>
      )}
    </EditingContext>
  );
}
