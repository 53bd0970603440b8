import type { ReactNode } from "react";
import type { Standing } from "../api/types";
import { t } from "../text/translate";
import { ActsNextAndWhy, CredentialEnd, LastChange, NoteAndWaiting, People, StepReached, TenantName } from "./cells";
import type { Order, View } from "./view";

interface Column {
  name: "tenant" | "acts" | "step" | "note" | "people" | "credential" | "changed";
  order?: Order;
  cell: (standing: Standing, me: number | null) => ReactNode;
}

const COLUMNS: readonly Column[] = [
  { name: "tenant", order: "tenant", cell: (standing) => <TenantName standing={standing} /> },
  { name: "acts", order: "pressing", cell: (standing) => <ActsNextAndWhy standing={standing} /> },
  { name: "step", order: "step", cell: (standing) => <StepReached standing={standing} /> },
  { name: "note", order: "waiting", cell: (standing) => <NoteAndWaiting standing={standing} /> },
  { name: "people", cell: (standing, me) => <People standing={standing} me={me} /> },
  { name: "credential", order: "credential", cell: (standing) => <CredentialEnd standing={standing} /> },
  { name: "changed", order: "changed", cell: (standing) => <LastChange standing={standing} /> },
];

interface Props {
  standings: Standing[];
  view: View;
  me: number | null;
  change: (view: View) => void;
}

/**
 * My tenants as a table; on a phone the same rows stand as cards, by the style sheet alone. It is our own, since the
 * design system's table is a fifth of all the script that the first view would have to wait for. Roles are written out
 * because a row that is laid out otherwise is no row any more to who listens.
 */
export function QueueTable({ standings, view, me, change }: Props) {
  function sort(order: Order): void {
    change({ ...view, order, descending: view.order === order && !view.descending });
  }

  return (
    <table className="queue" role="table" aria-label={t("queue.title")}>
      <thead role="rowgroup">
        <tr role="row">
          {COLUMNS.map(({ name, order }) => (
            <th
              key={name}
              role="columnheader"
              scope="col"
              aria-sort={order !== view.order ? undefined : view.descending ? "descending" : "ascending"}
            >
              {order ? (
                <button
                  type="button"
                  onClick={() => {
                    sort(order);
                  }}
                >
                  {t(`queue.column.${name}`)}
                  <span className="way" aria-hidden="true">
                    {order !== view.order ? "" : view.descending ? "▼" : "▲"}
                  </span>
                </button>
              ) : (
                t(`queue.column.${name}`)
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {standings.map((standing) => (
          <tr role="row" key={standing.tenant.id}>
            {COLUMNS.map(({ name, cell }) =>
              name === "tenant" ? (
                <th key={name} role="rowheader" scope="row">
                  {cell(standing, me)}
                </th>
              ) : (
                <td key={name} role="cell" data-label={t(`queue.column.${name}`)} className={`queue-${name}`}>
                  {cell(standing, me)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
