import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { lazy, Suspense, useState } from "react";
import { covers } from "../api/calls";
import { nameOf } from "../signin/who";
import { NotDone } from "../states/Refused";
import { Moment } from "../text/Moment";
import { t } from "../text/translate";
import { mayTakeOver, useEditing } from "./editing";
import type { Lost } from "./lock";

const TakeoverDialog = lazy(() => import("./TakeoverDialog"));

/** Says when somebody else is editing, or that one no longer is. */
export function LockBanner({ lost, dismiss }: { lost: Lost | null; dismiss: () => void }) {
  const editing = useEditing();
  const { session, me, holder, role } = editing;
  const [asking, setAsking] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const [starting, setStarting] = useState(false);
  const heldByOther = holder !== null && holder !== me;

  async function start(): Promise<void> {
    setStarting(true);
    setFailed(null);
    try {
      await editing.claim();
    } catch (error) {
      setFailed(error);
    } finally {
      setStarting(false);
    }
  }

  const takeover = heldByOther && covers(role, "operator") && (
    <Button
      disabled={!mayTakeOver(editing)}
      disabledReason={t("lock.takeover.not")}
      onClick={() => {
        setAsking(true);
      }}
    >
      {t("lock.takeover")}
    </Button>
  );
  const startEditing = (
    <Button loading={starting} onClick={() => void start()}>
      {t("lock.start")}
    </Button>
  );

  return (
    <div className="banner" role="region" aria-label={t("lock.region")}>
      {lost !== null && holder !== me ? (
        <Alert
          type="warning"
          header={t("lock.lost.title")}
          dismissible
          dismissAriaLabel={t("app.close")}
          onDismiss={dismiss}
          action={heldByOther ? takeover : startEditing}
        >
          {lost.by === null ? t("lock.lost.ended") : t("lock.lost.taken", { who: nameOf(lost.by, me) })}
        </Alert>
      ) : heldByOther ? (
        <Alert type="info" header={t("lock.theirs.title", { who: nameOf(holder, me) })} action={takeover}>
          {t("lock.theirs.text")}{" "}
          {session.locked_until !== null && (
            <>
              {t("lock.ends")} <Moment at={session.locked_until} />.{" "}
            </>
          )}
          {covers(role, "operator") && !mayTakeOver(editing) && t("lock.takeover.not")}
        </Alert>
      ) : holder === null && covers(role, "operator") ? (
        <Alert type="info" header={t("lock.free.title")} action={startEditing}>
          {t("lock.free.text")}
        </Alert>
      ) : null}
      <NotDone
        error={failed}
        onDismiss={() => {
          setFailed(null);
        }}
      />
      {asking && holder !== null && (
        <Suspense>
          <TakeoverDialog
            holder={holder}
            close={() => {
              setAsking(false);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
