/** What becomes of something half typed when a colleague takes the edit lock: it stays, and can be sent all the same. */

import Alert from "@cloudscape-design/components/alert";
import type { SessionEdit } from "../api/types";
import { nameOf } from "../signin/who";
import { t } from "../text/translate";
import { mayTakeOver, useEditing } from "./editing";

export interface Interruption {
  /** Whether somebody else holds the lock now. */
  isOthers: boolean;
  /** Why nothing can be sent; null if it can. */
  refused: string | null;
  /** What has to be sent with an edit to get past the colleague. */
  takeover: Pick<SessionEdit, "takeover">;
  /** What the button says that does *what*. */
  button: (what: string) => string;
}

export function useInterruption(): Interruption {
  const editing = useEditing();
  const { holder, me } = editing;
  const isOthers = holder !== null && holder !== me;
  const may = mayTakeOver(editing);
  return {
    isOthers,
    refused: isOthers && !may ? t("lock.takeover.not") : null,
    takeover: isOthers && may ? { takeover: true } : {},
    button: (what) => (isOthers && may ? t("lock.takeover.and", { what: what.toLowerCase() }) : what),
  };
}

export function Interrupted() {
  const { holder, me } = useEditing();
  return (
    <div role="status">
      {holder !== null && holder !== me && (
        <Alert type="warning" header={t("lock.theirs.title", { who: nameOf(holder, me) })}>
          {t("lock.interrupted")}
        </Alert>
      )}
    </div>
  );
}
