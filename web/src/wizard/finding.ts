/** How a finding looks. Every look has words beside it: colour alone tells nobody anything. */

import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { FindingStatus, TaskSummary } from "../api/types";

export const INDICATOR: Record<FindingStatus, StatusIndicatorProps.Type> = {
  ok: "success",
  warn: "warning",
  fail: "error",
  unknown: "pending",
};

/** Whether a finding opens the gate that its task keeps; a consent that still spreads is nothing to build on. */
export function isGood({ status, reason_code }: Pick<TaskSummary, "status" | "reason_code">): boolean {
  return (status === "ok" || status === "warn") && reason_code !== "consent_propagating";
}

/** The warnings that whoever completes the onboarding accepts, named so that others are not taken for them. */
export function warningsOf(tasks: readonly TaskSummary[]): string {
  return tasks
    .filter((task) => task.required && task.status === "warn")
    .map((task) => `${task.task_type} ${task.reason_code ?? ""}`)
    .join("\n");
}

export function needsAttention(task: TaskSummary): boolean {
  return task.status !== "ok" || task.stale;
}
