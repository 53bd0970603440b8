import { describe, expect, it } from "vitest";
import type { TaskSummary } from "../api/types";
import { warningsOf } from "./finding";

describe("the warnings that somebody accepts", () => {
  const task = (part: Partial<TaskSummary>) =>
    ({ task_type: "license_check", required: true, status: "warn", reason_code: "license_warning", ...part }) as TaskSummary;

  it("are none if nothing that is required warns", () => {
    expect(warningsOf([task({ status: "ok" }), task({ required: false })])).toBe("");
  });

  it("are others once one came, or is about something else", () => {
    const accepted = warningsOf([task({})]);

    expect(warningsOf([task({})])).toBe(accepted);
    expect(warningsOf([task({ reason_code: "license_suspended" })])).not.toBe(accepted);
    expect(warningsOf([task({}), task({ task_type: "rbac_check" })])).not.toBe(accepted);
  });
});
