import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQuery } from "../app/following";
import { useConnectionInUse } from "../api/inUse";
import { useSought } from "../api/queries";
import type { Session } from "../api/types";
import { useMe } from "../signin/who";
import { Awaited } from "../states/Awaited";
import { Loading } from "../states/Loading";
import { NoSuchSession } from "../states/NoSuchSession";
import { said } from "../text/Moment";
import { named, t } from "../text/translate";
import { Report } from "./Report";
import "./report.css";
import { useReported } from "./reported";

/** The report of one onboarding: of the one that the address names, else of the one under way, else of the last. */
export default function ReportPage({ tenantId, name }: { tenantId: number; name: string }) {
  const [query, setQuery] = useQuery();
  const wanted = query.get("session");
  const asked = useSought(tenantId, wanted);
  return (
    <Awaited asked={asked}>
      {({ listed, found, isMissing }) => {
        const session = wanted === null ? listed[0] : found;
        if (listed.length === 0 && wanted === null) {
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
                placeholder={t("report.choose.placeholder")}
                selectedOption={session ? option(session) : null}
                options={listed.map(option)}
                onChange={({ detail }) => {
                  setQuery(new URLSearchParams({ session: detail.selectedOption.value ?? "" }), { replace: true });
                }}
              />
              {asked.hasNextPage && (
                <Button loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
                  {t("tenant.past.more")}
                </Button>
              )}
              <Button
                variant="primary"
                disabled={!session}
                disabledReason={t("session.missing", { id: wanted ?? "" })}
                onClick={() => {
                  print();
                }}
              >
                {t("report.print")}
              </Button>
            </div>
            {session ? (
              <Found key={session.id} tenantId={tenantId} name={name} session={session} />
            ) : isMissing ? (
              <NoSuchSession id={wanted ?? ""} to={`/tenants/${tenantId}/report`} instead={t("session.missing.newest")} />
            ) : (
              <Loading />
            )}
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
  const { connection } = useConnectionInUse(tenantId, session);
  return (
    <Awaited asked={asked}>
      {(results) => <Report name={name} session={session} connection={connection} results={results} me={me} />}
    </Awaited>
  );
}
