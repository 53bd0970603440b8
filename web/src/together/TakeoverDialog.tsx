import { nameOf } from "../signin/who";
import { t } from "../text/translate";
import { Dialog } from "./Dialog";
import { useEditing } from "./editing";

export default function TakeoverDialog({ holder, close }: { holder: number; close: () => void }) {
  const { edit, me } = useEditing();
  return (
    <Dialog
      title={t("lock.takeover.title", { who: nameOf(holder, me) })}
      button={t("lock.takeover")}
      submit={async () => (await edit({ takeover: true })) !== null}
      close={close}
    >
      {t("lock.takeover.text")}
    </Dialog>
  );
}
