/** What an administrator can paste instead of finding their way through a portal, by what is the matter. */

import type { Connection } from "../api/types";

export interface Command {
  /** Who runs it: somebody signed in to the customer's tenant, or whoever looks after our credentials. */
  whose: "customer" | "ours";
  text: string;
}

type Written = (connection: Connection) => string;

const GRAPH = "https://graph.microsoft.com/v1.0";

const signIn: Written = ({ entra_tenant_id: tenant }) => `az login --tenant ${tenant} --allow-no-subscriptions`;
const get = (path: string) => `az rest --method GET --url "${GRAPH}/${path}"`;
const principal: Written = ({ client_id: client }) => `servicePrincipals(appId='${client}')`;

const consent: Written = (to) => `${signIn(to)}\naz ad app permission admin-consent --id ${to.client_id}`;
const grants: Written = (to) => `${signIn(to)}\n${get(`${principal(to)}/appRoleAssignments?\\$select=id,appRoleId,resourceDisplayName`)}`;
const roles: Written = (to) => `${signIn(to)}\n${get(`${principal(to)}/transitiveMemberOf/microsoft.graph.directoryRole?\\$select=displayName,roleTemplateId`)}`;
const subscriptions: Written = (to) => `${signIn(to)}\n${get("subscribedSkus?\\$select=skuPartNumber,capabilityStatus,consumedUnits,prepaidUnits")}`;
const intune: Written = (to) => `${signIn(to)}\n${get("deviceManagement/subscriptionState")}`;
const metadata: Written = ({ entra_tenant_id: tenant, expected_domain: domain }) =>
  `curl -s https://login.microsoftonline.com/${domain ?? tenant}/v2.0/.well-known/openid-configuration`;
const newSecret: Written = (to) =>
  `${signIn(to)}\naz ad app credential reset --id ${to.client_id} --append --years 1 --query password -o tsv > new-secret.txt`;

const CUSTOMERS: Record<string, Written> = {
  app_not_in_tenant: consent,
  consent_missing: consent,
  permission_missing: consent,
  permission_optional_missing: consent,
  app_disabled: (to) => `${signIn(to)}\naz ad sp update --id ${to.client_id} --set accountEnabled=true`,
  permission_excess: grants,
  role_missing: roles,
  role_excess: roles,
  license_missing: subscriptions,
  license_warning: subscriptions,
  license_suspended: subscriptions,
  intune_not_provisioned: intune,
  intune_pending: intune,
  intune_warning: intune,
  intune_disabled: intune,
  intune_unknown: intune,
  resource_not_in_tenant: (to) => `${signIn(to)}\naz ad sp show --id 00000003-0000-0000-c000-000000000000 --query accountEnabled`,
  wrong_tenant: metadata,
  tenant_not_found: metadata,
};

/** Where only an owner is told what names the credential, the command asks for it. */
const named: Written = (to) => to.credential_arn ?? '"$CREDENTIAL_ARN"';

const OURS: Record<string, Written> = {
  credential_invalid: (to) => `aws secretsmanager put-secret-value --secret-id ${named(to)} --secret-string file://new-secret.txt`,
  credential_expired: (to) => `${newSecret(to)}\n${OURS["credential_invalid"]?.(to) ?? ""}`,
  credential_expiring: (to) => `${newSecret(to)}\n${OURS["credential_invalid"]?.(to) ?? ""}`,
};

/** Writes the command that goes with *reason* for *connection*; null where there is nothing that a command can do. */
export function commandFor(reason: string | null, connection: Connection | undefined): Command | null {
  if (reason === null || connection === undefined) return null;
  // Keys and federations are no secrets to be put anywhere.
  if (reason in OURS && connection.credential_kind === "client_secret") {
    return { whose: "ours", text: OURS[reason]?.(connection) ?? "" };
  }
  const written = CUSTOMERS[reason];
  return written ? { whose: "customer", text: written(connection) } : null;
}
