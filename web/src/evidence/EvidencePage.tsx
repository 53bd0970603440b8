import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { lazy, Suspense, useState } from "react";
import { useQuery } from "../app/following";
import { TASKS } from "../api/catalogue";
import { useEvidence, useSession, useSought } from "../api/queries";
import type { Evidence, FindingStatus, TaskType } from "../api/types";
import { serverNow } from "../api/clock";
import { Awaited } from "../states/Awaited";
import { NoSuchSession } from "../states/NoSuchSession";
import { Moment, said } from "../text/Moment";
import { named, t } from "../text/translate";
import { INDICATOR } from "../wizard/finding";
import { download } from "./download";
import "./evidence.css";
import { Piece } from "./Piece";

const ComparisonDialog = lazy(() => import("./ComparisonDialog"));

const STATUSES: FindingStatus[] = ["fail", "warn", "unknown", "ok"];
const TWO = 2;

/** What every check found, newest first. */
export default function EvidencePage({ tenantId }: { tenantId: number; name: string }) {
  const [query, setQuery] = useQuery();
  const task = TASKS.find((each) => each === query.get("task")) ?? null;
  const status = STATUSES.find((each) => each === query.get("found")) ?? null;
  const session = useSession(tenantId).data?.value ?? null;
  // Once it is closed there is no "this" to narrow to.
  const wanted = query.get("session");
  const onlyThis = session !== null && wanted === "open";
  const named = wanted === "open" ? null : wanted;
  const sought = useSought(tenantId, named).data;
  const of = onlyThis ? session.id : sought?.found?.id;
  const asked = useEvidence(tenantId, task);
  const [chosen, setChosen] = useState<number[]>([]);
  const [compares, setCompares] = useState(false);
  const pieces = asked.data ?? [];
  // Until the session that the address names is found, nothing of any other stands in its place.
  const isSought = named !== null && of === undefined;
  const shown = pieces.filter(
    (each) =>
      !isSought &&
      (status === null || each.status === status) &&
      (of === undefined || each.onboarding_session_id === of),
  );
  const compared = pieces.filter((each) => chosen.includes(each.id));
  const [newer, older] = compared;
  const comparable = compared.length === TWO && newer?.task_type === older?.task_type;

  function narrow(name: string, value: string | undefined): void {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    setQuery(next, { replace: true });
  }

  if (sought?.isMissing) {
    return <NoSuchSession id={named ?? ""} to={`/tenants/${tenantId}/evidence`} instead={t("session.missing.all")} />;
  }
  return (
    <SpaceBetween size="l">
      <Container
        disableContentPaddings
        header={
          <SpaceBetween size="m">
            <Header
              variant="h2"
              description={t("evidence.about")}
              counter={asked.data ? `(${shown.length}${asked.hasNextPage ? "+" : ""})` : ""}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button
                    disabled={!comparable}
                    disabledReason={compared.length === TWO ? t("evidence.compare.other") : t("evidence.compare.about")}
                    onClick={() => {
                      setCompares(true);
                    }}
                  >
                    {t("evidence.compare")}
                  </Button>
                  <Button
                    iconName="download"
                    disabled={shown.length === 0}
                    disabledReason={t("evidence.empty")}
                    onClick={() => {
                      download(shown, `evidence-${tenantId}.json`);
                    }}
                  >
                    {t("evidence.download")}
                  </Button>
                </SpaceBetween>
              }
            >
              {t("evidence.title")}
            </Header>
            <Filter
              task={task}
              status={status}
              of={onlyThis ? "open" : (sought?.found?.id ?? null)}
              hasSession={session !== null}
              narrow={narrow}
            />
          </SpaceBetween>
        }
      >
        <Awaited asked={asked}>
          {() =>
            shown.length === 0 ? (
              <Box textAlign="center" padding="xxl">
                <SpaceBetween size="xs">
                  <b>{pieces.length === 0 ? t("evidence.empty") : t("evidence.nomatch")}</b>
                  <span>{pieces.length === 0 && task === null ? t("evidence.empty.text") : ""}</span>
                </SpaceBetween>
              </Box>
            ) : (
              <ol className="timeline" aria-label={t("evidence.table")}>
                {shown.map((piece) => (
                  <Entry
                    key={piece.id}
                    piece={piece}
                    previous={before(piece, pieces)}
                    chosen={chosen.includes(piece.id)}
                    choose={(on) => {
                      setChosen(on ? [...chosen, piece.id].slice(-TWO) : chosen.filter((each) => each !== piece.id));
                    }}
                  />
                ))}
              </ol>
            )
          }
        </Awaited>
        {asked.hasNextPage && (
          <Box textAlign="center" padding="m">
            <Button loading={asked.isFetchingNextPage} onClick={() => void asked.fetchNextPage()}>
              {t("evidence.more")}
            </Button>
          </Box>
        )}
      </Container>
      {compares && comparable && older && newer && (
        <Suspense>
          <ComparisonDialog
            older={older}
            newer={newer}
            close={() => {
              setCompares(false);
            }}
          />
        </Suspense>
      )}
    </SpaceBetween>
  );
}

