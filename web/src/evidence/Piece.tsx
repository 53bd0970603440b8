import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Evidence } from "../api/types";
import { named, t } from "../text/translate";
import { Comparison } from "./Comparison";
import { download } from "./download";

/** What one piece of evidence keeps, and what changed since the one before. */
export function Piece({ piece, previous }: { piece: Evidence; previous: Evidence | undefined }) {
  const [compares, setCompares] = useState(false);
  const title = `${named("task", piece.task_type)} ${piece.id}`;
  const json = JSON.stringify(piece.payload, null, 2);
  return (
    <ExpandableSection variant="inline" headerText={t("evidence.details")} headerAriaLabel={t("evidence.details.of", { piece: title })}>
      <SpaceBetween size="m">
        <Box color="text-body-secondary" fontSize="body-s">
          {t("evidence.ids", {
            evidence: piece.id,
            run: piece.operation_run_id ?? "–",
            session: piece.onboarding_session_id ?? "–",
            connection: piece.provider_connection_id ?? "–",
          })}
        </Box>
        <pre className="command payload" tabIndex={0} aria-label={t("evidence.payload.of", { piece: title })}>
          <code>{json}</code>
        </pre>
        <SpaceBetween direction="horizontal" size="xs">
          <CopyToClipboard
            copyButtonText={t("app.copy")}
            copySuccessText={t("app.copied")}
            copyErrorText={t("app.copyfailed")}
            textToCopy={json}
          />
          <Button
            iconName="download"
            onClick={() => {
              download(piece, `evidence-${piece.tenant_id}-${piece.id}.json`);
            }}
          >
            {t("evidence.download.one")}
          </Button>
          <Button
            disabled={previous === undefined}
            disabledReason={t("diff.first")}
            ariaExpanded={compares}
            onClick={() => {
              setCompares(!compares);
            }}
          >
            {t("diff.previous")}
          </Button>
        </SpaceBetween>
        {compares && previous && <Comparison older={previous} newer={piece} />}
      </SpaceBetween>
    </ExpandableSection>
  );
}
