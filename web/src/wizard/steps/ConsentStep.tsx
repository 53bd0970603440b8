import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMutation } from "@tanstack/react-query";
import { serverNow } from "../../api/clock";
import { useApi, useConnections } from "../../api/queries";
import type { Connection, ConsentLink, TaskSummary } from "../../api/types";
import { NotDone } from "../../states/Refused";
import { Moment, said } from "../../text/Moment";
import { t } from "../../text/translate";
import { useEditing, whyNotRole } from "../../together/editing";
import { Facts } from "../ConnectionFacts";
import { TaskCard } from "../TaskCard";

/** Asking the customer, and whether they have answered. */
export function ConsentStep({ tasks }: { tasks: TaskSummary[] }) {
  const { session, tenantId } = useEditing();
  const connections = useConnections(tenantId).data;
  const task = tasks.find((each) => each.task_type === "consent_status");
  const inUse = session.provider_connection_id ?? (connections?.length === 1 ? (connections[0]?.id ?? null) : null);
  const connection = connections?.find((each) => each.id === inUse);

  return (
    <SpaceBetween size="l">
      {inUse === null ? (
        <Box>{t("consent.noconnection")}</Box>
      ) : (
        <Link key={inUse} connectionId={inUse} connection={connection} task={task} />
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

/** The link is good for whoever has it, so it is shown to who asked for it and kept nowhere. */
function Link({ connectionId, connection, task }: Props) {
  const { tenantId, role } = useEditing();
  const api = useApi();
  const create = useMutation({ mutationFn: () => api.consentLink(tenantId, connectionId), networkMode: "always" });
  const refused = whyNotRole(role, "operator");
  const given = connection?.consented_at ?? null;
  const isGiven = given !== null || task?.status === "ok";

  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("consent.link.about")}
          actions={
            <Button
              variant={isGiven || create.data ? "normal" : "primary"}
              loading={create.isPending}
              loadingText={t("consent.creating")}
              disabled={refused !== null}
              disabledReason={refused ?? ""}
              onClick={() => {
                create.mutate();
              }}
            >
              {create.data ? t("consent.again") : t("consent.create")}
            </Button>
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

function Made({ link }: { link: ConsentLink }) {
  const until = said(new Date(link.ends_at), "date", serverNow());
  return (
    <SpaceBetween size="xs">
      <pre className="command" tabIndex={0} aria-label={t("consent.link")}>
        <code>{link.url}</code>
      </pre>
      <div>
        {t("consent.until")} <Moment at={link.ends_at} style="both" />
      </div>
      <SpaceBetween direction="horizontal" size="xs">
        <CopyToClipboard
          copyButtonText={t("consent.copylink")}
          copySuccessText={t("app.copied")}
          copyErrorText={t("app.copyfailed")}
          textToCopy={link.url}
        />
        <CopyToClipboard
          copyButtonText={t("consent.copymessage")}
          copySuccessText={t("app.copied")}
          copyErrorText={t("app.copyfailed")}
          textToCopy={t("consent.message", { url: link.url, until })}
        />
      </SpaceBetween>
    </SpaceBetween>
  );
}
