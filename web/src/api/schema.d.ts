// Written from docs/openapi.json by `npm run types`. Not to be edited.

export interface paths {
    "/onboarding/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's queue: each tenant that they are a member of, and who acts next there
         * @description Show one page of the queue, in the order of the tenants' ids; only a missing `Link` means the end.
         *
         *     A page holds fewer tenants than were proposed where the caller is a member no more.
         *
         *     For whoever is signed in.
         */
        get: operations["listMySessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All sessions of a tenant, newest first, page by page
         * @description Show one page of the sessions. The open one is the newest, so it leads the first page.
         *
         *     For members of at least `readonly`.
         */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The open session, or null
         * @description Show the open session; looking neither takes the lock nor renews it.
         *
         *     For members of at least `readonly`.
         */
        get: operations["getSession"];
        put?: never;
        /**
         * Create the session, or resume the one that is open
         * @description Open a session for the caller; 201 in either case, as the contract has it.
         *
         *     For members of at least `operator`.
         */
        post: operations["createSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/session/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Step, connection, assignment, lock, takeover, end
         * @description Edit the open session; `{}` is the heartbeat.
         *
         *     For members of at least `operator`.
         */
        patch: operations["updateSession"];
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every task with its newest finding, in step order
         * @description Show all tasks of the catalogue, for the connection in use.
         *
         *     For members of at least `readonly`.
         */
        get: operations["listTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/tasks/{taskType}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a run, or return the one under way
         * @description Start a run in the tenant's guard; 201 with the run under way if there is one of the same.
         *
         *     For members of at least `operator`.
         */
        post: operations["startRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/runs/{runId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a run goes, and what it found
         * @description Show a run; while it is active, say when to look again.
         *
         *     For members of at least `readonly`.
         */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/runs/{runId}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a run, at once or at its next checkpoint
         * @description Cancel a run and show it as it is now; a run that has ended stays as it is.
         *
         *     For members of at least `operator`.
         */
        post: operations["cancelRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the tenant's runs found, newest first, page by page
         * @description Show one page of the evidence; only a missing `Link` means the end.
         *
         *     For members of at least `readonly`.
         */
        get: operations["listEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/onboarding/evidence/{evidenceId}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What changed since the finding before
         * @description Compare a piece of evidence with the previous one of the same task and connection.
         *
         *     For members of at least `readonly`.
         */
        get: operations["compareEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what to the tenant, when and from where, newest first, page by page
         * @description Show one page of the audit trail; only a missing `Link` means the end.
         *
         *     For members of at least `owner`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Register a tenant, or give it another name
         * @description Register the tenant; the same again changes nothing.
         *
         *     For the owning product, by the scope `onboarding.admin`.
         */
        put: operations["registerTenant"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who is what in a tenant, in the order of ids, page by page
         * @description Show one page of the members; only a missing `Link` means the end.
         *
         *     For members of at least `readonly`.
         */
        get: operations["listMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a user a role in a tenant
         * @description Register the member; the same again changes nothing.
         *
         *     For members of at least `owner`, and for the owning product, by the scope `onboarding.admin`.
         */
        put: operations["registerMember"];
        post?: never;
        /**
         * Take a user's role in a tenant away
         * @description Remove the member, who loses lock and assignment with it.
         *
         *     For members of at least `owner`, and for the owning product, by the scope `onboarding.admin`.
         */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/preflight": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Does a Microsoft tenant exist, who is it, and can it be reached?
         * @description Show what Microsoft's public metadata say; 503 if Microsoft says nothing.
         *
         *     Asked before a connection is registered and before the customer is bothered. It needs no credential, and is the one route that asks Microsoft anything.
         *
         *     For members of at least `operator`.
         */
        get: operations["preflightConnection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/provider-connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a tenant can be reached, in the order of ids, page by page
         * @description Show one page of the connections; only a missing `Link` means the end.
         *
         *     Where a credential lies is the affair of whoever may register it.
         *
         *     For members of at least `readonly`.
         */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/provider-connections/{connectionId}/consent-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A link for the customer's consent
         * @description Create a link that the operator sends to the customer; each is good for one consent.
         *
         *     For members of at least `operator`.
         */
        post: operations["createConsentLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/consent/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where Microsoft sends a customer's administrator back to. Whoever knocks is a stranger
         * @description Record the consent that Microsoft reports, and show a page that says what became of it.
         *
         *     The answers are Microsoft's: https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
         *
         *     For everybody: it needs no token.
         */
        get: operations["recordConsent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tenants/{tenantId}/provider-connections/{connectionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Register how a Microsoft tenant is reached
         * @description Register the connection; the same again changes nothing.
         *
         *     For members of at least `owner`, and for the owning product, by the scope `onboarding.admin`.
         */
        put: operations["registerConnection"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This API as an OpenAPI document
         * @description Show what programs have to know of this deployment; they ask again, for it changes with the next one.
         *
         *     For everybody: it needs no token.
         */
        get: operations["serveOpenapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The OpenAPI document as a page for people
         * @description Show the page, which has no script.
         *
         *     For everybody: it needs no token.
         */
        get: operations["serveDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Only a manager, the assignee or the lock's holder may abandon it. */
        AbandonForbiddenProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "abandon_forbidden";
            /** @constant */
            type: "urn:onboarding:problem:abandon_forbidden";
            title: string;
            /** @constant */
            status: 403;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description A warning that somebody saw and accepted by completing the session. */
        AcceptedWarning: {
            task_type: components["schemas"]["TaskType"];
            reason_code: string;
            evidence_id: number;
            accepted_by_user_id: number;
        };
        /**
         * @description What was done; a closed set, and the name of the event that tells of it.
         * @enum {string}
         */
        Act: "tenant_registered" | "tenant_renamed" | "member_registered" | "member_removed" | "connection_registered" | "connection_changed" | "consent_link_created" | "consent_recorded" | "session_opened" | "session_taken_over" | "session_handed_off" | "session_assigned" | "session_connection_changed" | "session_noted" | "session_completed" | "session_abandoned" | "session_vacated" | "finding_got_worse" | "tenant_recovered" | "access_denied";
        ActOrLater: components["schemas"]["Act"] | string;
        /** @description Only a member of at least operator can be assigned. */
        AssigneeNotEligibleProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "assignee_not_eligible";
            /** @constant */
            type: "urn:onboarding:problem:assignee_not_eligible";
            title: string;
            /** @constant */
            status: 422;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description Only a manager, the assignee or the lock's holder may assign others. */
        AssignmentForbiddenProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "assignment_forbidden";
            /** @constant */
            type: "urn:onboarding:problem:assignment_forbidden";
            title: string;
            /** @constant */
            status: 403;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description What an act was about: an allow-list, which differs by act; what does not apply is None. */
        AuditDetails: {
            member_user_id?: number;
            /** @description The role that was given. */
            role?: string;
            lost_lock?: boolean;
            lost_assignment?: boolean;
            /** @description Who held the lock, or was assigned. */
            from_user_id?: number;
            to_user_id?: number;
            connection_id?: number;
            from_connection_id?: number;
            to_connection_id?: number;
            /** @description The task whose finding it was. */
            task_type?: string;
            /** @description What it was found to be before. */
            from_status?: string;
            status?: string;
            reason_code?: string;
            evidence_id?: number;
            /** @description Why it was denied. */
            code?: string;
            /** @description What was asked for, as API Gateway names it: `PATCH /tenants/{tenantId}/…`. */
            route?: string;
        };
        /** @description A line of the audit trail; *details* has what applies to its act, and nothing else. */
        AuditEntry: {
            id: number;
            tenant_id: number;
            /** Format: date-time */
            at: string;
            act: components["schemas"]["ActOrLater"];
            /** @description Null where nobody asked for it: the sweep, or a customer's consent. */
            by_user_id: number | null;
            /** @description From where it was asked for. */
            source_ip: string | null;
            request_id: string | null;
            session_id: number | null;
            details: components["schemas"]["AuditDetails"];
        };
        /** @description A gate that is shut; without a task it is the choice of a connection. */
        Blocking: {
            task_type: components["schemas"]["TaskType"] | null;
            status: components["schemas"]["FindingStatus"];
            reason_code: components["schemas"]["ReasonCode"] | null;
            stale: boolean;
        };
        /** @description The body is larger than 16384 bytes. */
        BodyTooLargeProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "body_too_large";
            /** @constant */
            type: "urn:onboarding:problem:body_too_large";
            title: string;
            /** @constant */
            status: 413;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /**
         * @description What became of a value.
         * @enum {string}
         */
        ChangeKind: "appeared" | "went" | "changed";
        /**
         * @description The Microsoft cloud a tenant lives in; `graph.clouds` holds the hosts of each.
         * @enum {string}
         */
        Cloud: "global";
        /** @description What a completed session rests on. */
        Completion: {
            evidence_ids: number[];
            accepted_warnings: components["schemas"]["AcceptedWarning"][];
        };
        /** @description A registered provider connection; the credential is named, never shown. */
        Connection: {
            id: number;
            tenant_id: number;
            entra_tenant_id: string;
            client_id: string;
            cloud: components["schemas"]["Cloud"];
            expected_domain: string | null;
            credential_kind: components["schemas"]["CredentialKind"];
            /** @description What names the credential. */
            credential_arn: string | null;
            certificate_thumbprint: string | null;
            /** Format: date-time */
            credential_expires_at: string | null;
        };
        /** @description What the owning product registers about a connection. Its kind of credential decides what names it. A credential is named by an ARN, so a secret or a key pasted in its place is refused, not stored. */
        ConnectionDetails: {
            entra_tenant_id: string;
            client_id: string;
            /** @default global */
            cloud: components["schemas"]["Cloud"];
            expected_domain?: string | null;
            /** @default client_secret */
            credential_kind: components["schemas"]["CredentialKind"];
            credential_arn?: string | null;
            certificate_thumbprint?: string | null;
            /** Format: date-time */
            credential_expires_at?: string | null;
        } & (unknown & unknown & unknown);
        /** @description A connection's Entra tenant, client id and cloud never change; register a new connection. */
        ConnectionFixedProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "connection_fixed";
            /** @constant */
            type: "urn:onboarding:problem:connection_fixed";
            title: string;
            /** @constant */
            status: 409;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description Choose a provider connection first. */
        ConnectionMissingProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "connection_missing";
            /** @constant */
            type: "urn:onboarding:problem:connection_missing";
            title: string;
            /** @constant */
            status: 422;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description This tenant has no such provider connection. */
        ConnectionNotFoundProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "connection_not_found";
            /** @constant */
            type: "urn:onboarding:problem:connection_not_found";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description This tenant has no such provider connection. */
        ConnectionUnknownProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "connection_unknown";
            /** @constant */
            type: "urn:onboarding:problem:connection_unknown";
            title: string;
            /** @constant */
            status: 422;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description A link for a customer's administrator, good for one consent until *ends_at*. */
        ConsentLink: {
            url: string;
            /** Format: date-time */
            ends_at: string;
        };
        /**
         * @description How the application proves who it is.
         * @enum {string}
         */
        CredentialKind: "client_secret" | "certificate" | "federation";
        /** @description `ErrorResponse` of the contract and a problem of RFC 9457 in one; the code's own fields stand beside these. */
        ErrorResponse: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /** @enum {string} */
            code: "abandon_forbidden" | "assignee_not_eligible" | "assignment_forbidden" | "body_too_large" | "connection_fixed" | "connection_missing" | "connection_not_found" | "connection_unknown" | "evidence_not_found" | "idempotency_key_reused" | "internal_error" | "invalid_request" | "lock_lost" | "member_not_found" | "method_not_allowed" | "role_insufficient" | "route_not_found" | "run_blocked" | "run_budget_spent" | "run_not_found" | "session_closed" | "session_locked" | "session_not_found" | "step_prerequisites_unmet" | "takeover_forbidden" | "task_type_unknown" | "tenant_not_found" | "unauthenticated" | "unavailable" | "unsupported_media_type" | "version_stale";
            type: string;
            title: string;
            /** @enum {integer} */
            status: 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 429 | 500 | 503;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description What changed since the previous evidence of the same task and connection; there may be none. */
        EvidenceDiff: {
            task_type: components["schemas"]["TaskType"];
            provider_connection_id: number;
            evidence: components["schemas"]["Judgement"];
            previous: components["schemas"]["Judgement"] | null;
            changes: components["schemas"]["PayloadChange"][];
            /** @description The changes as an operator says them. */
            words: string[];
        };
        /** @description This tenant has no such evidence. */
        EvidenceNotFoundProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "evidence_not_found";
            /** @constant */
            type: "urn:onboarding:problem:evidence_not_found";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description A field of a request that is wrong, and what is wrong with it. */
        FieldError: {
            field: string;
            message: string;
        };
        /**
         * @description How the tenant stands in what a task examines.
         * @enum {string}
         */
        FindingStatus: "ok" | "warn" | "fail" | "unknown";
        /** @description What API Gateway itself answers, before or in place of a function. */
        GatewayError: {
            message: string;
        };
        /** @description This idempotency key was used to start another task. */
        IdempotencyKeyReusedProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "idempotency_key_reused";
            /** @constant */
            type: "urn:onboarding:problem:idempotency_key_reused";
            title: string;
            /** @constant */
            status: 422;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description Something went wrong on our side. */
        InternalErrorProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "internal_error";
            /** @constant */
            type: "urn:onboarding:problem:internal_error";
            title: string;
            /** @constant */
            status: 500;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description The request is malformed; `errors` says where. */
        InvalidRequestProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "invalid_request";
            /** @constant */
            type: "urn:onboarding:problem:invalid_request";
            title: string;
            /** @constant */
            status: 400;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
            errors: components["schemas"]["FieldError"][];
        };
        /** @description How a piece of evidence judged, and when. */
        Judgement: {
            evidence_id: number;
            status: components["schemas"]["FindingStatus"];
            reason_code: components["schemas"]["ReasonCode"] | null;
            /** Format: date-time */
            recorded_at: string;
        };
        /** @description When a tenant's onboarding was last completed, and by whom. */
        LastCompleted: {
            /** @description The session whose report has what was found. */
            session_id: number;
            /** Format: date-time */
            at: string;
            by_user_id: number;
        };
        /** @description A provider connection as its tenant's members see it. */
        ListedConnection: {
            id: number;
            tenant_id: number;
            entra_tenant_id: string;
            client_id: string;
            cloud: components["schemas"]["Cloud"];
            expected_domain: string | null;
            credential_kind: components["schemas"]["CredentialKind"];
            /** @description What names the credential; null to whoever may not register connections. */
            credential_arn: string | null;
            certificate_thumbprint: string | null;
            /** Format: date-time */
            credential_expires_at: string | null;
            /**
             * Format: date-time
             * @description When the customer's administrator consented; null if nobody did.
             */
            consented_at: string | null;
        };
        /** @description You no longer hold the edit lock. */
        LockLostProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "lock_lost";
            /** @constant */
            type: "urn:onboarding:problem:lock_lost";
            title: string;
            /** @constant */
            status: 409;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
            locked_by_user_id: number | null;
            /** Format: date-time */
            locked_until: string | null;
        };
        /** @description A registered member. */
        Member: {
            tenant_id: number;
            user_id: number;
            role: components["schemas"]["Role"];
        };
        /** @description What the owning product registers about a member. */
        MemberDetails: {
            role: components["schemas"]["Role"];
        };
        /** @description This tenant has no such member. */
        MemberNotFoundProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "member_not_found";
            /** @constant */
            type: "urn:onboarding:problem:member_not_found";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description This path is not asked with this method. */
        MethodNotAllowedProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "method_not_allowed";
            /** @constant */
            type: "urn:onboarding:problem:method_not_allowed";
            title: string;
            /** @constant */
            status: 405;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description `OnboardingEvidence` of the contract. */
        OnboardingEvidence: {
            id: number;
            tenant_id: number;
            /** @description The session that was open when the run was started. */
            onboarding_session_id: number | null;
            provider_connection_id: number | null;
            task_type: components["schemas"]["TaskType"];
            status: components["schemas"]["FindingStatus"];
            reason_code: components["schemas"]["ReasonCode"] | null;
            message: string | null;
            /** @description What was seen, which differs by task; never a secret. */
            payload: {
                [key: string]: unknown;
            };
            /** @description The run that left it. */
            operation_run_id: number | null;
            /** Format: date-time */
            recorded_at: string;
        };
        /** @description `OnboardingSession` of the contract; all from `version` on is added. */
        OnboardingSession: {
            id: number;
            tenant_id: number;
            /** @description The connection that it chose; null where the tenant's only one is used, or none was chosen. */
            provider_connection_id: number | null;
            status: components["schemas"]["SessionStatus"];
            current_step: components["schemas"]["Step"];
            assigned_to_user_id: number | null;
            /** @description Who may edit until `locked_until`; null where nobody holds a live lock. */
            locked_by_user_id: number | null;
            /** Format: date-time */
            locked_until: string | null;
            /** @description Counts the changes that others must know of; the renewal of a lock is none. */
            version: number;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description When the version last changed.
             */
            updated_at: string;
            /** Format: date-time */
            closed_at: string | null;
            /** @description What a completed session rests on. */
            completion: components["schemas"]["Completion"] | null;
            note: string | null;
            /** Format: date-time */
            waiting_until: string | null;
        };
        /** @description `OnboardingSessionResponse` of the contract. */
        OnboardingSessionResponse: {
            session: components["schemas"]["OnboardingSession"] | null;
        };
        /** @description `OnboardingTaskSummary` of the contract; all from `step` on is added. */
        OnboardingTaskSummary: {
            task_type: components["schemas"]["TaskType"];
            /** @description What was last found over the connection in use. */
            status: components["schemas"]["FindingStatus"];
            /** @description Why it is not ok. */
            reason_code: components["schemas"]["ReasonCode"] | null;
            message: string | null;
            /** @description The newest started run, whatever it found. */
            last_run_id: number | null;
            step: components["schemas"]["Step"];
            /** @description Whether its step can only be left forwards once its finding is good. */
            required: boolean;
            /** @description The run that is under way. */
            active_run_id: number | null;
            /** Format: date-time */
            recorded_at: string | null;
            /** @description Whether the finding is older than 24 hours: too old to complete a session on. */
            stale: boolean;
            remedy: components["schemas"]["Remedy"] | null;
            /**
             * Format: date-time
             * @description From when on looking again makes sense; of a consent that is propagating, when it is looked again.
             */
            next_check_at: string | null;
        };
        /** @description A run: how it went, and what it found. */
        OperationRun: {
            id: number;
            tenant_id: number;
            task_type: components["schemas"]["TaskType"];
            /** @description How the execution stands; what was found is another matter. */
            status: components["schemas"]["RunStatus"];
            provider_connection_id: number;
            onboarding_session_id: number | null;
            /** @description Null where the sweep started it. */
            started_by_user_id: number | null;
            /** Format: date-time */
            queued_at: string;
            /**
             * Format: date-time
             * @description When a worker first took it.
             */
            started_at: string | null;
            /** Format: date-time */
            ended_at: string | null;
            /**
             * Format: date-time
             * @description Until when it was put back.
             */
            not_before: string | null;
            /** @description Counts crashes, not patience. */
            attempts: number;
            /** Format: date-time */
            cancel_requested_at: string | null;
            progress: components["schemas"]["Progress"] | null;
            /** @description What it found; null until it has ended, and where it was cancelled. */
            finding: components["schemas"]["OperationRunFinding"] | null;
        };
        /** @description What a run found. */
        OperationRunFinding: {
            status: components["schemas"]["FindingStatus"];
            reason_code: components["schemas"]["ReasonCode"] | null;
            message: string | null;
            /** @description The evidence that the run left. */
            evidence_id: number;
            remedy: components["schemas"]["Remedy"] | null;
        };
        /** @description `OperationRunLink` of the contract. */
        OperationRunLink: {
            run_id: number;
            /** @description Where the run can be watched; path-absolute. */
            url: string;
        };
        /**
         * @description Who has to act, that an onboarding goes on.
         * @enum {string}
         */
        Party: "us" | "customer" | "microsoft" | "nobody";
        /** @description One value that changed: *name* is the field, with the thing it belongs to, as in `areas.scripts.items`. */
        PayloadChange: {
            name: string;
            kind: components["schemas"]["ChangeKind"];
            before?: unknown;
            after?: unknown;
        };
        /** @description What Microsoft's public metadata say of a tenant. */
        Preflight: {
            exists: boolean;
            entra_tenant_id: string | null;
            cloud: components["schemas"]["Cloud"] | null;
            /** @description Whether a connection to it can be registered. */
            reachable: boolean;
            cloud_name: string | null;
            region: string | null;
            sub_region: string | null;
        };
        /** @description What an operator sees of a run under way; *done* and *total* count areas of the tenant. */
        Progress: {
            done: number;
            total: number;
            message: string;
        };
        /** @description A tenant in the caller's queue: where its onboarding stands, and who acts next. */
        QueuedTenant: {
            tenant: components["schemas"]["Tenant"];
            role: components["schemas"]["Role"];
            session: components["schemas"]["OnboardingSession"] | null;
            /** @description Null where it never was, or where that was before this was kept. */
            last_completed: components["schemas"]["LastCompleted"] | null;
            acts_next: components["schemas"]["Party"];
            because: components["schemas"]["Blocking"][];
            active_runs: components["schemas"]["TaskType"][];
            /** Format: date-time */
            credential_expires_at: string | null;
            drifted: boolean;
        };
        /**
         * @description Why a finding is not ok. Closed: an unknown signal falls back to one of these.
         * @enum {string}
         */
        ReasonCode: "app_not_in_tenant" | "consent_missing" | "consent_declined" | "app_disabled" | "credential_invalid" | "credential_expired" | "certificate_rejected" | "federation_not_trusted" | "tenant_not_found" | "wrong_cloud" | "resource_not_in_tenant" | "blocked_by_conditional_access" | "token_throttled" | "auth_failed_other" | "intune_not_provisioned" | "token_rejected" | "permission_missing" | "resource_missing" | "graph_throttled" | "graph_unavailable" | "permission_optional_missing" | "permission_excess" | "consent_propagating" | "wrong_tenant" | "graph_slow" | "credential_expiring" | "license_missing" | "license_warning" | "license_suspended" | "intune_pending" | "intune_warning" | "intune_disabled" | "intune_unknown" | "role_missing" | "role_excess" | "sync_partial" | "sync_failed" | "never_run" | "connection_changed" | "connection_missing" | "run_failed" | "run_timed_out";
        /** @description What an operator can do about a finding, and where to read more. */
        Remedy: {
            text: string;
            link: string | null;
            /** @description Whether it is done by an administrator of the customer who opens a consent link. */
            by_consent: boolean;
        };
        /**
         * @description What a member may do in a tenant; each role covers those before it.
         * @enum {string}
         */
        Role: "readonly" | "operator" | "manager" | "owner";
        /** @description Your role in this tenant does not allow this. */
        RoleInsufficientProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "role_insufficient";
            /** @constant */
            type: "urn:onboarding:problem:role_insufficient";
            title: string;
            /** @constant */
            status: 403;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description There is no such path. */
        RouteNotFoundProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "route_not_found";
            /** @constant */
            type: "urn:onboarding:problem:route_not_found";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description A run is under way in this tenant that has to end first. */
        RunBlockedProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "run_blocked";
            /** @constant */
            type: "urn:onboarding:problem:run_blocked";
            title: string;
            /** @constant */
            status: 409;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
            blocking_run_id: number;
            blocking_task_type: components["schemas"]["TaskType"];
            started_by_user_id: number | null;
        };
        /** @description This tenant has started as many runs as it may in ten minutes; nothing is wrong with this one. */
        RunBudgetSpentProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "run_budget_spent";
            /** @constant */
            type: "urn:onboarding:problem:run_budget_spent";
            title: string;
            /** @constant */
            status: 429;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
            limit: number;
        };
        /** @description This tenant has no such run. */
        RunNotFoundProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "run_not_found";
            /** @constant */
            type: "urn:onboarding:problem:run_not_found";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /**
         * @description How an execution stands; `queued` and `running` are active, the others are ends.
         * @enum {string}
         */
        RunStatus: "queued" | "running" | "succeeded" | "failed" | "cancelled" | "timed_out";
        /** @description This session is closed; create a new one to go on. */
        SessionClosedProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "session_closed";
            /** @constant */
            type: "urn:onboarding:problem:session_closed";
            title: string;
            /** @constant */
            status: 409;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /**
         * @description How a caller may close a session.
         * @enum {string}
         */
        SessionEnd: "completed" | "abandoned";
        /** @description Somebody else is editing this session. */
        SessionLockedProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "session_locked";
            /** @constant */
            type: "urn:onboarding:problem:session_locked";
            title: string;
            /** @constant */
            status: 409;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
            locked_by_user_id: number;
            /** Format: date-time */
            locked_until: string;
        };
        /** @description This tenant has no such session. */
        SessionNotFoundProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "session_not_found";
            /** @constant */
            type: "urn:onboarding:problem:session_not_found";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /**
         * @description How far a session is; `draft` and `in_progress` are open, the others closed.
         * @enum {string}
         */
        SessionStatus: "draft" | "in_progress" | "completed" | "abandoned";
        /**
         * @description The five steps that a session walks a tenant through, in order.
         * @enum {integer}
         */
        Step: 1 | 2 | 3 | 4 | 5;
        /** @description The session cannot go on yet: some of its tasks are not good enough. */
        StepPrerequisitesUnmetProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "step_prerequisites_unmet";
            /** @constant */
            type: "urn:onboarding:problem:step_prerequisites_unmet";
            title: string;
            /** @constant */
            status: 409;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
            blocking: components["schemas"]["UnmetGate"][];
        };
        /** @description Only a manager or the assignee may take over the edit lock. */
        TakeoverForbiddenProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "takeover_forbidden";
            /** @constant */
            type: "urn:onboarding:problem:takeover_forbidden";
            title: string;
            /** @constant */
            status: 403;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /**
         * @description A kind of examination of a tenant through Microsoft Graph.
         * @enum {string}
         */
        TaskType: "consent_status" | "verify_permissions" | "connection_diagnostics" | "license_check" | "intune_status" | "rbac_check" | "initial_sync";
        /** @description There is no such task. */
        TaskTypeUnknownProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "task_type_unknown";
            /** @constant */
            type: "urn:onboarding:problem:task_type_unknown";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description A registered tenant. */
        Tenant: {
            id: number;
            name: string;
        };
        /** @description What the owning product registers about a tenant. */
        TenantDetails: {
            name: string;
        };
        /** @description There is no such tenant for you. */
        TenantNotFoundProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "tenant_not_found";
            /** @constant */
            type: "urn:onboarding:problem:tenant_not_found";
            title: string;
            /** @constant */
            status: 404;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description Sign in: this needs an access token of a user. */
        UnauthenticatedProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "unauthenticated";
            /** @constant */
            type: "urn:onboarding:problem:unauthenticated";
            title: string;
            /** @constant */
            status: 401;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description Nothing was decided; the same request may succeed in a moment. */
        UnavailableProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "unavailable";
            /** @constant */
            type: "urn:onboarding:problem:unavailable";
            title: string;
            /** @constant */
            status: 503;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description A gate that is not met, by the task that keeps it shut; null is the choice of a connection. */
        UnmetGate: {
            task_type: components["schemas"]["TaskType"] | null;
            status: components["schemas"]["FindingStatus"];
            reason_code: components["schemas"]["ReasonCode"] | null;
            /**
             * @description Whether it was met once, by a finding that is too old now; told where a session is to be completed.
             * @default false
             */
            stale: boolean;
        };
        /** @description The body must be application/json. */
        UnsupportedMediaTypeProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "unsupported_media_type";
            /** @constant */
            type: "urn:onboarding:problem:unsupported_media_type";
            title: string;
            /** @constant */
            status: 415;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
        };
        /** @description What a caller asks to change. Absent leaves as it is; null takes away, and is refused where nothing can be. */
        UpdateOnboardingSessionRequest: {
            current_step?: components["schemas"]["Step"];
            assigned_to_user_id?: number | null;
            takeover?: boolean | null;
            provider_connection_id?: number;
            status?: components["schemas"]["SessionEnd"];
            note?: string | null;
            /** Format: date-time */
            waiting_until?: string | null;
        };
        /** @description The session has changed since you read it. */
        VersionStaleProblem: {
            /** @description What is the matter, in a sentence. */
            error: string;
            /**
             * @description The same for programs.
             * @constant
             */
            code: "version_stale";
            /** @constant */
            type: "urn:onboarding:problem:version_stale";
            title: string;
            /** @constant */
            status: 412;
            /** @description The same sentence, where RFC 9457 has it. */
            detail: string;
            /** @description By which the log finds the request. */
            request_id: string;
            session: components["schemas"]["OnboardingSession"];
        };
    };
    responses: {
        /** @description `invalid_request`: The request is malformed; `errors` says where. */
        Malformed: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InvalidRequestProblem"];
                "application/problem+json": components["schemas"]["InvalidRequestProblem"];
            };
        };
        /** @description `unauthenticated`: Sign in: this needs an access token of a user. The gateway found no good token. */
        Unauthenticated: {
            headers: {
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnauthenticatedProblem"] | components["schemas"]["GatewayError"];
                "application/problem+json": components["schemas"]["UnauthenticatedProblem"];
            };
        };
        /** @description `tenant_not_found`: There is no such tenant for you. */
        NoSuchTenant: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["TenantNotFoundProblem"];
                "application/problem+json": components["schemas"]["TenantNotFoundProblem"];
            };
        };
        /** @description `role_insufficient`: Your role in this tenant does not allow this. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["RoleInsufficientProblem"];
                "application/problem+json": components["schemas"]["RoleInsufficientProblem"];
            };
        };
        /** @description `body_too_large`: The body is larger than 16384 bytes. The gateway takes 10 MB at most. */
        TooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["BodyTooLargeProblem"] | components["schemas"]["GatewayError"];
                "application/problem+json": components["schemas"]["BodyTooLargeProblem"];
            };
        };
        /** @description `unsupported_media_type`: The body must be application/json. */
        NotJson: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnsupportedMediaTypeProblem"];
                "application/problem+json": components["schemas"]["UnsupportedMediaTypeProblem"];
            };
        };
        /** @description `internal_error`: Something went wrong on our side. The gateway got no answer that it could pass on. */
        Broken: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["InternalErrorProblem"] | components["schemas"]["GatewayError"];
                "application/problem+json": components["schemas"]["InternalErrorProblem"];
            };
        };
        /** @description `unavailable`: Nothing was decided; the same request may succeed in a moment. The gateway got no answer in time. */
        Unavailable: {
            headers: {
                "Retry-After": components["headers"]["Retry-After"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["UnavailableProblem"] | components["schemas"]["GatewayError"];
                "application/problem+json": components["schemas"]["UnavailableProblem"];
            };
        };
        /** @description `route_not_found`: There is no such path. */
        NoSuchRoute: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["RouteNotFoundProblem"];
                "application/problem+json": components["schemas"]["RouteNotFoundProblem"];
            };
        };
        /** @description `method_not_allowed`: This path is not asked with this method. */
        MethodNotAllowed: {
            headers: {
                Allow: components["headers"]["Allow"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["MethodNotAllowedProblem"];
                "application/problem+json": components["schemas"]["MethodNotAllowedProblem"];
            };
        };
        /** @description The gateway takes 10 MB at most. */
        TooLargeForTheGateway: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayError"];
            };
        };
        /** @description More requests than the gateway lets through; try again in a moment. */
        Throttled: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayError"];
            };
        };
        /** @description The gateway takes 10,240 bytes of headers at most. */
        HeadersTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayError"];
            };
        };
        /** @description The gateway got no answer in time. */
        NoAnswerInTime: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["GatewayError"];
            };
        };
    };
    parameters: {
        /** @description Id of the tenant. */
        tenantId: number;
        /** @description Id of the session. */
        sessionId: number;
        /** @description A task of the catalogue. */
        taskType: components["schemas"]["TaskType"];
        /** @description Id of the run. */
        runId: number;
        /** @description Id of the piece of evidence. */
        evidenceId: number;
        /** @description Id of the user. */
        userId: number;
        /** @description Id of the provider connection. */
        connectionId: number;
        /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
        "If-None-Match": string;
        /** @description ETag of the session that the change was decided from; another version is 412. */
        "If-Match": string;
        /** @description Makes it safe to ask again: for 24 hours the same key gives the same answer. */
        "Idempotency-Key": string;
    };
    requestBodies: never;
    headers: {
        /** @description The methods that the path has. */
        Allow: string;
        /** @description `no-store`, but `no-cache` of the reference. */
        "Cache-Control": string;
        /** @description What a browser lets the page do: nothing. */
        "Content-Security-Policy": string;
        /** @description Names what is shown. */
        ETag: string;
        /** @description `true` where an earlier answer to the same key is given again. */
        "Idempotent-Replayed": "true";
        /** @description The next page, with `rel="next"` (RFC 8288); absent at the end. */
        Link: string;
        /** @description Where what was created is found; path-absolute. */
        Location: string;
        /** @description Whether the run was under way already. */
        "Operation-Reused": "true" | "false";
        /** @description `no-referrer`: the address may hold a secret. */
        "Referrer-Policy": string;
        /** @description Seconds after which asking again makes sense. */
        "Retry-After": number;
        /** @description Whether the session was there before. */
        "Session-Resumed": "true" | "false";
        /** @description `Bearer`. */
        "WWW-Authenticate": string;
        /** @description `nosniff`. */
        "X-Content-Type-Options": string;
        /** @description Names the request. */
        "X-Request-Id": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listMySessions: {
        parameters: {
            query?: {
                /** @description How many pieces a page may hold at most. */
                limit?: number;
                /** @description Where the page begins, as the `Link` to it says; good only for the list that it came from. */
                cursor?: string;
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of the caller's tenants, in the order of their ids. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QueuedTenant"][];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSessions: {
        parameters: {
            query?: {
                /** @description How many pieces a page may hold at most. */
                limit?: number;
                /** @description Where the page begins, as the `Link` to it says; good only for the list that it came from. */
                cursor?: string;
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of the sessions; the open one leads. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OnboardingSession"][];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The open session, or null. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OnboardingSessionResponse"];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    createSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session, new or resumed; who could not take its lock may look. */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Location: components["headers"]["Location"];
                    "Session-Resumed": components["headers"]["Session-Resumed"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OnboardingSession"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    updateSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETag of the session that the change was decided from; another version is 412. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the session. */
                sessionId: components["parameters"]["sessionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateOnboardingSessionRequest"];
            };
        };
        responses: {
            /** @description The session as it is now. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OnboardingSession"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            /** @description `role_insufficient`: Your role in this tenant does not allow this. `takeover_forbidden`: Only a manager or the assignee may take over the edit lock. `abandon_forbidden`: Only a manager, the assignee or the lock's holder may abandon it. `assignment_forbidden`: Only a manager, the assignee or the lock's holder may assign others. */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RoleInsufficientProblem"] | components["schemas"]["TakeoverForbiddenProblem"] | components["schemas"]["AbandonForbiddenProblem"] | components["schemas"]["AssignmentForbiddenProblem"];
                    "application/problem+json": components["schemas"]["RoleInsufficientProblem"] | components["schemas"]["TakeoverForbiddenProblem"] | components["schemas"]["AbandonForbiddenProblem"] | components["schemas"]["AssignmentForbiddenProblem"];
                };
            };
            /** @description `tenant_not_found`: There is no such tenant for you. `session_not_found`: This tenant has no such session. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["SessionNotFoundProblem"];
                    "application/problem+json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["SessionNotFoundProblem"];
                };
            };
            /** @description `session_closed`: This session is closed; create a new one to go on. `lock_lost`: You no longer hold the edit lock. `session_locked`: Somebody else is editing this session. `step_prerequisites_unmet`: The session cannot go on yet: some of its tasks are not good enough. `run_blocked`: A run is under way in this tenant that has to end first. */
            409: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionClosedProblem"] | components["schemas"]["LockLostProblem"] | components["schemas"]["SessionLockedProblem"] | components["schemas"]["StepPrerequisitesUnmetProblem"] | components["schemas"]["RunBlockedProblem"];
                    "application/problem+json": components["schemas"]["SessionClosedProblem"] | components["schemas"]["LockLostProblem"] | components["schemas"]["SessionLockedProblem"] | components["schemas"]["StepPrerequisitesUnmetProblem"] | components["schemas"]["RunBlockedProblem"];
                };
            };
            /** @description `version_stale`: The session has changed since you read it. */
            412: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionStaleProblem"];
                    "application/problem+json": components["schemas"]["VersionStaleProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            /** @description `connection_unknown`: This tenant has no such provider connection. `assignee_not_eligible`: Only a member of at least operator can be assigned. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionUnknownProblem"] | components["schemas"]["AssigneeNotEligibleProblem"];
                    "application/problem+json": components["schemas"]["ConnectionUnknownProblem"] | components["schemas"]["AssigneeNotEligibleProblem"];
                };
            };
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    listTasks: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every task of the catalogue, in step order. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OnboardingTaskSummary"][];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    startRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes it safe to ask again: for 24 hours the same key gives the same answer. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description A task of the catalogue. */
                taskType: components["parameters"]["taskType"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run that is under way now: new, reused, or the answer to the same key before. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "Operation-Reused": components["headers"]["Operation-Reused"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationRunLink"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `tenant_not_found`: There is no such tenant for you. `task_type_unknown`: There is no such task. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["TaskTypeUnknownProblem"];
                    "application/problem+json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["TaskTypeUnknownProblem"];
                };
            };
            /** @description `run_blocked`: A run is under way in this tenant that has to end first. */
            409: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunBlockedProblem"];
                    "application/problem+json": components["schemas"]["RunBlockedProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            /** @description `connection_missing`: Choose a provider connection first. `idempotency_key_reused`: This idempotency key was used to start another task. */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionMissingProblem"] | components["schemas"]["IdempotencyKeyReusedProblem"];
                    "application/problem+json": components["schemas"]["ConnectionMissingProblem"] | components["schemas"]["IdempotencyKeyReusedProblem"];
                };
            };
            /** @description `run_budget_spent`: This tenant has started as many runs as it may in ten minutes; nothing is wrong with this one. More requests than the gateway lets through; try again in a moment. */
            429: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunBudgetSpentProblem"] | components["schemas"]["GatewayError"];
                    "application/problem+json": components["schemas"]["RunBudgetSpentProblem"];
                };
            };
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    getRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the run. */
                runId: components["parameters"]["runId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How the run goes, and what it found. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationRun"];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            /** @description `tenant_not_found`: There is no such tenant for you. `run_not_found`: This tenant has no such run. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["RunNotFoundProblem"];
                    "application/problem+json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["RunNotFoundProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    cancelRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the run. */
                runId: components["parameters"]["runId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The run as it is now; one that has ended stays as it is. */
            200: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationRun"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `tenant_not_found`: There is no such tenant for you. `run_not_found`: This tenant has no such run. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["RunNotFoundProblem"];
                    "application/problem+json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["RunNotFoundProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    listEvidence: {
        parameters: {
            query?: {
                /** @description How many pieces a page may hold at most. */
                limit?: number;
                /** @description Where the page begins, as the `Link` to it says; good only for the list that it came from. */
                cursor?: string;
                /** @description A task of the catalogue. */
                taskType?: components["schemas"]["TaskType"];
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of the evidence, newest first. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OnboardingEvidence"][];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    compareEvidence: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the piece of evidence. */
                evidenceId: components["parameters"]["evidenceId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What changed since the previous evidence. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EvidenceDiff"];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            /** @description `tenant_not_found`: There is no such tenant for you. `evidence_not_found`: This tenant has no such evidence. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["EvidenceNotFoundProblem"];
                    "application/problem+json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["EvidenceNotFoundProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description How many pieces a page may hold at most. */
                limit?: number;
                /** @description Where the page begins, as the `Link` to it says; good only for the list that it came from. */
                cursor?: string;
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of the audit trail, newest first. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEntry"][];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    registerTenant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TenantDetails"];
            };
        };
        responses: {
            /** @description It was registered before, and has this name now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            /** @description It is registered. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tenant"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    listMembers: {
        parameters: {
            query?: {
                /** @description How many pieces a page may hold at most. */
                limit?: number;
                /** @description Where the page begins, as the `Link` to it says; good only for the list that it came from. */
                cursor?: string;
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of the members. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"][];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    registerMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the user. */
                userId: components["parameters"]["userId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberDetails"];
            };
        };
        responses: {
            /** @description They have this role now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the user. */
                userId: components["parameters"]["userId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are no member any more. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `tenant_not_found`: There is no such tenant for you. `member_not_found`: This tenant has no such member. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["MemberNotFoundProblem"];
                    "application/problem+json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["MemberNotFoundProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    preflightConnection: {
        parameters: {
            query: {
                /** @description The Microsoft tenant, by its GUID or one of its domains. */
                tenant: string;
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What Microsoft tells everybody of it. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preflight"];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    listConnections: {
        parameters: {
            query?: {
                /** @description How many pieces a page may hold at most. */
                limit?: number;
                /** @description Where the page begins, as the `Link` to it says; good only for the list that it came from. */
                cursor?: string;
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of the connections. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListedConnection"][];
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    Link: components["headers"]["Link"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            404: components["responses"]["NoSuchTenant"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    createConsentLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the provider connection. */
                connectionId: components["parameters"]["connectionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link, good for one consent. */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsentLink"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            /** @description `tenant_not_found`: There is no such tenant for you. `connection_not_found`: This tenant has no such provider connection. */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["ConnectionNotFoundProblem"];
                    "application/problem+json": components["schemas"]["TenantNotFoundProblem"] | components["schemas"]["ConnectionNotFoundProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    recordConsent: {
        parameters: {
            query?: {
                /** @description `True` where the administrator consented. */
                admin_consent?: string;
                /** @description The Microsoft tenant in which they did. */
                tenant?: string;
                /** @description What the link carried. */
                state?: string;
                /** @description What was consented to. */
                scope?: string;
                /** @description Why they did not. */
                error?: string;
                /** @description The same, in Microsoft's words. */
                error_description?: string;
            };
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The consent was recorded, now or before. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No consent was given, or not over a link of ours. */
            400: {
                headers: {
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            413: components["responses"]["TooLargeForTheGateway"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            /** @description Nothing was recorded yet; the same address may do in a moment. */
            503: {
                headers: {
                    "Retry-After": components["headers"]["Retry-After"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    registerConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the tenant. */
                tenantId: components["parameters"]["tenantId"];
                /** @description Id of the provider connection. */
                connectionId: components["parameters"]["connectionId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConnectionDetails"];
            };
        };
        responses: {
            /** @description It was registered before, and is as given now. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            /** @description It is registered. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Connection"];
                };
            };
            400: components["responses"]["Malformed"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NoSuchTenant"];
            /** @description `connection_fixed`: A connection's Entra tenant, client id and cloud never change; register a new connection. */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionFixedProblem"];
                    "application/problem+json": components["schemas"]["ConnectionFixedProblem"];
                };
            };
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["Unavailable"];
        };
    };
    serveOpenapi: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            413: components["responses"]["TooLargeForTheGateway"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["NoAnswerInTime"];
        };
    };
    serveDocs: {
        parameters: {
            query?: never;
            header?: {
                /** @description ETags of what is known already; if it is one of them, the answer is 304 without a body. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The same for people. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description As `If-None-Match` has it. */
            304: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            413: components["responses"]["TooLargeForTheGateway"];
            429: components["responses"]["Throttled"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Broken"];
            503: components["responses"]["NoAnswerInTime"];
        };
    };
}
