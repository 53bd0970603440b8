import Modal from "@cloudscape-design/components/modal";
import type { Evidence } from "../api/types";
import { named, t } from "../text/translate";
import { Comparison } from "./Comparison";

interface Props {
  older: Evidence;
  newer: Evidence;
  close: () => void;
}

export default function ComparisonDialog({ older, newer, close }: Props) {
  return (
    <Modal
      visible
      size="large"
      header={t("diff.title", { task: named("task", newer.task_type) })}
      closeAriaLabel={t("app.close")}
      onDismiss={close}
    >
      <Comparison older={older} newer={newer} />
    </Modal>
  );
}
