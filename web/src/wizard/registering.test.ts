import { describe, expect, it } from "vitest";
import type { Connection, Preflight } from "../api/types";
import { detailsOf, freeId, untyped, withLooked } from "./registering";

describe("a connection that is registered", () => {
  it("gets a number that no other has", () => {
    expect(freeId(7, [])).toBe(701);
    expect(freeId(7, [{ id: 701 }, { id: 705 }] as Connection[])).toBe(706);
  });

  it("says nothing of what its kind of credential must not have", () => {
    const typed = { ...untyped(), entra: "e", client: " c ", kind: "federation" as const, arn: "left from before", thumbprint: "too" };

    expect(detailsOf(typed)).toEqual({ entra_tenant_id: "e", client_id: "c", cloud: "global", credential_kind: "federation" });
  });

  it("names certificate and key of a certificate", () => {
    const typed = { ...untyped(), entra: "e", client: "c", kind: "certificate" as const, arn: "arn:aws:kms:x", thumbprint: "AB" };

    expect(detailsOf(typed)).toMatchObject({ credential_arn: "arn:aws:kms:x", certificate_thumbprint: "AB" });
  });

  it("takes what Microsoft said, and leaves what was typed in the meantime", () => {
    const typed = { ...untyped(), customer: " Contoso.com", client: "typed since" };
    const found = { exists: true, entra_tenant_id: "e" } as Preflight;

    expect(withLooked(typed, found)).toEqual({ ...typed, entra: "e", domain: "contoso.com" });
    expect(withLooked(typed, { exists: false, entra_tenant_id: null } as Preflight)).toEqual({ ...typed, entra: "" });
  });
});
