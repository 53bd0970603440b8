import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { Scrolled } from "../app/Scrolled";
import { PageLink } from "../app/following";
import { covers } from "../api/calls";
import { useMyRole, useOpenSession, useSessions, useStanding } from "../api/queries";
import type { Session } from "../api/types";
import { useMe } from "../signin/who";
import { NotDone } from "../states/Refused";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";
import { whyNotRole } from "../together/editing";

/** What there is to see, and to do, while no onboarding is under way. */
export function NoSession({ tenantId, name }: { tenantId: number; name: string }) {
  const standing = useStanding(tenantId);
  const role = useMyRole(tenantId, useMe());
  const sessions = useSessions(tenantId);
  const open = useOpenSession(tenantId);
  const [failed, setFailed] = useState<unknown>(null);
  const past = sessions.data?.pages.flatMap((page) => page.items).filter((each) => each.closed_at !== null) ?? [];
  const last = past[0];

  async function start(): Promise<void> {
    setFailed(null);
    try {
      await open.mutateAsync();
    } catch (error) {
      setFailed(error);
    }
  }

  return (
    <SpaceBetween size="l">
      {last?.status === "completed" && (
        <Alert
          type="success"
          header={t("tenant.completed.title", { tenant: name })}
          action={<PageLink to={`/tenants/${tenantId}/report?session=${last.id}`}>{t("tenant.completed.report")}</PageLink>}
        >
          {t("tenant.completed.text")} <PageLink to="/">{t("tenant.completed.next")}</PageLink>
        </Alert>
      )}
      {standing?.drifted && (
        <Alert type="warning" header={t("tenant.drifted.title")}>
          {t("tenant.drifted.text")}
        </Alert>
      )}
      {last?.status === "abandoned" && <Alert type="info" header={t("tenant.abandoned.title")} />}
      <Container header={<Header variant="h2">{t("tenant.none.title")}</Header>}>
        <SpaceBetween size="m">
          <Box>{t("tenant.none.text", { tenant: name })}</Box>
          <Button
            variant={last?.status === "completed" ? "normal" : "primary"}
            loading={open.isPending}
            disabled={!covers(role, "operator")}
            disabledReason={whyNotRole(role, "operator") ?? ""}
            onClick={() => void start()}
          >
            {t("tenant.none.start")}
          </Button>
          <NotDone
            error={failed}
            onDismiss={() => {
              setFailed(null);
            }}
          />
        </SpaceBetween>
      </Container>
      {past.length > 0 && <Past tenantId={tenantId} sessions={past} />}
    </SpaceBetween>
  );
}

function Past({ tenantId, sessions }: { tenantId: number; sessions: Session[] }) {
  return (
    <Container header={<Header variant="h2">{t("tenant.past")}</Header>}>
      <Scrolled label={t("tenant.past")}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t("tenant.past.ended")}</th>
              <th scope="col">{t("tenant.past.how")}</th>
              <th scope="col">{t("tenant.past.report")}</th>
            </tr>
          </thead>
          <tbody>
            {sessions.map((session) => (
              <tr key={session.id}>
                <td>{session.closed_at && <Moment at={session.closed_at} style="both" />}</td>
                <td>
                  <StatusIndicator type={session.status === "completed" ? "success" : "stopped"}>
                    {named("status", session.status)}
                  </StatusIndicator>
                </td>
                <td>
                  <PageLink to={`/tenants/${tenantId}/report?session=${session.id}`}>
                    {t("tenant.past.open", { id: session.id })}
                  </PageLink>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </Container>
  );
}
