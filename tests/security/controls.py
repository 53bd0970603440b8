"""Every control of the service's security that can be taken out by a small patch, and the test that must then fail.

Which threat each answers is told in SECURITY.md; `make controls` takes them out one by one (`removal.py`).
"""

from typing import NamedTuple


class Control(NamedTuple):
    """Something that keeps people out: without it, *old*, which is there once, becomes *new*."""

    name: str
    file: str
    """Path from the root of the project."""
    old: str
    new: str
    seen_by: str
    """What fails without it: a test, or a file of tests, as pytest takes it."""


_TEMPLATE, _CHECK = "template.yaml", ".github/workflows/check.yaml"
_KEPT = "::test_the_template_keeps_the_rule"
_EDGES, _RULES = f"tests/security/test_edges.py{_KEPT}", f"tests/test_template.py{_KEPT}"
_AT_THE_END_OF = '\n                "Null": {events:source: "false"}\n\n'
"""What stands between a publisher's condition and the name of the next function."""
_WORKFLOWS = "tests/test_workflows.py::test_the_workflows_keep_the_rule"
_SUPPLIED = "tests/test_supply_chain.py::test_"
_REST, _AUDIT = "functions/onboarding/rest.py", "functions/onboarding/storage/audit.py"
_TOLD = "tests/integration/test_list_audit.py::test_"
_GRAPH, _CLOUDS = "functions/onboarding/graph/tenant.py", "functions/onboarding/graph/clouds.py"
_STATE = "local/state.py"
_INPUT, _HOSTS = "tests/security/test_input.py::test_", "tests/security/test_hosts.py::test_"
_KEYS = "tests/security/test_local_keys.py::test_"

