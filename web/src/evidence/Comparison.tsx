import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Scrolled } from "../app/Scrolled";
import type { Evidence } from "../api/types";
import { Moment } from "../text/Moment";
import { named, t } from "../text/translate";
import { INDICATOR } from "../wizard/finding";
import { compared } from "./diff";

/** Two findings of a task side by side: how each judged, and what changed of what was kept. */
export function Comparison({ older, newer }: { older: Evidence; newer: Evidence }) {
  const changed = compared(older, newer);
  return (
    <SpaceBetween size="m">
      {older.provider_connection_id !== newer.provider_connection_id && (
        <Alert type="warning">{t("diff.connections")}</Alert>
      )}
      <Scrolled label={t("diff.table")}>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t("diff.what")}</th>
              <th scope="col">
                {t("diff.older")}: <Moment at={older.recorded_at} style="full" />
              </th>
              <th scope="col">
                {t("diff.newer")}: <Moment at={newer.recorded_at} style="full" />
              </th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{t("diff.judgement")}</th>
              {[older, newer].map((each) => (
                <td key={each.id}>
                  <StatusIndicator type={INDICATOR[each.status]}>
                    {named("status", each.status)}
                    {each.reason_code && `: ${named("reason", each.reason_code)}`}
                  </StatusIndicator>
                </td>
              ))}
            </tr>
            {changed.map((each) => (
              <tr key={`${each.name} ${String(each.before)} ${String(each.after)}`}>
                <th scope="row">
                  <code>{each.name}</code> {t(`diff.${each.kind}`)}
                </th>
                <td>{each.kind === "appeared" ? "–" : shown(each.before)}</td>
                <td>{each.kind === "went" ? "–" : shown(each.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      {changed.length === 0 && <Box>{t("diff.none")}</Box>}
    </SpaceBetween>
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
