import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { covers } from "../api/calls";
import { useMembers } from "../api/queries";
import type { SessionEdit } from "../api/types";
import { useDraft } from "../drafts/drafts";
import { nameOf } from "../signin/who";
import { named, t } from "../text/translate";
import { Dialog } from "./Dialog";
import { mayDecideForOthers, useEditing } from "./editing";
import { isTooLong, NoteField } from "./NoteField";
import { Interrupted, useInterruption } from "./interruption";
import { useSeen } from "./useSeen";

const NOBODY = "";

/** Who goes on with it, and what they have to know. */
export default function AssignDialog({ close }: { close: () => void }) {
  const editing = useEditing();
  const { edit, session, me, tenantId } = editing;
  const draft = `assign.${tenantId}.${session.id}`;
  const seen = useSeen(draft);
  const interruption = useInterruption();
  const members = useMembers(tenantId);
  const [typed, type, drop] = useDraft(draft, () => ({
    to: session.assigned_to_user_id === null ? NOBODY : String(session.assigned_to_user_id),
    note: session.note ?? "",
  }));
  const decides = mayDecideForOthers({ ...editing, session: seen.session });
  const options = [
    { value: NOBODY, label: t("assign.nobody") },
    ...(members.data ?? [])
      .filter((member) => covers(member.role, "operator") && (decides || member.user_id === me))
      .map((member) => ({
        value: String(member.user_id),
        label: t("user.role", { user: nameOf(member.user_id, me), role: named("role", member.role) }),
      })),
  ];
  const to = typed.to === NOBODY ? null : Number(typed.to);
  const handsOff = to !== null && to !== me;

  async function submit(): Promise<boolean> {
    // Naming the same colleague again hands the session back to them, so it is always said who.
    const wanted: SessionEdit = { assigned_to_user_id: to };
    const note = typed.note.trim() || null;
    if (note !== (seen.session.note ?? null)) wanted.note = note;
    if ((await edit({ ...wanted, ...interruption.takeover }, seen)) === null) return false;
    drop();
    return true;
  }

  return (
    <Dialog
      title={t("assign.title")}
      button={interruption.button(handsOff ? t("assign.handoff.button") : t("assign.button"))}
      disabledReason={interruption.refused ?? undefined}
      failed={t("assign.failed")}
      disabled={isTooLong(typed.note) || interruption.refused !== null || (to !== null && !Number.isSafeInteger(to))}
      submit={submit}
      close={() => {
        // Who was interrupted finds it again.
        if (!interruption.isOthers) drop();
        close();
      }}
    >
      <Interrupted />
      <FormField label={t("assign.to")} description={members.error ? t("assign.members.failed") : ""}>
        {members.error ? (
          <Input
            value={typed.to}
            inputMode="numeric"
            onChange={({ detail }) => {
              type({ ...typed, to: detail.value.trim() });
            }}
          />
        ) : (
          <Select
            selectedOption={options.find((each) => each.value === typed.to) ?? null}
            options={options}
            statusType={members.data ? "finished" : "loading"}
            loadingText={t("loading")}
            onChange={({ detail }) => {
              type({ ...typed, to: detail.selectedOption.value ?? NOBODY });
            }}
          />
        )}
      </FormField>
      <NoteField
        label={t("assign.note")}
        description={t("assign.note.about")}
        value={typed.note}
        change={(note) => {
          type({ ...typed, note });
        }}
      />
      {handsOff && <Alert type="info">{t("assign.handoff")}</Alert>}
    </Dialog>
  );
}
