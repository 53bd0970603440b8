import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Scrolled } from "../app/Scrolled";
import type { Session, SessionEdit } from "../api/types";
import { nameOf } from "../signin/who";
import { said } from "../text/Moment";
import { serverNow } from "../api/clock";
import { named, t } from "../text/translate";
import { Dialog } from "./Dialog";
import { DECIDED_FROM } from "./editing";

const FIELDS = DECIDED_FROM;
type Field = (typeof FIELDS)[number];

interface Props {
  seen: Session;
  current: Session;
  wanted: SessionEdit;
  decide: (again: boolean) => void;
  me: number | null;
}

/** Both versions side by side, and what one wants of it: nothing is saved over what one has not seen. */
export default function StaleDialog({ seen, current, wanted, decide, me }: Props) {
  const shown = FIELDS.filter((field) => seen[field] !== current[field] || field in wanted);
  const value = (field: Field, of: Partial<Session> | SessionEdit) => worded(field, of, me);
  return (
    <Dialog
      title={t("stale.title")}
      button={t("stale.apply")}
      cancel={t("stale.drop")}
      size="large"
      submit={() => {
        decide(true);
        return Promise.resolve(false);
      }}
      close={() => {
        decide(false);
      }}
    >
      <SpaceBetween size="m">
        <Box>{t("stale.text")}</Box>
        <Scrolled label={t("stale.title")}>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t("stale.field")}</th>
                <th scope="col">{t("stale.seen")}</th>
                <th scope="col">{t("stale.now")}</th>
                <th scope="col">{t("stale.wanted")}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((field) => (
                <tr key={field}>
                  <th scope="row">{named("field", field)}</th>
                  <td>{value(field, seen)}</td>
                  <td>{seen[field] === current[field] ? value(field, current) : <b>{value(field, current)}</b>}</td>
                  <td>{field in wanted ? value(field, wanted) : ""}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
        <Box color="text-body-secondary">{t("stale.same")}</Box>
      </SpaceBetween>
    </Dialog>
  );
}

function worded(field: Field, of: Partial<Session> | SessionEdit, me: number | null): string {
  const value = (of as Partial<Session>)[field] ?? null;
  if (field === "assigned_to_user_id") return nameOf(value as number | null, me);
  if (value === null || value === "") return "–";
  if (field === "current_step") return t("queue.step", { step: value, name: named("step", String(value)) });
  if (field === "status") return named("status", String(value));
  if (field === "waiting_until") return said(new Date(String(value)), "date", serverNow());
  if (field === "provider_connection_id") return t("connection.id", { id: value });
  return String(value);
}
