import type { Connection } from "../api/types";
import { Moment } from "../text/Moment";
import { t } from "../text/translate";

/** What is known of a connection; its credential is named, and never shown. */
export function Facts({ connection }: { connection: Connection }) {
  const { credential_expires_at: ends } = connection;
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
            {ends ? (
              <>
                {t("connection.ends")} <Moment at={ends} style="date" />
              </>
            ) : (
              t("connection.noend")
            )}
          </div>
        </dd>
      </div>
    </dl>
  );
}
