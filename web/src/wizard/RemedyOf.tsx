import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useConnectionInUse } from "../api/inUse";
import type { TaskSummary } from "../api/types";
import { named, t } from "../text/translate";
import { useEditing } from "../together/editing";
import { commandFor } from "./commands";
import { LinkAsRemedy } from "./ConsentLink";

/** What to do about a finding: in words, with where to read more, and as a command where there is one. */
export function RemedyOf({ task, linkIsNear }: { task: TaskSummary; linkIsNear: boolean }) {
  const { session, tenantId } = useEditing();
  const inUse = useConnectionInUse(tenantId, session);
  const command = commandFor(task.reason_code, inUse.connection);
  if (!task.remedy) return null;

  return (
    <div className="remedy">
      <SpaceBetween size="xs">
        <div>
          <b>{t("card.remedy")}:</b> {task.remedy.text}{" "}
          {task.remedy.link !== null && (
            <Link
              href={task.remedy.link}
              external
              externalIconAriaLabel={t("app.external")}
              ariaLabel={t("card.more.about", { reason: named("reason", task.reason_code ?? "") })}
            >
              {t("card.more")}
            </Link>
          )}
        </div>
        {task.remedy.by_consent && !linkIsNear && inUse.id !== null && (
          <ExpandableSection key={inUse.id} variant="inline" headerText={t("consent.link")} defaultExpanded>
            <LinkAsRemedy connectionId={inUse.id} />
          </ExpandableSection>
        )}
        {command && (
          <ExpandableSection variant="inline" headerText={t("card.command")}>
            <SpaceBetween size="xs">
              <div className="aside">{command.whose === "ours" ? t("card.command.ours") : t("card.command.about")}</div>
              <pre className="command" tabIndex={0} aria-label={t("card.command")}>
                <code>{command.text}</code>
              </pre>
              <CopyToClipboard
                copyButtonText={t("app.copy")}
                copySuccessText={t("app.copied")}
                copyErrorText={t("app.copyfailed")}
                textToCopy={command.text}
              />
            </SpaceBetween>
          </ExpandableSection>
        )}
      </SpaceBetween>
    </div>
  );
}