_DEPLOYED: tuple[Control, ...] = (
    Control(
        "no function goes beyond the boundary",
        _TEMPLATE,
        "    PermissionsBoundary: !Ref Boundary\n",
        "",
        f"{_EDGES}[every_function_ends_at_the_boundary]",
    ),
    Control(
        "the boundary lets nobody change evidence",
        _TEMPLATE,
        "            Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query]\n"
        "            Resource: !GetAtt Evidence.Arn\n",
        "            Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query, dynamodb:UpdateItem]\n"
        "            Resource: !GetAtt Evidence.Arn\n",
        f"{_EDGES}[what_is_recorded_is_beyond_everybody_s_change]",
    ),
    Control(
        "a function has no right that it does not use",
        _TEMPLATE,
        "              Action: dynamodb:BatchGetItem\n"
        "              Resource: [!GetAtt Sessions.Arn, !GetAtt Runs.Arn]\n",
        "              Action: [dynamodb:BatchGetItem, dynamodb:DeleteItem]\n"
        "              Resource: [!GetAtt Sessions.Arn, !GetAtt Runs.Arn]\n",
        "tests/security/test_privileges.py::test_a_function_is_granted_what_it_uses_and_nothing_else"
        "[dynamodb_local-ListMySessions]",
    ),
    Control(
        "a queue takes from its dispatcher only",
        _TEMPLATE,
        "                  - !GetAtt DispatchRunsRole.Arn\n",
        "                  - !GetAtt DispatchRunsRole.Arn\n                  - !GetAtt StartRunRole.Arn\n",
        f"{_EDGES}[a_queue_takes_from_its_sender_only]",
    ),
    Control(
        "nobody sends to the dead letters, and nothing is sent there in the clear",
        _TEMPLATE,
        "[!Ref ProbeDeadLetters, !Ref SyncDeadLetters]",
        "[!Ref ProbeDeadLetters]",
        f"{_EDGES}[nothing_goes_to_or_from_a_queue_in_the_clear]",
    ),
    Control(
        "the consent callback leaves the rest of the API its share",
        _TEMPLATE,
        '        "GET /consent/callback": {ThrottlingBurstLimit: 100, ThrottlingRateLimit: 50}\n',
        "",
        f"{_EDGES}[what_is_public_or_costly_is_throttled_more]",
    ),
    Control(
        "a path is looked up among the page's files, and no file is found by it",
        "functions/onboarding/page.py",
        "return self.files.get(INDEX if _VIEW.fullmatch(name) else name)",
        "return self.files.get(INDEX if _VIEW.fullmatch(name) else name)"
        " or File(name, {None: next(iter(self.files.values())).forms['gzip'].parent / name})",
        "tests/integration/test_serve_page.py::test_no_path_leads_to_what_is_not_of_the_page",
    ),
    Control(
        "the page runs no script but its own",
        "functions/api/serve_page.py",
        """"script-src": "'self'",""",
        """"script-src": "'self' 'unsafe-inline'",""",
        "tests/integration/test_serve_page.py::test_the_page_may_ask_its_own_origin_and_the_issuer_s_alone",
    ),
    Control(
        "the page leaves the rest of the API its share",
        _TEMPLATE,
        '        "GET /app/{proxy+}": {ThrottlingBurstLimit: 150, ThrottlingRateLimit: 75}\n',
        "",
        f"{_EDGES}[what_is_public_or_costly_is_throttled_more]",
    ),
    Control(
        "the access log has no addresses",
        _TEMPLATE,
        '{"request_id":"$context.requestId"',
        '{"request_id":"$context.requestId","from":"$context.identity.sourceIp"',
        f"{_EDGES}[the_access_log_tells_of_nobody]",
    ),
    Control(
        "tokens are vouched for over TLS",
        _TEMPLATE,
        r"^(https://|http://127\.0\.0\.1[:/]).+$",
        "^https?://.+$",
        f"{_EDGES}[people_and_tokens_come_over_tls]",
    ),
    Control(
        "every route demands a token unless it says otherwise",
        _TEMPLATE,
        "        DefaultAuthorizer: AccessToken\n",
        "",
        f"{_RULES}[the_default_authorizer_checks_issuer_and_audience]",
    ),
    Control(
        "no page of anybody's calls the API from a browser",
        _TEMPLATE,
        "AllowOrigins: !Ref AllowedOrigins",
        'AllowOrigins: ["*"]',
        f"{_RULES}[the_api_is_throttled_and_open_to_named_origins_only]",
    ),
    Control(
        "evidence outlives its stack",
        _TEMPLATE,
        "  Evidence:\n    Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain\n",
        "  Evidence:\n    Type: AWS::DynamoDB::Table\n",
        f"{_RULES}[tables_survive_mistakes]",
    ),
    Control(
        "a sweep that does not come is heard of",
        _TEMPLATE,
        "TreatMissingData: breaching",
        "TreatMissingData: notBreaching",
        "tests/test_alarms.py::test_the_template_keeps_the_rule"
        "[the_clock_s_function_is_missed_if_it_fails_or_does_not_come]",
    ),
    Control(
        "an action is the commit that was read",
        _CHECK,
        "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1  # v7.0.1",
        "actions/checkout@v7",
        f"{_WORKFLOWS}[every_action_is_named_by_its_commit]",
    ),
    Control(
        "who checks a change cannot change anything",
        _CHECK,
        "contents: read",
        "contents: write",
        f"{_WORKFLOWS}[nobody_has_more_rights_than_needed]",
    ),
    Control(
        "who deploys was let by whoever guards the environment",
        ".github/workflows/deploy.yaml",
        "    environment: ${{ inputs.stage }}\n",
        "",
        f"{_WORKFLOWS}[nobody_has_more_rights_than_needed]",
    ),
    Control(
        "no words of whoever deploys become a command",
        ".github/workflows/deploy.yaml",
        'STAGE="$STAGE"',
        "STAGE=${{ inputs.stage }}",
        f"{_WORKFLOWS}[nobody_s_words_become_commands]",
    ),
    Control(
        "the layer is installed from hashes only",
        "layers/dependencies/requirements.txt",
        "--require-hashes\n",
        "",
        f"{_SUPPLIED}pip_installs_the_layer_from_hashes_only",
    ),
    Control(
        "no release is taken up in its first week",
        "pyproject.toml",
        'exclude-newer = "7 days"',
        'exclude-newer = "0 days"',
        f"{_SUPPLIED}the_lock_takes_up_nothing_younger_than_a_week",
    ),
    Control(
        "what binds us to more than naming it is not shipped",
        "local/shipped.py",
        '"Apache-2.0", ',
        '"Apache-2.0", "GPL-3.0-only", ',
        f"{_SUPPLIED}what_may_be_shipped_is_a_closed_list",
    ),
)
"""What the template, the workflows and the lock keep."""

