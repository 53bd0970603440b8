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
import { nameWithin, useMe } from "../signin/who";
import { NotDone } from "../states/Refused";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";
import { whyNotRole } from "../together/editing";
import { completedOf } from "./completed";

/** What there is to see, and to do, while no onboarding is under way: none ever was, or one is through, or was given up. */
export function NoSession({ tenantId, name }: { tenantId: number; name: string }) {
  const me = useMe();
  const standing = useStanding(tenantId);
  const role = useMyRole(tenantId, me);
  const sessions = useSessions(tenantId);
  const open = useOpenSession(tenantId);
  const [failed, setFailed] = useState<unknown>(null);
  const past = sessions.data?.pages.flatMap((page) => page.items).filter((each) => each.closed_at !== null) ?? [];
  const completed = completedOf(standing, past);

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
      {completed && (
        <Alert
          type="success"
          header={t("tenant.completed.title", { tenant: name })}
          action={<PageLink to={`/tenants/${tenantId}/report?session=${completed.sessionId}`}>{t("tenant.completed.report")}</PageLink>}
        >
          {t("tenant.completed.on")} <Moment at={completed.at} style="full" />
          {completed.by === null ? "." : ` ${t("tenant.completed.by", { who: nameWithin(completed.by, me) })}`}{" "}
          {t("tenant.completed.text")} <PageLink to="/">{t("tenant.completed.next")}</PageLink>
        </Alert>
      )}
      {standing?.drifted && (
        <Alert type="warning" header={t("tenant.drifted.title")}>
          {t("tenant.drifted.text")}
        </Alert>
      )}
      {past[0]?.status === "abandoned" && <Alert type="info" header={t("tenant.abandoned.title")} />}
      <Container header={<Header variant="h2">{completed ? t("tenant.again.title") : t("tenant.none.title")}</Header>}>
        <SpaceBetween size="m">
          <Box>{completed ? t("tenant.again.text", { tenant: name }) : t("tenant.none.text", { tenant: name })}</Box>
          <Button
            variant={completed ? "normal" : "primary"}
            loading={open.isPending}
            disabled={!covers(role, "operator")}
            disabledReason={whyNotRole(role, "operator") ?? ""}
            onClick={() => void start()}
          >
            {completed ? t("tenant.again.start") : t("tenant.none.start")}
          </Button>
          <NotDone
            error={failed}
            onDismiss={() => {
              setFailed(null);
            }}
          />
        </SpaceBetween>
      </Container>
      {past.length > 0 && (
        <Past
          tenantId={tenantId}
          sessions={past}
          more={sessions.hasNextPage ? () => void sessions.fetchNextPage() : null}
          loadingMore={sessions.isFetchingNextPage}
        />
      )}
    </SpaceBetween>
  );
}

interface PastProps {
  tenantId: number;
  sessions: Session[];
  more: (() => void) | null;
  loadingMore: boolean;
}

function Past({ tenantId, sessions, more, loadingMore }: PastProps) {
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
      {more && (
        <Box textAlign="center" padding="m">
          <Button onClick={more} loading={loadingMore}>
            {t("tenant.past.more")}
          </Button>
        </Box>
      )}
    </Container>
  );
}
