import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "../app/following";
import { useConnections, useSession, useSessions } from "../api/queries";
import type { Session } from "../api/types";
import { useMe } from "../signin/who";
import { Awaited } from "../states/Awaited";
import { said } from "../text/Moment";
import { named, t } from "../text/translate";
import { Report } from "./Report";
import "./report.css";
import { useReported } from "./reported";

/** The report of one onboarding: by default of the one under way, else of the last. */
export default function ReportPage({ tenantId, name }: { tenantId: number; name: string }) {
  const asked = useSessions(tenantId);
  const open = useSession(tenantId).data?.value ?? null;
  const [query, setQuery] = useQuery();
  return (
    <Awaited asked={asked}>
      {(data) => {
        const listed = data.pages.flatMap((page) => page.items);
        // The list is asked for once; the open session is what the page keeps fresh.
        const sessions = open ? [open, ...listed.filter((each) => each.id !== open.id)] : listed;
        const session = sessions.find((each) => String(each.id) === query.get("session")) ?? sessions[0];
        if (!session) {
          return (
            <Box textAlign="center" padding="xxl">
              <SpaceBetween size="xs">
                <b>{t("report.none")}</b>
                <span>{t("report.none.text")}</span>
              </SpaceBetween>
            </Box>
          );
        }
        return (
          <SpaceBetween size="l">
            <div className="report-choice">
              <Select
                ariaLabel={t("report.choose")}
                selectedOption={option(session)}
                options={sessions.map(option)}
                onChange={({ detail }) => {
                  setQuery(new URLSearchParams({ session: detail.selectedOption.value ?? "" }), { replace: true });
                }}
              />
              <Button
                variant="primary"
                onClick={() => {
                  print();
                }}
              >
                {t("report.print")}
              </Button>
            </div>
            <Found key={session.id} tenantId={tenantId} name={name} session={session} />
          </SpaceBetween>
        );
      }}
    </Awaited>
  );
}

function option(session: Session) {
  const when = said(new Date(session.closed_at ?? session.created_at), "date", 0);
  return { value: String(session.id), label: `${named("status", session.status)}, ${when}` };
}

function Found({ tenantId, name, session }: { tenantId: number; name: string; session: Session }) {
  const me = useMe();
  const asked = useReported(tenantId, session);
  const connections = useConnections(tenantId).data;
  const connection = connections?.find((each) => each.id === session.provider_connection_id) ?? (connections?.length === 1 ? connections[0] : undefined);
  return (
    <Awaited asked={asked}>
      {(results) => <Report name={name} session={session} connection={connection} results={results} me={me} />}
    </Awaited>
  );
}