/** What was found before *piece* of the same task over the same connection, if it has been loaded. */
function before(piece: Evidence, newestFirst: Evidence[]): Evidence | undefined {
  return newestFirst
    .slice(newestFirst.indexOf(piece) + 1)
    .find((each) => each.task_type === piece.task_type && each.provider_connection_id === piece.provider_connection_id);
}

interface EntryProps {
  piece: Evidence;
  previous: Evidence | undefined;
  chosen: boolean;
  choose: (on: boolean) => void;
}

function Entry({ piece, previous, chosen, choose }: EntryProps) {
  const when = said(new Date(piece.recorded_at), "full", serverNow());
  return (
    <li>
      <div className="entry-when">
        <Checkbox
          checked={chosen}
          ariaLabel={t("evidence.select", { task: named("task", piece.task_type), when })}
          onChange={({ detail }) => {
            choose(detail.checked);
          }}
        />
        <Moment at={piece.recorded_at} style="full" />
      </div>
      <div>
        <b>{named("task", piece.task_type)}</b>
        <StatusIndicator type={INDICATOR[piece.status]}>
          {named("status", piece.status)}
          {piece.reason_code && `: ${named("reason", piece.reason_code)}`}
        </StatusIndicator>
      </div>
      <div className="entry-what">
        <div>{piece.message}</div>
        <Piece piece={piece} previous={previous} />
      </div>
    </li>
  );
}

interface FilterProps {
  task: TaskType | null;
  status: FindingStatus | null;
  /** The session that is narrowed to: the one that is open, or another by its id. */
  of: "open" | number | null;
  hasSession: boolean;
  narrow: (name: string, value: string | undefined) => void;
}

function Filter({ task, status, of, hasSession, narrow }: FilterProps) {
  const tasks: SelectProps.Option[] = [
    { value: "", label: t("evidence.filter.alltasks") },
    ...TASKS.map((each) => ({ value: each, label: named("task", each) })),
  ];
  const statuses: SelectProps.Option[] = [
    { value: "", label: t("evidence.filter.allstatuses") },
    ...STATUSES.map((each) => ({ value: each, label: named("status", each) })),
  ];
  const sessions: SelectProps.Option[] = [
    { value: "", label: t("evidence.filter.allsessions") },
    ...(hasSession ? [{ value: "open", label: t("evidence.filter.thissession") }] : []),
    ...(typeof of === "number" ? [{ value: String(of), label: t("evidence.filter.session.of", { id: of }) }] : []),
  ];
  return (
    <div className="narrowing">
      <Choice label={t("evidence.filter.task")} options={tasks} value={task ?? ""} choose={(value) => { narrow("task", value); }} />
      <Choice label={t("evidence.filter.status")} options={statuses} value={status ?? ""} choose={(value) => { narrow("found", value); }} />
      {sessions.length > 1 && (
        <Choice label={t("evidence.filter.session")} options={sessions} value={of === null ? "" : String(of)} choose={(value) => { narrow("session", value); }} />
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  options: SelectProps.Option[];
  value: string;
  choose: (value: string | undefined) => void;
}

function Choice({ label, options, value, choose }: ChoiceProps) {
  return (
    <Select
      ariaLabel={label}
      selectedOption={options.find((each) => each.value === value) ?? null}
      options={options}
      onChange={({ detail }) => {
        choose(detail.selectedOption.value);
      }}
    />
  );
}
