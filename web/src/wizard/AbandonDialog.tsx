import { t } from "../text/translate";
import { Dialog } from "../together/Dialog";
import { useEditing } from "../together/editing";

export default function AbandonDialog({ close }: { close: () => void }) {
  const { edit } = useEditing();
  return (
    <Dialog
      title={t("review.abandon.title")}
      button={t("review.abandon.button")}
      failed={t("review.abandon.failed")}
      submit={async () => (await edit({ status: "abandoned" })) !== null}
      close={close}
    >
      {t("review.abandon.text")}
    </Dialog>
  );
}
