import Alert from "@cloudscape-design/components/alert";
import { PageLink } from "../app/following";
import { t } from "../text/translate";

/** What an address names is not there: said, rather than something else shown in its place. */
export function NoSuchSession({ id, to, instead }: { id: string; to: string; instead: string }) {
  return (
    <div role="alert">
      <Alert type="warning" header={t("session.missing", { id })}>
        {t("session.missing.text")} <PageLink to={to}>{instead}</PageLink>
      </Alert>
    </div>
  );
}
