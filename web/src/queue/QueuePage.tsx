import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useMemo } from "react";
import { useQuery } from "../app/following";
import { useStandings } from "../api/queries";
import type { Standing } from "../api/types";
import { useTitle } from "../app/title";
import { useMe } from "../signin/who";
import { Awaited } from "../states/Awaited";
import { Moment } from "../text/Moment";
import { t } from "../text/translate";
import { saidOf } from "./cells";
import "./queue.css";
import { QueueFilter } from "./QueueFilter";
import { QueueTable } from "./QueueTable";
import { readView, viewed, writeView, type View } from "./view";

const PAGES_UNASKED = 5;

/** My tenants: where everybody begins. Who has to act next is what it is sorted by, unless one asks otherwise. */
export default function QueuePage() {
  useTitle(t("queue.title"));
  const asked = useStandings();
  const { hasNextPage, isFetching, fetchNextPage } = asked;
  const isShort = (asked.data?.pages.length ?? 0) < PAGES_UNASKED;

  // Filters and orders look at what was loaded, so what most people have is loaded without being asked for.
  useEffect(() => {
    if (hasNextPage && isShort && !isFetching) void fetchNextPage();
  }, [hasNextPage, isShort, isFetching, fetchNextPage]);

  return (
    <Awaited asked={asked} title={t("queue.title")}>
      {(data) => (
        <Queue
          standings={data.pages.flatMap((page) => page.items)}
          more={asked.hasNextPage ? () => void asked.fetchNextPage() : null}
          loadingMore={asked.isFetchingNextPage}
          updatedAt={asked.dataUpdatedAt}
        />
      )}
    </Awaited>
  );
}

interface Props {
  standings: Standing[];
  more: (() => void) | null;
  loadingMore: boolean;
  updatedAt: number;
}

function Queue({ standings, more, loadingMore, updatedAt }: Props) {
  const me = useMe();
  const [query, setQuery] = useQuery();
  const view = useMemo(() => readView(query), [query]);
  const shown = useMemo(() => viewed(standings, view, me, (each) => saidOf(each, me)), [standings, view, me]);

  function change(next: View): void {
    setQuery(writeView(next), { replace: true });
  }

  return (
    <Container
      disableContentPaddings
      header={
        <SpaceBetween size="m">
          <Header
            variant="h1"
            counter={`(${shown.length}${shown.length === standings.length ? "" : `/${standings.length}`}${more ? "+" : ""})`}
            description={
              <>
                {t("queue.about")} {t("queue.updated")} <Moment at={new Date(updatedAt).toISOString()} />.
              </>
            }
          >
            {t("queue.title")}
          </Header>
          <QueueFilter view={view} change={change} standings={standings} shown={shown.length} />
        </SpaceBetween>
      }
    >
      {shown.length > 0 ? (
        <QueueTable standings={shown} view={view} me={me} change={change} />
      ) : (
        <Box textAlign="center" padding="xxl">
          {standings.length === 0 ? (
            <SpaceBetween size="xs">
              <b>{t("queue.empty.title")}</b>
              <span>{t("queue.empty.text")}</span>
            </SpaceBetween>
          ) : (
            <SpaceBetween size="s" alignItems="center">
              <b>{t("queue.nomatch")}</b>
              <Button
                onClick={() => {
                  setQuery(new URLSearchParams(), { replace: true });
                }}
              >
                {t("queue.showall")}
              </Button>
            </SpaceBetween>
          )}
        </Box>
      )}
      {more && (
        <Box textAlign="center" padding="m">
          <Button onClick={more} loading={loadingMore}>
            {t("queue.loadmore")}
          </Button>
        </Box>
      )}
    </Container>
  );
}
