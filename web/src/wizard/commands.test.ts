import { describe, expect, it } from "vitest";
import type { Connection } from "../api/types";
import { commandFor } from "./commands";

const CONNECTION: Connection = {
  id: 101,
  tenant_id: 1,
  entra_tenant_id: "b05aafed-15fd-5db6-8981-4fa0293ccc6a",
  client_id: "6f1c1d52-8f0e-4a35-9c55-2b7a4f0d9e11",
  cloud: "global",
  expected_domain: "contoso.example",
  credential_kind: "client_secret",
  credential_arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:tenant-onboarding/contoso",
  certificate_thumbprint: null,
  credential_expires_at: null,
  consented_at: null,
};

describe("the command that goes with a reason", () => {
  it("names the customer's tenant and the application, so that it can be pasted as it is", () => {
    expect(commandFor("permission_missing", CONNECTION)).toEqual({
      whose: "customer",
      text:
        "az login --tenant b05aafed-15fd-5db6-8981-4fa0293ccc6a --allow-no-subscriptions\n" +
        "az ad app permission admin-consent --id 6f1c1d52-8f0e-4a35-9c55-2b7a4f0d9e11",
    });
  });

  it("puts a secret where the connection names it", () => {
    const command = commandFor("credential_invalid", CONNECTION);

    expect(command?.whose).toBe("ours");
    expect(command?.text).toContain(`--secret-id ${CONNECTION.credential_arn}`);
  });

  it("asks for the name of a credential that only owners are told", () => {
    expect(commandFor("credential_invalid", { ...CONNECTION, credential_arn: null })?.text).toContain('--secret-id "$CREDENTIAL_ARN" ');
  });

  it("puts no secret anywhere for a connection without one", () => {
    expect(commandFor("credential_invalid", { ...CONNECTION, credential_kind: "federation" })).toBeNull();
  });

  it("keeps the shell from reading Graph's own dollar signs", () => {
    expect(commandFor("license_missing", CONNECTION)?.text).toContain('subscribedSkus?\\$select=');
  });

  it("is none where there is nothing that a command can do", () => {
    expect(commandFor("consent_propagating", CONNECTION)).toBeNull();
    expect(commandFor(null, CONNECTION)).toBeNull();
    expect(commandFor("permission_missing", undefined)).toBeNull();
  });
});
