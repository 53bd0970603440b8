import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal, { type ModalProps } from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";
import { NotDone } from "../states/Refused";
import { t } from "../text/translate";

interface Props {
  title: string;
  button: string;
  /** Does it; the dialog stays, and says why, if this fails. Answers whether it is done with. */
  submit: () => Promise<boolean>;
  close: () => void;
  failed?: string;
  cancel?: string;
  disabled?: boolean;
  disabledReason?: string | undefined;
  size?: ModalProps.Size;
  children: ReactNode;
}

/** A question that is answered by doing something or leaving it. */
export function Dialog({ title, button, submit, close, failed, cancel, disabled, disabledReason, size, children }: Props) {
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function go(): Promise<void> {
    setPending(true);
    setError(null);
    try {
      if (await submit()) close();
    } catch (refused) {
      setError(refused);
    } finally {
      setPending(false);
    }
  }

  return (
    <Modal
      visible
      size={size ?? "medium"}
      header={title}
      closeAriaLabel={t("app.close")}
      onDismiss={close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={close}>
              {cancel ?? t("app.cancel")}
            </Button>
            <Button
              variant="primary"
              loading={pending}
              disabled={disabled ?? false}
              disabledReason={disabledReason ?? ""}
              onClick={() => void go()}
            >
              {button}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        <NotDone error={error} {...(failed !== undefined && { title: failed })} />
      </SpaceBetween>
    </Modal>
  );
}
