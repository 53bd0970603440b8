import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useConnectionInUse } from "../../api/inUse";
import type { Connection, TaskSummary } from "../../api/types";
import { NotDone } from "../../states/Refused";
import { Moment } from "../../text/Moment";
import { t } from "../../text/translate";
import { useEditing } from "../../together/editing";
import { Facts } from "../ConnectionFacts";
import { CreateLink, Made, useConsentLink } from "../ConsentLink";
import { TaskCard } from "../TaskCard";

/** Asking the customer, and whether they have answered. */
export function ConsentStep({ tasks }: { tasks: TaskSummary[] }) {
  const { session, tenantId } = useEditing();
  const task = tasks.find((each) => each.task_type === "consent_status");
  const inUse = useConnectionInUse(tenantId, session);

  return (
    <SpaceBetween size="l">
      {inUse.id === null ? (
        <Box>{t("consent.noconnection")}</Box>
      ) : (
        <Link key={inUse.id} connectionId={inUse.id} connection={inUse.connection} task={task} />
      )}
      {task && <TaskCard alone task={task} />}
    </SpaceBetween>
  );
}

interface Props {
  connectionId: number;
  connection: Connection | undefined;
  task: TaskSummary | undefined;
}

function Link({ connectionId, connection, task }: Props) {
  const { tenantId } = useEditing();
  const create = useConsentLink(tenantId, connectionId);
  const given = connection?.consented_at ?? null;
  const isGiven = given !== null || task?.status === "ok";

  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("consent.link.about")}
          actions={
            <CreateLink create={create} variant={isGiven || create.data ? "normal" : "primary"} />
          }
        >
          {t("consent.link")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div role="status">
          {given !== null ? (
            <StatusIndicator type="success">
              {t("consent.given")} <Moment at={given} style="both" />
            </StatusIndicator>
          ) : isGiven ? (
            <StatusIndicator type="success">{t("consent.given")}</StatusIndicator>
          ) : (
            <>
              <StatusIndicator type="pending">{t("consent.waiting")}</StatusIndicator>
              <div className="aside">{t("consent.waiting.about")}</div>
            </>
          )}
        </div>
        {task?.reason_code === "consent_propagating" && (
          <StatusIndicator type="in-progress">{t("consent.spreading")}</StatusIndicator>
        )}
        {create.data && <Made link={create.data} />}
        <NotDone error={create.error} title={t("consent.failed")} />
        {connection && <Facts connection={connection} />}
      </SpaceBetween>
    </Container>
  );
}
