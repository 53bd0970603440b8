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
_WORKFLOWS = "tests/test_workflows.py::test_the_workflows_keep_the_rule"
_SUPPLIED = "tests/test_supply_chain.py::test_"
_REST, _AUDIT = "functions/onboarding/rest.py", "functions/onboarding/storage/audit.py"
_TOLD = "tests/integration/test_list_audit.py::test_"

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
        "            Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query]\n            Resource: !GetAtt Evidence.Arn\n",
        "            Action: [dynamodb:GetItem, dynamodb:PutItem, dynamodb:Query, dynamodb:UpdateItem]\n"
        "            Resource: !GetAtt Evidence.Arn\n",
        f"{_EDGES}[what_is_recorded_is_beyond_everybody_s_change]",
    ),
    Control(
        "a function has no right that it does not use",
        _TEMPLATE,
        "              Action: [dynamodb:BatchGetItem, dynamodb:Query]\n",
        "              Action: [dynamodb:BatchGetItem, dynamodb:DeleteItem, dynamodb:Query]\n",
        "tests/security/test_privileges.py::test_a_function_is_granted_what_it_uses_and_nothing_else"
        "[dynamodb_local-ListSessions]",
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
        "the consent callback is throttled more than the rest",
        _TEMPLATE,
        '        "GET /consent/callback": {ThrottlingBurstLimit: 20, ThrottlingRateLimit: 5}\n',
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
        "    environment: ${{ inputs.environment }}\n",
        "",
        f"{_WORKFLOWS}[nobody_has_more_rights_than_needed]",
    ),
    Control(
        "no words of whoever deploys become a command",
        ".github/workflows/deploy.yaml",
        'ENV="$ENVIRONMENT"',
        "ENV=${{ inputs.environment }}",
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
        'str(context.get("http", {}).get("sourceIp", ""))',
        'str(event["headers"].get("x-forwarded-for", ""))',
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
    Control(
        "events are put in our name only",
        "template.yaml",
        "{events:source: tenant-onboarding}",
        "{events:source: [tenant-onboarding, aws.signin]}",
        "tests/test_template.py",
    ),
)
