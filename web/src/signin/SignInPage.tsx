import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useTitle } from "../app/title";
import { t } from "../text/translate";
import { useIdentity } from "./who";

/** Where people begin, and where they end up once they signed out or the issuer sent them back with nothing. */
export function SignInPage({ returnTo, failed }: { returnTo: string; failed?: string | undefined }) {
  useTitle(t("signin.title"));
  const identity = useIdentity();
  const [leaving, setLeaving] = useState(false);
  const [problem, setProblem] = useState(failed);

  async function leave(): Promise<void> {
    setLeaving(true);
    try {
      await identity.signIn(returnTo);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setLeaving(false);
    }
  }

  return (
    <main className="alone" id="main" tabIndex={-1}>
      <Container>
        <SpaceBetween size="l">
          <div>
            <Box variant="h1">{t("app.name")}</Box>
            <Box color="text-body-secondary">{t("signin.about")}</Box>
          </div>
          {problem !== undefined && (
            <Alert type="error" header={t("signin.failed")}>
              {t("signin.failed.why", { why: problem })}
            </Alert>
          )}
          <Button variant="primary" loading={leaving} loadingText={t("signin.leaving")} onClick={() => void leave()}>
            {t("signin.button")}
          </Button>
        </SpaceBetween>
      </Container>
    </main>
  );
}
