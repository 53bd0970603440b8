import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { lazy, Suspense, useState } from "react";
import { serverNow } from "../api/clock";
import { useStanding } from "../api/queries";
import { ActsNextAndWhy } from "../queue/cells";
import { nameOf } from "../signin/who";
import { Moment } from "../text/Moment";
import { t } from "../text/translate";
import { useEditing, whyNotEdit } from "./editing";
import "./together.css";

const AssignDialog = lazy(() => import("./AssignDialog"));
const NoteDialog = lazy(() => import("./NoteDialog"));

/** Who does what in the session, in one line. */
export function SessionBar() {
  const editing = useEditing();
  const { session, me, holder, tenantId } = editing;
  const standing = useStanding(tenantId);
  const [open, setOpen] = useState<"assign" | "note" | null>(null);
  const refused = whyNotEdit(editing);
  const { note, waiting_until: until } = session;
  const isOver = until ? Date.parse(until) <= serverNow() : false;

  function close(): void {
    setOpen(null);
  }

  return (
    <Container>
      <dl className="together" aria-label={t("together.title")}>
        <div>
          <dt>{t("lock.label")}</dt>
          <dd>
            {holder === null || session.locked_until === null ? (
              t("lock.free")
            ) : (
              <StatusIndicator type={holder === me ? "success" : "info"}>
                {holder === me ? t("lock.mine") : t("lock.theirs", { who: nameOf(holder, me) })}{" "}
                <Moment at={session.locked_until} style="clock" />
              </StatusIndicator>
            )}
          </dd>
        </div>
        <div>
          <dt>{t("assign.label")}</dt>
          <dd>
            {nameOf(session.assigned_to_user_id, me)}{" "}
            <Button
              variant="inline-link"
              disabled={refused !== null}
              disabledReason={refused ?? ""}
              onClick={() => {
                setOpen("assign");
              }}
            >
              {t("assign.change")}
            </Button>
          </dd>
        </div>
        <div>
          <dt>{t("acts.label")}</dt>
          <dd>{standing ? <ActsNextAndWhy standing={standing} /> : "–"}</dd>
        </div>
        <div className="together-note">
          <dt>{t("note.label")}</dt>
          <dd>
            {note ? <span className="note-text">{note}</span> : <Box variant="span" color="text-body-secondary">{t("note.none")}</Box>}{" "}
            <Button
              variant="inline-link"
              ariaLabel={t("note.edit.label")}
              disabled={refused !== null}
              disabledReason={refused ?? ""}
              onClick={() => {
                setOpen("note");
              }}
            >
              {t("note.edit")}
            </Button>
            {until && (
              <div>
                <StatusIndicator type={isOver ? "warning" : "pending"}>
                  {isOver ? t("note.overdue") : t("note.waiting")} <Moment at={until} style="day" />
                </StatusIndicator>
              </div>
            )}
          </dd>
        </div>
      </dl>
      <Suspense>
        {open === "assign" && <AssignDialog close={close} />}
        {open === "note" && <NoteDialog close={close} />}
      </Suspense>
    </Container>
  );
}
