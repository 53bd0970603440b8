/** What the API shows, under the names that the glossary gives them; what each holds, our document says. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Role = Schemas["Role"];
export type FindingStatus = Schemas["FindingStatus"];
export type RunStatus = Schemas["RunStatus"];
export type SessionStatus = Schemas["SessionStatus"];
export type Step = Schemas["Step"];
export type TaskType = Schemas["TaskType"];
export type ReasonCode = Schemas["ReasonCode"];
export type ActsNext = Standing["acts_next"];
export type CredentialKind = Schemas["CredentialKind"];

export type Session = Schemas["OnboardingSession"];
export type SessionEdit = Schemas["UpdateOnboardingSessionRequest"];
export type TaskSummary = Schemas["OnboardingTaskSummary"];
export type Run = Schemas["OperationRun"];
export type Evidence = Schemas["OnboardingEvidence"];
export type Connection = Schemas["ListedConnection"];
export type ConnectionDetails = Schemas["ConnectionDetails"];
export type ConsentLink = Schemas["ConsentLink"];
export type Preflight = Schemas["Preflight"];
export type Member = Schemas["Member"];
export type Blocking = Schemas["UnmetGate"];

/** One of my tenants, as the queue shows it. */
export type Standing = Schemas["QueuedTenant"];
