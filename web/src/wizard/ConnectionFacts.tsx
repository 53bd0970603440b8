import type { Connection } from "../api/types";
import { Moment } from "../text/Moment";
import { t } from "../text/translate";

/** What is known of a connection; its credential is named, and never shown. */
export function Facts({ connection }: { connection: Connection }) {
  return (
    <dl className="facts">
      <div>
        <dt>{t("connection.entra")}</dt>
        <dd>
          {connection.expected_domain && <div>{connection.expected_domain}</div>}
          <code>{connection.entra_tenant_id}</code>
        </dd>
      </div>
      <div>
        <dt>{t("connection.client")}</dt>
        <dd>
          <code>{connection.client_id}</code>
        </dd>
      </div>
      <div>
        <dt>{t("connection.credential")}</dt>
        <dd>
          {t(`credential.${connection.credential_kind}`)}
          <div className="aside">
            <End of={connection} />
          </div>
        </dd>
      </div>
    </dl>
  );
}

/** The same in lines, for where it stands beside what is chosen. */
export function InWords({ connection }: { connection: Connection }) {
  return (
    <span className="in-words">
      <span>
        {t("connection.entra")} <code>{connection.entra_tenant_id}</code>
      </span>
      <span>
        {t("connection.client")} <code>{connection.client_id}</code>
      </span>
      <span>
        {t(`credential.${connection.credential_kind}`)}, <End of={connection} />
      </span>
    </span>
  );
}

function End({ of: { credential_expires_at: ends } }: { of: Connection }) {
  if (!ends) return t("connection.noend");
  return (
    <>
      {t("connection.ends")} <Moment at={ends} style="day" />
    </>
  );
}
