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


_REST, _AUDIT = "functions/onboarding/rest.py", "functions/onboarding/storage/audit.py"
_TOLD = "tests/integration/test_list_audit.py::test_"

CONTROLS: tuple[Control, ...] = (
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
