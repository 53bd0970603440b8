/** What the API shows, under the names that the glossary gives them. */

export type Role = "readonly" | "operator" | "manager" | "owner";
export type FindingStatus = "ok" | "warn" | "fail" | "unknown";
export type RunStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled" | "timed_out";
export type SessionStatus = "draft" | "in_progress" | "completed" | "abandoned";
export type Step = 1 | 2 | 3 | 4 | 5;
export type TaskType =
  | "consent_status"
  | "verify_permissions"
  | "connection_diagnostics"
  | "license_check"
  | "intune_status"
  | "rbac_check"
  | "initial_sync";
export type ActsNext = "us" | "customer" | "microsoft" | "nobody";

export interface Session {
  id: number;
  tenant_id: number;
  provider_connection_id: number | null;
  status: SessionStatus;
  current_step: Step;
  assigned_to_user_id: number | null;
  locked_by_user_id: number | null;
  locked_until: string | null;
  version: number;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  completion: Completion | null;
  note?: string | null;
  waiting_until?: string | null;
}

export interface Completion {
  evidence_ids: number[];
  accepted_warnings: AcceptedWarning[];
}

export interface AcceptedWarning {
  task_type: TaskType;
  reason_code: string;
  evidence_id: number;
  accepted_by_user_id: number;
}

export interface Remedy {
  text: string;
  link: string | null;
}

export interface TaskSummary {
  task_type: TaskType;
  status: FindingStatus;
  reason_code: string | null;
  message: string | null;
  last_run_id: number | null;
  step: Step;
  required: boolean;
  active_run_id: number | null;
  recorded_at: string | null;
  stale: boolean;
  remedy: Remedy | null;
  next_check_at: string | null;
}

export interface Run {
  id: number;
  tenant_id: number;
  task_type: TaskType;
  status: RunStatus;
  provider_connection_id: number;
  onboarding_session_id: number | null;
  started_by_user_id: number | null;
  queued_at: string;
  started_at: string | null;
  ended_at: string | null;
  not_before: string | null;
  attempts: number;
  cancel_requested_at: string | null;
  progress: { done: number; total: number; message: string } | null;
  finding: RunFinding | null;
}

export interface RunFinding {
  status: FindingStatus;
  reason_code: string | null;
  message: string | null;
  evidence_id: number;
  remedy: Remedy | null;
}

export interface Evidence {
  id: number;
  tenant_id: number;
  onboarding_session_id: number | null;
  provider_connection_id: number | null;
  task_type: TaskType;
  status: FindingStatus;
  reason_code: string | null;
  message: string | null;
  payload: Record<string, unknown>;
  operation_run_id: number | null;
  recorded_at: string;
}

export interface Connection {
  id: number;
  tenant_id: number;
  entra_tenant_id: string;
  client_id: string;
  cloud: string;
  expected_domain: string | null;
  credential_kind: CredentialKind;
  credential_arn: string | null;
  certificate_thumbprint: string | null;
  credential_expires_at: string | null;
  consented_at?: string | null;
}

export type CredentialKind = "client_secret" | "certificate" | "federation";

export interface Preflight {
  exists: boolean;
  entra_tenant_id: string | null;
  cloud: string | null;
  reachable: boolean;
  cloud_name: string | null;
  region: string | null;
  sub_region: string | null;
}

export interface ConsentLink {
  url: string;
  ends_at: string;
}

export interface Member {
  tenant_id: number;
  user_id: number;
  role: Role;
}

export interface Because {
  task_type: TaskType | null;
  status: FindingStatus;
  reason_code: string | null;
}

export interface Blocking extends Because {
  stale?: boolean;
}

/** One of my tenants, as the queue shows it. */
export interface Standing {
  tenant: { id: number; name: string };
  role: Role;
  session: Session | null;
  acts_next: ActsNext;
  because: Because[];
  active_runs: TaskType[];
  credential_expires_at: string | null;
  drifted: boolean;
}

export interface SessionEdit {
  current_step?: Step;
  assigned_to_user_id?: number | null;
  takeover?: boolean;
  provider_connection_id?: number;
  status?: "completed" | "abandoned";
  note?: string | null;
  waiting_until?: string | null;
}
