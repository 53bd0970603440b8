import Box from "@cloudscape-design/components/box";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useEffect, useRef, useState } from "react";
import type { ActsNext, Standing } from "../api/types";
import { useNarrow } from "../app/width";
import { count, named, t } from "../text/translate";
import { saidPlace } from "./cells";
import { ASSIGNED, countActs, ORDERS, PLACES, type Assigned, type Order, type View } from "./view";

const EVERYBODY = "all";

interface Props {
  view: View;
  change: (view: View) => void;
  standings: Standing[];
  shown: number;
}

/** Narrows My tenants; what is chosen stands in the URL. */
export function QueueFilter({ view, change, standings, shown }: Props) {
  const narrow = useNarrow();
  const counted = countActs(standings);
  const [text, setText] = useState(view.text);

  const isHere = useRef(true);

  // Its words come late: after somebody has gone on to a tenant they must not call them back.
  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);

  // Back and forward change the URL under the field.
  useEffect(() => {
    setText(view.text);
  }, [view.text]);

  const places: SelectProps.Option[] = [
    { value: "", label: t("queue.anystep") },
    ...PLACES.map((place) => ({ value: String(place), label: saidPlace(place) })),
  ];
  const assigned: SelectProps.Option[] = ASSIGNED.map((each) => ({ value: each, label: t(`queue.assigned.${each}`) }));
  const orders: SelectProps.Option[] = ORDERS.map((each) => ({ value: each, label: t(`queue.order.${each}`) }));
  const chosen = (options: SelectProps.Option[], value: string) => options.find((each) => each.value === value) ?? null;

  return (
    <SpaceBetween size="s">
      <div className="filters">
        <div className="search">
          <TextFilter
            filteringText={text}
            filteringPlaceholder={t("queue.search")}
            filteringAriaLabel={t("queue.search")}
            filteringClearAriaLabel={t("queue.clear")}
            countText={view.text ? count("queue.found", shown) : ""}
            onChange={({ detail }) => {
              setText(detail.filteringText);
            }}
            onDelayedChange={({ detail }) => {
              // As it was typed: a space at its end is the beginning of another word.
              if (isHere.current) change({ ...view, text: detail.filteringText });
            }}
          />
        </div>
        <Select
          selectedOption={chosen(places, view.place === null ? "" : String(view.place))}
          options={places}
          ariaLabel={t("queue.column.step")}
          onChange={({ detail }) => {
            change({ ...view, place: PLACES.find((each) => String(each) === detail.selectedOption.value) ?? null });
          }}
        />
        <Select
          selectedOption={chosen(assigned, view.assigned)}
          options={assigned}
          ariaLabel={t("queue.column.people")}
          onChange={({ detail }) => {
            change({ ...view, assigned: detail.selectedOption.value as Assigned });
          }}
        />
        {narrow && (
          <Select
            selectedOption={chosen(orders, view.order)}
            options={orders}
            ariaLabel={t("queue.order")}
            inlineLabelText={t("queue.order")}
            onChange={({ detail }) => {
              change({ ...view, order: detail.selectedOption.value as Order, descending: false });
            }}
          />
        )}
      </div>
      <Box>
        <SegmentedControl
          label={t("queue.column.acts")}
          selectedId={view.acts ?? EVERYBODY}
          options={[
            { id: EVERYBODY, text: t("queue.acts.all", { n: standings.length }) },
            ...(["us", "customer", "microsoft", "nobody"] as const).map((each) => ({
              id: each,
              text: t("queue.acts.counted", { who: named("acts", each), n: counted[each] }),
            })),
          ]}
          onChange={({ detail }) => {
            change({ ...view, acts: detail.selectedId === EVERYBODY ? null : (detail.selectedId as ActsNext) });
          }}
        />
      </Box>
    </SpaceBetween>
  );
}
