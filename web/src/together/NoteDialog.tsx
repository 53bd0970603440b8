import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import { useDraft } from "../drafts/drafts";
import type { SessionEdit } from "../api/types";
import { t } from "../text/translate";
import { dayOf, startOfDay } from "./days";
import { Dialog } from "./Dialog";
import { useEditing } from "./editing";
import { isTooLong, NoteField } from "./NoteField";
import { Interrupted, useInterruption } from "./interruption";
import { useSeen } from "./useSeen";

/** What colleagues have to know, and until when there is nothing to do but wait. */
export default function NoteDialog({ close }: { close: () => void }) {
  const { edit, session, tenantId } = useEditing();
  const draft = `note.${tenantId}.${session.id}`;
  const seen = useSeen(draft);
  const interruption = useInterruption();
  const [typed, type, drop] = useDraft(draft, () => ({
    note: session.note ?? "",
    until: dayOf(session.waiting_until ?? null),
  }));

  async function submit(): Promise<boolean> {
    const wanted: SessionEdit = {};
    const note = typed.note.trim() || null;
    if (note !== (seen.session.note ?? null)) wanted.note = note;
    if (typed.until !== dayOf(seen.session.waiting_until ?? null)) wanted.waiting_until = startOfDay(typed.until);
    if (Object.keys(wanted).length > 0 && (await edit({ ...wanted, ...interruption.takeover }, seen)) === null) return false;
    drop();
    return true;
  }

  return (
    <Dialog
      title={t("note.title")}
      button={interruption.button(t("app.save"))}
      disabledReason={interruption.refused ?? undefined}
      failed={t("note.failed")}
      disabled={isTooLong(typed.note) || interruption.refused !== null}
      submit={submit}
      close={() => {
        // Who was interrupted finds it again.
        if (!interruption.isOthers) drop();
        close();
      }}
    >
      <Interrupted />
      <NoteField
        label={t("note.text")}
        description={t("note.text.about")}
        value={typed.note}
        change={(note) => {
          type({ ...typed, note });
        }}
      />
      <FormField label={t("note.until")} description={t("note.until.about")}>
        <DatePicker
          value={typed.until}
          placeholder={t("register.date")}
          format="iso"
          onChange={({ detail }) => {
            type({ ...typed, until: detail.value });
          }}
          openCalendarAriaLabel={(chosen) => (chosen ? t("date.change", { day: chosen }) : t("date.choose"))}
          todayAriaLabel={t("date.today")}
          nextMonthAriaLabel={t("date.next")}
          previousMonthAriaLabel={t("date.previous")}
        />
      </FormField>
    </Dialog>
  );
}
