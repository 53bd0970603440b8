/** Why there is nothing to see, or why something was not done: each kind in words that say what to do about it. */

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { PageLink } from "../app/following";
import { NotAllowed, Problem, SignedOut, Unreachable } from "../api/problems";
import { t } from "../text/translate";

/** In place of what could not be shown. */
export function Refused({ error, retry }: { error: unknown; retry: () => void }) {
  if (error instanceof SignedOut) return <Whole title={t("signedout.title")}>{t("signedout.text")}</Whole>;
  if (error instanceof Unreachable) {
    return (
      <Whole title={t("unreachable.title")} action={<Button onClick={retry}>{t("retry")}</Button>}>
        {t("unreachable.text")}
      </Whole>
    );
  }
  if (error instanceof Problem && error.status === 404) return <Missing />;
  if (error instanceof Problem && error.status === 403) {
    return (
      <Whole title={t("forbidden.title")} action={<PageLink to="/">{t("queue.title")}</PageLink>}>
        {t("forbidden.text")}
      </Whole>
    );
  }
  return (
    <Whole title={t("failed.title")} action={<Button onClick={retry}>{t("retry")}</Button>}>
      <Said error={error} />
    </Whole>
  );
}

export function Missing() {
  return (
    <Whole title={t("missing.title")} action={<PageLink to="/">{t("queue.title")}</PageLink>}>
      {t("missing.text")}
    </Whole>
  );
}

function Whole({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div role="alert">
      <Box textAlign="center" padding={{ vertical: "xxxl" }}>
        <SpaceBetween size="m" alignItems="center">
          <Box variant="h1">{title}</Box>
          <Box>{children}</Box>
          {action}
        </SpaceBetween>
      </Box>
    </div>
  );
}

/** Beside what was asked for: it was not done, and why. */
export function NotDone({ error, title, onDismiss }: { error: unknown; title?: string; onDismiss?: () => void }) {
  if (error === null || error === undefined || error instanceof SignedOut) return null;
  return (
    <div role="alert">
      <Alert
        type="error"
        header={title ?? t("notdone.title")}
        dismissible={onDismiss !== undefined}
        dismissAriaLabel={t("app.close")}
        onDismiss={() => onDismiss?.()}
      >
        <Said error={error} />
      </Alert>
    </div>
  );
}

/** An error's own sentence, how long to wait, and under which id our log has the rest. */
export function Said({ error }: { error: unknown }) {
  if (error instanceof Unreachable) return <>{t("unreachable.text")}</>;
  if (error instanceof NotAllowed) return <>{error.message}</>;
  if (!(error instanceof Problem)) return <>{t("failed.unknown")}</>;
  return (
    <>
      <div>{error.message}</div>
      {error.retryAfter !== null && error.status !== 409 && <div>{t("failed.wait", { seconds: error.retryAfter })}</div>}
      {error.requestId !== null && (
        <Box variant="small" color="text-body-secondary">
          {t("failed.request", { id: error.requestId })}
        </Box>
      )}
    </>
  );
}
