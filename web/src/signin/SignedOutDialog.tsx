import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import { t } from "../text/translate";

/** In front of what somebody was doing when their sign-in ended. */
export default function SignedOutDialog({ signIn }: { signIn: () => void }) {
  return (
    <Modal
      visible
      header={t("signedout.title")}
      closeAriaLabel={t("signin.button")}
      onDismiss={signIn}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={signIn}>
            {t("signin.button")}
          </Button>
        </Box>
      }
    >
      {t("signedout.text")}
    </Modal>
  );
}
