import { describe, expect, it } from "vitest";
import type { Evidence } from "../api/types";
import { compared } from "./diff";

function evidence(payload: Record<string, unknown>): Evidence {
  return {
    id: 1,
    tenant_id: 1,
    onboarding_session_id: 1,
    provider_connection_id: 101,
    task_type: "license_check",
    status: "ok",
    reason_code: null,
    message: null,
    payload,
    operation_run_id: 1,
    recorded_at: "2026-11-28T08:00:00Z",
  };
}

describe("what changed between two findings", () => {
  it("is what appeared in a list, and what went from it", () => {
    const changes = compared(evidence({ held: ["a", "b"] }), evidence({ held: ["b", "c"] }));

    expect(changes).toEqual([
      { name: "held", kind: "appeared", after: "c" },
      { name: "held", kind: "went", before: "a" },
    ]);
  });

  it("names the thing that a changed field belongs to", () => {
    const changes = compared(
      evidence({ skus: [{ sku: "SPB", status: "Enabled", enabled_units: 5 }] }),
      evidence({ skus: [{ sku: "SPB", status: "Warning", enabled_units: 5 }] }),
    );

    expect(changes).toEqual([{ name: "skus.SPB.status", kind: "changed", before: "Enabled", after: "Warning" }]);
  });

  it("leaves out what differs from run to run and says nothing about the tenant", () => {
    const changes = compared(
      evidence({ answered_in_ms: 10, request_id: "a", version: 1 }),
      evidence({ answered_in_ms: 99, request_id: "b", version: 2 }),
    );

    expect(changes).toEqual([]);
  });

  it("takes a field that only one of them has for another version of the payload", () => {
    expect(compared(evidence({}), evidence({ optional_missing: ["x"] }))).toEqual([]);
  });

  it("compares no refusal with a finding, though their fields are called alike", () => {
    const refusal = evidence({ error_numbers: [65001], permissions: ["x"] });

    expect(compared(refusal, evidence({ permissions: ["y"] }))).toEqual([]);
  });
});