CONTROLS: tuple[Control, ...] = (
    *_DEPLOYED,
    Control(
        "owners alone read the audit trail",
        "functions/api/list_audit.py",
        "admits=Role.OWNER",
        "admits=Role.READONLY",
        f"{_TOLD}only_an_owner_reads_it",
    ),
    Control(
        "no entry of the audit trail is written over",
        _AUDIT,
        'return Put(table, item, "attribute_not_exists(#tenant_id)")',
        "return Put(table, item)",
        "tests/integration/test_storage_conditions.py::test_an_entry_is_put_once_and_never_written_over",
    ),
    Control(
        "a change of a session comes with its entry in the audit trail",
        "functions/onboarding/storage/sessions.py",
        "        writes += [audit.kept(self._audit_table, entry) for entry in change.entries]\n",
        "",
        f"{_TOLD}the_life_of_a_session_is_told",
    ),
    Control(
        "what a member was denied is in the audit trail",
        _REST,
        "_record(refused, event, caller, in_path.tenant_id, received_at)",
        "pass",
        f"{_TOLD}what_a_member_was_denied_is_told_with_why_and_what",
    ),
    Control(
        "a denial that cannot be recorded is a denial all the same",
        _REST,
        "    except Exception:\n        # The log has what the trail lacks.\n",
        "    except KeyError:\n",
        f"{_TOLD}a_denial_that_cannot_be_told_is_a_denial_all_the_same",
    ),
    Control(
        "a stranger writes into nobody's audit trail",
        _REST,
        "except Forbidden as refused:",
        "except (Forbidden, NotFound) as refused:",
        f"{_TOLD}a_stranger_leaves_a_line_in_the_log_and_nothing_in_the_trail",
    ),
    Control(
        "where from is the gateway's word",
        _REST,
        'return Origin(manners.source_ip(event["requestContext"]), ',
        'return Origin(event["headers"].get("x-forwarded-for"), ',
        f"{_TOLD}where_from_is_what_the_gateway_saw_and_not_what_a_header_says",
    ),
    Control(
        "nobody is granted a change of the audit trail",
        "template.yaml",
        "              Action: [dynamodb:PutItem, dynamodb:Query]\n              Resource: !GetAtt Audit.Arn\n",
        "              Action: [dynamodb:PutItem, dynamodb:Query, dynamodb:UpdateItem]\n"
        "              Resource: !GetAtt Audit.Arn\n",
        "tests/test_template.py",
    ),
    *(
        Control(
            f"events of {what} are put in our name only",
            "template.yaml",
            f"{{events:source: tenant-onboarding}}{_AT_THE_END_OF}  {following}:",
            f"{{events:source: [tenant-onboarding, aws.signin]}}{_AT_THE_END_OF}  {following}:",
            "tests/test_template.py",
        )
        for what, following in (("acts", "PublishRuns"), ("runs", "PublishSessions"), ("sessions", "ExecuteProbe"))
    ),
    Control(
        "a body is of sixteen kilobytes at most",
        _REST,
        "    if len(raw) > LARGEST_BODY:\n",
        "    if len(raw) > 64 * LARGEST_BODY:\n",
        f"{_INPUT}sixteen_kilobytes_are_read_and_not_a_byte_more",
    ),
    Control(
        "a field that nobody knows is refused",
        "functions/onboarding/domain/model.py",
        'extra="forbid"',
        'extra="ignore"',
        f"{_INPUT}a_field_that_nobody_knows_is_refused_and_nothing_is_done",
    ),
    Control(
        "a member that comes twice is refused",
        _REST,
        '        _STRICT.decode(raw.decode("utf-8", "surrogatepass"))\n',
        "        json.loads(raw)\n",
        f"{_INPUT}nobody_is_made_an_owner_by_the_second_of_two_roles",
    ),
    Control(
        "base64 is read to the letter",
        _REST,
        "base64.b64decode(body, validate=True)",
        "base64.b64decode(body)",
        f"{_INPUT}what_is_not_base64_to_the_letter_is_refused",
    ),
    Control(
        "a body is JSON by its own word",
        _REST,
        "    if raw and media_type not in _JSON_TYPES:\n",
        '    if raw and "json" not in media_type:\n',
        f"{_INPUT}a_body_of_two_kinds_or_of_no_kind_of_ours_is_refused",
    ),
    Control(
        "an id has one form",
        "functions/onboarding/parameters.py",
        "return read if CANONICAL_ID.fullmatch(text) and (read := int(text)) <= LARGEST_ID else None",
        "return int(text) if text.strip().isdigit() else None",
        "tests/unit/test_parameters.py::test_what_is_not_in_canonical_form_is_no_id",
    ),
    Control(
        "a GUID has one form",
        "functions/onboarding/domain/connection.py",
        "    if not GUID.fullmatch(value):\n",
        "    if not GUID.search(value):\n",
        "tests/unit/test_connection_details.py::test_what_is_no_guid_names_nobody",
    ),
    Control(
        "a link of an answer leads to the same Microsoft Graph",
        _GRAPH,
        "if not isinstance(link, str) or not self._hosts.is_graph(link):",
        "if not isinstance(link, str):",
        f"{_HOSTS}no_link_of_an_answer_leads_astray",
    ),
    Control(
        "a link that was kept leads to the same Microsoft Graph",
        _GRAPH,
        "        if not self._hosts.is_graph(url):\n            raise unusable()\n",
        "",
        f"{_HOSTS}no_link_that_was_kept_leads_astray",
    ),
    Control(
        "a link is compared by its origin",
        _CLOUDS,
        "return same_origin and under and not disguised",
        "return under and not disguised",
        "tests/unit/test_clouds.py::test_any_other_link_is_refused",
    ),
    Control(
        "what is called is called over TLS",
        _CLOUDS,
        '            raise ValueError(f"{url} would be called without TLS")\n',
        "            continue\n",
        "tests/unit/test_clouds.py::test_a_table_that_would_do_without_tls_is_refused",
    ),
    Control(
        "no redirect of Microsoft Graph's is followed",
        "functions/onboarding/graph/client.py",
        "                redirect=False,\n",
        "                redirect=True,\n                retries=3,\n",
        f"{_HOSTS}no_redirect_is_followed",
    ),
    Control(
        "no more of Microsoft's metadata is read than there can be",
        "functions/onboarding/graph/discovery.py",
        "if len(body) > LARGEST_ANSWER or self._seconds() > ends:",
        "if self._seconds() > ends:",
        "tests/integration/graph/test_discovery.py::test_an_answer_that_never_ends_is_not_read_to_its_end",
    ),
    Control(
        "no header says where a customer is sent back to",
        _REST,
        "event['requestContext']['domainName']",
        "event['headers']['host']",
        f"{_HOSTS}no_header_says_where_a_customer_is_sent_back_to",
    ),
    Control(
        "a cursor is good for its own list",
        "functions/onboarding/cursor.py",
        "if scope != self._scope or after_id is None:",
        "if after_id is None:",
        "tests/unit/test_cursor.py::test_another_list_s_cursor_is_refused",
    ),
    Control(
        "a cursor of a queue is good for its own user",
        "functions/onboarding/cursor.py",
        'owner = f"user {self.owner_id}" if self.of_user else self.owner_id',
        "owner = self.owner_id",
        "tests/unit/test_cursor.py::test_another_s_cursor_is_refused_in_a_queue",
    ),
    Control(
        "a queue shows a tenant to its members alone, whatever the index says",
        "functions/onboarding/storage/tenants.py",
        "if access and access.role]",
        "if access]",
        "tests/integration/test_list_my_sessions.py::test_who_was_removed_sees_nothing_though_the_index_still_says_so",
    ),
    Control(
        "what looks like a credential is blotted out of the log",
        "functions/onboarding/log.py",
        "        return line(said)",
        "        return json.dumps(said)",
        "tests/security/test_redaction.py::test_a_line_of_the_log_holds_no_credential_wherever_it_came_in",
    ),
    Control(
        "a next link goes with its run",
        "functions/onboarding/storage/runs.py",
        "#not_before, #resume",
        "#not_before",
        "tests/integration/test_canaries.py::test_such_a_name_goes_with_a_run_that_never_goes_on",
    ),
    Control(
        "the local deployment's key is its owner's alone",
        _STATE,
        "os.O_EXCL, 0o600)",
        "os.O_EXCL, 0o644)",
        f"{_KEYS}a_key_and_a_secret_are_their_owner_s_alone",
    ),
    Control(
        "the local deployment's folder is its owner's alone",
        _STATE,
        "        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)\n        self.folder.chmod(0o700)",
        "        self.folder.mkdir(parents=True, exist_ok=True)",
        f"{_KEYS}the_folder_is_its_owner_s_alone",
    ),
    Control(
        "membership",
        "functions/onboarding/rest.py",
        "if access is None or (access.role is None and not by_scope):",
        "if access is None:",
        "tests/security/test_matrix.py::test_every_route_answers_everybody_as_the_matrix_says[moto-get_session]",
    ),
    Control(
        "the role that a route asks for",
        "functions/onboarding/rest.py",
        "if not by_scope and not (whom.least and access.is_at_least(whom.least)):",
        "if not by_scope and whom.least is None:",
        "tests/security/test_matrix.py::test_every_route_answers_everybody_as_the_matrix_says[moto-create_session]",
    ),
    Control(
        "the platform's scope, where it is a right",
        "functions/onboarding/rest.py",
        "by_scope = whom.platform and caller.platform_scope",
        "by_scope = whom.platform",
        "tests/security/test_matrix.py::test_every_route_answers_everybody_as_the_matrix_says[moto-register_member]",
    ),
    Control(
        "the platform's scope, where it is none",
        "functions/onboarding/rest.py",
        "by_scope = whom.platform and caller.platform_scope",
        "by_scope = caller.platform_scope",
        "tests/security/test_matrix.py::test_every_route_answers_everybody_as_the_matrix_says[moto-get_session]",
    ),
    Control(
        "the platform's scope, word for word",
        "functions/onboarding/rest.py",
        "PLATFORM_SCOPE in scopes.translate(_NO_BRACKETS).split()",
        "True",
        "tests/integration/test_contract.py::test_a_scope_that_only_looks_like_the_platform_s_is_none",
    ),
    Control(
        "registering is for owners",
        "functions/onboarding/rest.py",
        "REGISTRARS = Admits(Role.OWNER, platform=True)",
        "REGISTRARS = Admits(Role.MANAGER, platform=True)",
        "tests/security/test_matrix.py::test_every_route_answers_everybody_as_the_matrix_says[moto-register_connection]",
    ),
    Control(
        "registering tenants is for the owning product",
        "functions/onboarding/rest.py",
        "PLATFORM = Admits(None, platform=True, unregistered=True)",
        "PLATFORM = Admits(Role.OWNER, platform=True, unregistered=True)",
        "tests/security/test_matrix.py::test_every_route_answers_everybody_as_the_matrix_says[moto-register_tenant]",
    ),
    Control(
        "starting a run is for operators",
        "functions/api/start_run.py",
        "admits=Role.OPERATOR",
        "admits=Role.READONLY",
        "tests/security/test_matrix.py::test_every_route_answers_everybody_as_the_matrix_says[moto-start_run]",
    ),
    Control(
        "the right to take over",
        "functions/onboarding/domain/editing.py",
        "if lock and not _may_take_over(session, by):",
        "if lock and not edit.takeover:",
        "tests/security/test_matrix.py::test_every_act_within_a_patch_is_open_to_whom_the_matrix_says"
        "[moto-take over, lock held]",
    ),
    Control(
        "the right to assign others",
        "functions/onboarding/domain/editing.py",
        "if reassigns and concerned != by.access.user_id and not _may_decide_for_others(session, by):",
        "if reassigns and concerned is None:",
        "tests/security/test_matrix.py::test_every_act_within_a_patch_is_open_to_whom_the_matrix_says"
        "[moto-assign another, lock free]",
    ),
    Control(
        "the right to abandon",
        "functions/onboarding/domain/editing.py",
        "if edit.status is End.ABANDONED and not _may_decide_for_others(session, by):",
        "if edit.status is End.ABANDONED and session.closed_at:",
        "tests/security/test_matrix.py::test_every_act_within_a_patch_is_open_to_whom_the_matrix_says"
        "[moto-abandon, lock free]",
    ),
    Control(
        "the edit lock",
        "functions/onboarding/domain/editing.py",
        "if lock and not edit.takeover:",
        "if lock and edit.takeover is False:",
        "tests/security/test_matrix.py::test_every_act_within_a_patch_is_open_to_whom_the_matrix_says"
        "[moto-change the step, lock held]",
    ),
    Control(
        "the role of whoever assigns themselves, when it is saved",
        "functions/onboarding/domain/editing.py",
        "after.assigned_to_user_id if assigned else None",
        "after.assigned_to_user_id if assigned and after.assigned_to_user_id != by.access.user_id else None",
        "tests/integration/test_update_session.py::"
        "test_who_lost_their_role_between_reading_and_writing_cannot_assign_themselves",
    ),
    Control(
        "an expiry",
        "functions/onboarding/rest.py",
        "or not ends or",
        "or",
        "tests/security/test_tokens.py::test_claims_that_name_no_user_for_now_are_refused_and_not_repeated",
    ),
    Control(
        "an expiry that is a moment",
        "functions/onboarding/parameters.py",
        "return _SECONDS.fullmatch(text) is not None and 0 < float(text) < _END_OF_TIME",
        'return text != ""',
        "tests/security/test_tokens.py::test_however_no_expiry_is_written_down_it_is_none",
    ),
    Control(
        "the use of a token",
        "functions/onboarding/rest.py",
        ' or claims.get("token_use", "access") != "access":',
        ":",
        "tests/security/test_tokens.py::test_claims_that_name_no_user_for_now_are_refused_and_not_repeated",
    ),
    Control(
        "a user id in canonical digits",
        "functions/onboarding/parameters.py",
        'CANONICAL_ID = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)',
        'CANONICAL_ID = re.compile(r"\\s*[+-]?\\d{1,16}\\s*")',
        "tests/security/test_tokens.py::test_claims_that_name_no_user_for_now_are_refused_and_not_repeated",
    ),
    Control(
        "a foreign tenant is told as an unknown one",
        "functions/onboarding/rest.py",
        '"There is no such tenant for you."',
        '"There is no such tenant." if access is None else "It is not yours."',
        "tests/security/test_ids_tell_nothing.py::"
        "test_to_a_stranger_every_tenant_is_unknown_whatever_they_ask_in_it[get_session-nobody-dynamodb_local]",
    ),
    Control(
        "a foreign tenant takes as long as an unknown one",
        "functions/onboarding/storage/tenants.py",
        "_access_of(caller, self._dynamo.get_several(self._table, wanted))",
        "_access_of(caller, self._dynamo.get_several(self._table, wanted if self._dynamo.get(self._table, wanted[1])"
        " else []))",
        "tests/security/test_ids_tell_nothing.py::"
        "test_to_a_stranger_every_tenant_is_unknown_whatever_they_ask_in_it[get_session-nobody-dynamodb_local]",
    ),
    Control(
        "a token is asked for on every route",
        "template.yaml",
        'Properties: {ApiId: !Ref Api, Method: GET, Path: "/tenants/{tenantId}/audit"}',
        'Properties: {ApiId: !Ref Api, Method: GET, Path: "/tenants/{tenantId}/audit", Auth: {Authorizer: NONE}}',
        "tests/security/test_matrix.py::test_the_matrix_has_every_route_that_is_deployed_and_no_other",
    ),
)
