import type { TaskType } from "./types";

/** Every task, in the order in which people meet them. */
export const TASKS: readonly TaskType[] = [
  "consent_status",
  "verify_permissions",
  "connection_diagnostics",
  "license_check",
  "intune_status",
  "rbac_check",
  "initial_sync",
];
