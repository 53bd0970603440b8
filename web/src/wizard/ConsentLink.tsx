import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, type UseMutationResult } from "@tanstack/react-query";
import { serverNow } from "../api/clock";
import { useApi } from "../api/queries";
import type { ConsentLink } from "../api/types";
import { NotDone } from "../states/Refused";
import { Moment, said } from "../text/Moment";
import { t } from "../text/translate";
import { useEditing, whyNotRole } from "../together/editing";

type Creating = UseMutationResult<ConsentLink, unknown, void>;

/** The link is good for whoever has it, so it is shown to who asked for it and kept nowhere. */
export function useConsentLink(tenantId: number, connectionId: number): Creating {
  const api = useApi();
  return useMutation({ mutationFn: () => api.consentLink(tenantId, connectionId), networkMode: "always" });
}

export function CreateLink({ create, variant }: { create: Creating; variant: "normal" | "primary" }) {
  const refused = whyNotRole(useEditing().role, "operator");
  return (
    <Button
      variant={variant}
      loading={create.isPending}
      loadingText={t("consent.creating")}
      disabled={refused !== null}
      disabledReason={refused ?? ""}
      onClick={() => {
        create.mutate();
      }}
    >
      {create.data ? t("consent.again") : t("consent.create")}
    </Button>
  );
}

/** What is sent to the customer, to be copied alone or in a message. */
export function Made({ link }: { link: ConsentLink }) {
  const until = said(new Date(link.ends_at), "date", serverNow());
  return (
    <SpaceBetween size="xs">
      <pre className="command" tabIndex={0} aria-label={t("consent.link")}>
        <code>{link.url}</code>
      </pre>
      <div>
        {t("consent.until")} <Moment at={link.ends_at} style="both" />
      </div>
      <SpaceBetween direction="horizontal" size="xs">
        <CopyToClipboard
          copyButtonText={t("consent.copylink")}
          copySuccessText={t("app.copied")}
          copyErrorText={t("app.copyfailed")}
          textToCopy={link.url}
        />
        <CopyToClipboard
          copyButtonText={t("consent.copymessage")}
          copySuccessText={t("app.copied")}
          copyErrorText={t("app.copyfailed")}
          textToCopy={t("consent.message", { url: link.url, until })}
        />
      </SpaceBetween>
    </SpaceBetween>
  );
}

/** The link as the remedy of a finding, wherever that is shown. */
export function LinkAsRemedy({ connectionId }: { connectionId: number }) {
  const { tenantId } = useEditing();
  const create = useConsentLink(tenantId, connectionId);
  return (
    <SpaceBetween size="xs">
      <div className="aside">{t("consent.link.about")}</div>
      {create.data && <Made link={create.data} />}
      <CreateLink create={create} variant="normal" />
      <NotDone error={create.error} title={t("consent.failed")} />
    </SpaceBetween>
  );
}
