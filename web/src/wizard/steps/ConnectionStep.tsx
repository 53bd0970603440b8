import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useState } from "react";
import { covers } from "../../api/calls";
import { idInUse } from "../../api/inUse";
import { isProblem } from "../../api/problems";
import { useConnections } from "../../api/queries";
import type { Connection } from "../../api/types";
import { Awaited } from "../../states/Awaited";
import { Loading } from "../../states/Loading";
import { NotDone } from "../../states/Refused";
import { named, t } from "../../text/translate";
import { useEditing, whyNotEdit } from "../../together/editing";
import { Facts, InWords } from "../ConnectionFacts";

const RegisterForm = lazy(() => import("../RegisterForm"));

/** Which connection is in use, and how another is registered. */
export function ConnectionStep() {
  const { tenantId, role } = useEditing();
  const asked = useConnections(tenantId);
  const isOwner = covers(role, "owner");
  return (
    <Awaited asked={asked}>
      {(connections) => (
        <SpaceBetween size="l">
          <Choice connections={connections} />
          {isOwner ? (
            <ExpandableSection
              variant="container"
              headerText={connections.length === 0 ? t("register.first") : t("register.title")}
              defaultExpanded={connections.length === 0}
            >
              <Suspense fallback={<Loading />}>
                <RegisterForm connections={connections} />
              </Suspense>
            </ExpandableSection>
          ) : (
            <Box color="text-body-secondary">{t("register.role", { role: role ? named("role", role) : "–" })}</Box>
          )}
        </SpaceBetween>
      )}
    </Awaited>
  );
}

function Choice({ connections }: { connections: Connection[] }) {
  const editing = useEditing();
  const { session, role, edit } = editing;
  const inUse = idInUse(session, connections);
  const [chosen, setChosen] = useState<number | null>(null);
  const [saving, setSaving] = useState(false);
  const [failed, setFailed] = useState<unknown>(null);
  const selected = chosen ?? inUse;
  const refused = whyNotEdit(editing);
  const changes = selected !== null && selected !== inUse;

  async function use(): Promise<void> {
    if (selected === null) return;
    setSaving(true);
    setFailed(null);
    try {
      if ((await edit({ provider_connection_id: selected })) !== null) setChosen(null);
    } catch (error) {
      setFailed(error);
    } finally {
      setSaving(false);
    }
  }

  return (
    <Container header={<Header variant="h2">{t("connection.choose")}</Header>}>
      <SpaceBetween size="m">
        {connections.length === 0 ? (
          <Box>
            <b>{t("connection.none")}</b>{" "}
            {covers(role, "owner") ? t("connection.none.owner") : t("connection.none.other")}
          </Box>
        ) : connections.length === 1 && connections[0] ? (
          <Facts connection={connections[0]} />
        ) : (
          <>
            <div className="choices">
              <RadioGroup
                ariaLabel={t("connection.choose")}
                value={selected === null ? null : String(selected)}
                items={connections.map((connection) => ({
                  value: String(connection.id),
                  disabled: refused !== null,
                  label: (
                    <>
                      {connection.expected_domain ?? t("connection.id", { id: connection.id })}
                      {connection.id === inUse && <b> · {t("connection.inuse")}</b>}
                    </>
                  ),
                  description: <InWords connection={connection} />,
                }))}
                onChange={({ detail }) => {
                  setChosen(Number(detail.value));
                }}
              />
            </div>
            {changes && inUse !== null && <Box>{t("connection.use.warn")}</Box>}
            <Button
              variant={inUse === null ? "primary" : "normal"}
              loading={saving}
              disabled={refused !== null || !changes}
              disabledReason={refused ?? t("connection.use.already")}
              onClick={() => void use()}
            >
              {t("connection.use")}
            </Button>
          </>
        )}
        <NotDone
          error={failed}
          {...(isProblem(failed, "run_blocked") && { title: t("connection.use.blocked") })}
          onDismiss={() => {
            setFailed(null);
          }}
        />
      </SpaceBetween>
    </Container>
  );
}
