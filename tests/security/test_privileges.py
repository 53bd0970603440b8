"""Every function is granted what it uses and uses what it is granted, to the table, index, queue and key.

What a function uses is recorded on the wire, as it does each of its commands; once more for each of the replies, as if
that one were lost. What it is granted is read from the template, and from what SAM makes of it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import boto3
import pytest
from pydynox import DynamoDBClient

from api import answer_unmatched
from local import expansion
from onboarding.domain.connection import CredentialKind
from tests import events, rights, signing, template
from tests import wire as recording
from tests.arranging import ADMIN, found, told_of
from tests.calling import call, connection, register
from tests.crashes.commands import CONSENT, DISPATCH, RUNS, SESSIONS, SWEEP, WORKERS, Command
from tests.crashes.scene import PATTERN, Scene, copies
from tests.deployment import REGION, Deployment, Engine, Queues
from tests.events import ACCOUNT
from tests.rights import Grant, Right, Use
from tests.signing import KEY_ARN, Signer
from tests.simulator import SECRET, Simulator, serve
from tests.template import Tree
from tests.wire import Call, Wire
from tests.working import Worker, register_examined
from workers import publish_audit, publish_runs, publish_sessions

READER = 4
"""A member who may only read: what is denied to one is recorded, with a right of its own."""

KEY_ALIASES = ["alias/tenant-onboarding/contoso"]
"""What the key is called in the account: no call says so, and a worker signs with no key that is called otherwise."""


# ── What is recorded ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Stage:
    """Everything that functions call AWS over, and what they used of it."""

    deployed: Deployment
    tables: Wire
    others: Wire
    """SQS, Secrets Manager and EventBridge."""

    signer: Signer
    """KMS and STS."""

    queues: Queues
    simulator: Simulator
    secret_arn: str
    new_scene: Callable[[], Scene]
    used: list[Use] = field(default_factory=list)

    def record(self, act: Callable[[], object]) -> int:
        """Do *act*, keep what it used, and count its calls of the tables."""
        for calls in (self.tables.calls, self.others.calls, self.signer.asked):
            del calls[:]
        act()
        self.used += [Use(each) for each in rights.of_tables(self.tables.calls, self.deployed.tables.physical)]
        self.used += [self._of_others(each.operation, each.request) for each in self.others.calls]
        self.used += [_of_signer(each) for each in self.signer.asked]
        return len(self.tables.calls)

    def _of_others(self, operation: str, request: dict[str, Any]) -> Use:
        if operation == "GetSecretValue":
            return Use(Right("secretsmanager:GetSecretValue", request["SecretId"]))
        if operation == "PutEvents":
            [bus] = {entry["EventBusName"] for entry in request["Entries"]}
            arn = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}"
            return Use(
                Right("events:PutEvents", arn), {"events:source": sorted({e["Source"] for e in request["Entries"]})}
            )
        assert operation == "SendMessageBatch", operation
        [queue] = [name for name, url in self.queues.urls.items() if url == request["QueueUrl"]]
        return Use(Right("sqs:SendMessage", queue))


def _of_signer(asked: dict[str, Any]) -> Use:
    if asked.get("Action") == "GetWebIdentityToken":
        said = {
            "sts:IdentityTokenAudience": [asked["Audience.member.1"]],
            "sts:DurationSeconds": [asked["DurationSeconds"]],
            "sts:SigningAlgorithm": [asked["SigningAlgorithm"]],
        }
        return Use(Right("sts:GetWebIdentityToken", "*"), said)
    said = {
        "kms:MessageType": [asked["MessageType"]],
        "kms:SigningAlgorithm": [asked["SigningAlgorithm"]],
        "kms:ResourceAliases": KEY_ALIASES,
    }
    return Use(Right("kms:Sign", asked["KeyId"]), said)


@pytest.fixture(scope="module")
def open_others() -> Iterator[Wire]:
    with recording.serve() as wire:
        yield wire


@pytest.fixture(scope="module")
def signer() -> Iterator[Signer]:
    with signing.serve() as running:
        yield running


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with serve(least_sync_seconds=0.0) as running:
        running.play("healthy")
        yield running


@pytest.fixture(scope="module")
def secret_arn(moto: Engine) -> str:
    secrets = boto3.client("secretsmanager", endpoint_url=moto.url, region_name=REGION)
    arn: str = secrets.create_secret(Name="tenant-onboarding/privileges", SecretString=SECRET)["ARN"]
    return arn


@pytest.fixture
def stage(
    wire: Wire,
    open_others: Wire,
    signer: Signer,
    simulator: Simulator,
    secret_arn: str,
    moto: Engine,
    dynamodb: Engine,
    deployed: Deployment,
    queues: Queues,
) -> Stage:
    """Make a stage with one registered tenant, which commands get copies of."""
    open_others.reset(moto.url)
    deployed.configure(
        AWS_ENDPOINT_URL_SQS=open_others.url,
        AWS_ENDPOINT_URL_EVENTBRIDGE=open_others.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER=open_others.url,
        AWS_ENDPOINT_URL_KMS=signer.url,
        AWS_ENDPOINT_URL_STS=signer.url,
    )
    register(PATTERN)
    make = copies(Scene(deployed, wire, DynamoDBClient(endpoint_url=dynamodb.url), PATTERN))
    return Stage(deployed, wire, open_others, signer, queues, simulator, secret_arn, make)


# ── What each function does ──────────────────────────────────────────────────────────────────────────────────────────

type Play = Callable[[Stage], None]
"""Has one function do something, and its calls recorded."""


def commands(*chosen: Command) -> Play:
    """Give each command, with all its replies and with each of them lost."""

    def arranged(command: Command, scene: Scene) -> Callable[[], object]:
        act = command.arrange(scene)
        return lambda: act(scene)

    def play(stage: Stage) -> None:
        for command in chosen:
            _with_each_reply_lost(stage, partial(arranged, command))

    return play


def asks(name: str, arrange: Callable[[Scene], dict[str, Any]] = lambda _scene: {}, **given: Any) -> Play:
    """Ask route *name*, with what is *given* and what *arrange* gives; with all its replies and with each lost."""

    def arranged(scene: Scene) -> Callable[[], object]:
        arguments = {"tenant": scene.tenant, **given, **arrange(scene)}
        return lambda: call(name, **arguments)

    return lambda stage: _with_each_reply_lost(stage, arranged)


def _with_each_reply_lost(stage: Stage, arranged: Callable[[Scene], Callable[[], object]]) -> None:
    count = lost = 0
    while lost <= count:
        stage.tables.reset()
        act = arranged(stage.new_scene())
        if lost:
            stage.tables.fail(recording.reply_lost(), nth=lost)
        called = stage.record(act)
        count = count or called
        lost += 1


def later_evidence(scene: Scene) -> dict[str, Any]:
    """Have something found twice; name the later evidence."""
    return {"evidenceId": [found("rbac_check", tenant=scene.tenant).id for _ in range(2)][1]}


def examined(task: str, kind: CredentialKind) -> Play:
    """Execute a run of *task* with a credential of *kind*, as far as Microsoft lets it: AWS is asked before."""

    def play(stage: Stage) -> None:
        named: dict[CredentialKind, dict[str, Any]] = {
            CredentialKind.CLIENT_SECRET: {"credential_arn": stage.secret_arn},
            CredentialKind.CERTIFICATE: {"credential_arn": KEY_ARN, "certificate_thumbprint": "ab" * 32},
            CredentialKind.FEDERATION: {"credential_arn": None},
        }
        register_examined(**named[kind], tenant=2, credential_kind=kind.value)
        run_id = call("start_run", tenant=2, taskType=task).body["run_id"]
        stage.record(lambda: Worker(stage.simulator).work(run_id, tenant=2))

    return play


def executed(task: str, word: str) -> tuple[Play, ...]:
    """All that a worker does: those commands of workers that have *word* in their names, with every credential."""
    return (
        commands(*(each for each in WORKERS if word in each.name)),
        *(examined(task, kind) for kind in CredentialKind),
    )


def of_commands(*names: str) -> Play:
    """Give the commands of these *names*."""
    all_of_them = {each.name: each for each in (*SESSIONS, *RUNS, *CONSENT)}
    return commands(*(all_of_them[name] for name in names))


def unmatched(stage: Stage) -> None:
    """Ask for what no route matches."""
    event = events.http("GET", "/nowhere", route="$default")
    stage.record(lambda: answer_unmatched.handler(event, events.Context()))


def the_lock_is_taken_meanwhile(scene: Scene) -> dict[str, Any]:
    """Have user 3 take the lock of the open session just before user 3 is written."""
    scene.call("create_session")

    def take() -> None:
        scene.put("Sessions", "open", locked_by_user_id=3, version=2)
        scene.date("Sessions", "open", locked_until=1)

    scene.date("Sessions", "open", locked_until=-1)
    scene.wire.before(take, on="TransactWriteItems")
    return {"userId": 3}


def to_another_connection_while_active(scene: Scene) -> dict[str, Any]:
    """Have a run active over a session's connection; name the session, and the edit that would change that."""
    session_id = scene.call("create_session").body["id"]
    scene.call("register_connection", **ADMIN, connectionId=102, body=connection())
    scene.start("rbac_check")
    return {"sessionId": session_id, "body": {"provider_connection_id": 102}}


def somebody_is_faster(scene: Scene) -> dict[str, Any]:
    """Have user 2 open a session just before the one that is asked for is written."""
    scene.wire.before(lambda: scene.call("create_session", user=2), on="TransactWriteItems")
    return {}


def takes_over_without_a_right(scene: Scene) -> dict[str, Any]:
    """Open a session; name it, and a takeover by somebody who may not."""
    return {"sessionId": scene.call("create_session").body["id"], "body": {"takeover": True}, "user": 3}


def publishes(stage: Stage) -> None:
    """Put the audit trail of a tenant onto the bus."""
    entries = told_of(stage.deployed, tenant=stage.new_scene().tenant)
    stage.record(lambda: publish_audit.handler(events.stream(*entries, table="Audit"), events.Context()))


def publishes_a_run(stage: Stage) -> None:
    """Put what became of a run onto the bus."""
    scene = stage.new_scene()
    run = scene.typed("Runs", f"run#{scene.start('rbac_check'):016d}")
    stage.record(lambda: publish_runs.handler(events.stream(run), events.Context()))


def publishes_a_session(stage: Stage) -> None:
    """Put the lock of a new session onto the bus."""
    scene = stage.new_scene()
    scene.call("create_session")
    session = scene.typed("Sessions", "open")
    stage.record(lambda: publish_sessions.handler(events.changes((None, session)), events.Context()))


def to_a_closed_session(scene: Scene) -> dict[str, Any]:
    """Close a session; name it, and an edit that comes too late."""
    session_id = scene.call("create_session").body["id"]
    scene.call("update_session", sessionId=session_id, body={"status": "abandoned"})
    return {"sessionId": session_id, "body": {}}


PLAYS: dict[str, tuple[Play, ...]] = {
    "AnswerUnmatched": (unmatched,),
    "CancelRun": (
        of_commands(*(each.name for each in RUNS if each.name.startswith("cancel"))),
        asks("cancel_run", user=READER, runId=5),
    ),
    "CompareEvidence": (asks("compare_evidence", later_evidence),),
    "CreateConsentLink": (of_commands("ask for a consent"), asks("create_consent_link", user=READER, connectionId=101)),
    "CreateSession": (
        of_commands("create a session", "resume a session"),
        asks("create_session", somebody_is_faster),
        asks("create_session", user=READER),
    ),
    "DispatchRuns": (commands(*DISPATCH),),
    "ExecuteProbe": executed("rbac_check", "probe"),
    "ExecuteSync": executed("initial_sync", "sync"),
    "GetRun": (asks("get_run", lambda scene: {"runId": scene.start("rbac_check")}),),
    "GetSession": (asks("get_session"),),
    "ListAudit": (asks("list_audit"), asks("list_audit", user=2)),
    "ListConnections": (asks("list_connections"),),
    "ListEvidence": (asks("list_evidence"), asks("list_evidence", query="taskType=rbac_check")),
    "ListMembers": (asks("list_members"),),
    "ListMySessions": (asks("list_my_sessions"),),
    "ListSessions": (asks("list_sessions"),),
    "ListTasks": (asks("list_tasks"),),
    # It asks Microsoft what it tells everybody, which takes no right; a reader may not even do that.
    "PreflightConnection": (asks("preflight_connection", user=READER, query="tenant=contoso.example"),),
    "PublishAudit": (publishes,),
    "PublishRuns": (publishes_a_run,),
    "PublishSessions": (publishes_a_session,),
    "RecordConsent": (of_commands("record a consent", "record a consent while it is looked for"),),
    "RegisterConnection": (
        asks("register_connection", **ADMIN, connectionId=102, body=connection()),
        asks("register_connection", **ADMIN, connectionId=101, body=connection()),
    ),
    "RegisterMember": (
        of_commands("demote the member who holds the lock"),
        *(asks("register_member", **ADMIN, userId=9, body={"role": role}) for role in ("operator", "readonly")),
        asks("register_member", the_lock_is_taken_meanwhile, **ADMIN, body={"role": "readonly"}),
    ),
    "RegisterTenant": (
        asks("register_tenant", lambda scene: {"tenant": scene.tenant + 1_000_000}, **ADMIN, body={"name": "New"}),
        asks("register_tenant", **ADMIN, body={"name": "Renamed"}),
    ),
    "RemoveMember": (
        of_commands("remove the member who holds the lock"),
        asks("remove_member", **ADMIN, userId=5),
        asks("remove_member", the_lock_is_taken_meanwhile, **ADMIN),
    ),
    "ServeDocs": (asks("serve_docs"),),
    "ServeOpenapi": (asks("serve_openapi"),),
    "ServePage": (asks("serve_page", proxy="config.json"),),
    "StartRun": (
        of_commands(*(each.name for each in RUNS if each.name.startswith("start"))),
        asks("start_run", user=READER, taskType="rbac_check"),
    ),
    "Sweep": (commands(*SWEEP),),
    "UpdateSession": (
        of_commands("go a step on", "assign", "take over", "change the connection", "abandon", "complete"),
        asks("update_session", to_a_closed_session),
        asks("update_session", to_another_connection_while_active),
        asks("update_session", takes_over_without_a_right),
    ),
}
"""What is done by each function, and recorded."""


# ── Both ways ────────────────────────────────────────────────────────────────────────────────────────────────────────


def lacking(used: Iterable[Use], granted: Iterable[Grant]) -> set[Right]:
    """Name what was used and is not granted."""
    given = list(granted)
    return {use.right for use in used if not any(grant.allows(use) for grant in given)}


def idle(used: Iterable[Use], granted: Iterable[Grant]) -> set[Right]:
    """Name what is granted and was not used."""
    taken = list(used)
    return {grant.right for grant in granted if not any(grant.allows(use) for use in taken)}


@pytest.mark.parametrize("function", PLAYS)
@pytest.mark.parametrize("dynamodb", ["dynamodb_local"], indirect=True)
def test_a_function_is_granted_what_it_uses_and_nothing_else(stage: Stage, function: str) -> None:
    for play in PLAYS[function]:
        play(stage)

    granted = rights.grants(template.read(), function)

    assert lacking(stage.used, granted) == set()
    assert idle(stage.used, granted) == set()


def test_every_function_of_the_template_is_recorded() -> None:
    assert set(PLAYS) == set(template.functions(template.read()))


def test_every_command_of_routes_and_workers_is_somebody_s() -> None:
    assert {each.name for each in WORKERS if ("probe" in each.name) is ("sync" in each.name)} == set()


READ = Grant(Right("dynamodb:GetItem", "Runs"), {})
SIGN = Grant(Right("kms:Sign", "arn:aws:kms:*"), {"StringEquals": {"kms:MessageType": "DIGEST"}})


@pytest.mark.parametrize(
    ("grant", "use"),
    [
        (READ, Use(Right("dynamodb:Query", "Runs"))),
        (READ, Use(Right("dynamodb:GetItem", "Sessions"))),
        (READ, Use(Right("dynamodb:GetItem", "Runs/index/due"))),
        (SIGN, Use(Right("kms:Sign", "arn:aws:kms:here"), {"kms:MessageType": ["RAW"]})),
        (SIGN, Use(Right("kms:Sign", "arn:aws:kms:here"))),
    ],
)
def test_a_grant_of_something_else_is_both_lacking_and_idle(grant: Grant, use: Use) -> None:
    assert lacking([use], [grant]) == {use.right}
    assert idle([use], [grant]) == {grant.right}


def test_a_transaction_takes_the_rights_of_its_items_and_an_index_its_own() -> None:
    transaction = Call("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "t1"}}]})
    query = Call("Query", {"TableName": "t1", "IndexName": "due"})

    taken = rights.of_tables([transaction, query], {"Runs": "t1"})

    assert taken == {Right("dynamodb:PutItem", "Runs"), Right("dynamodb:Query", "Runs/index/due")}


# ── What is not recorded, since it is not our code that uses it ──────────────────────────────────────────────────────


class Unrecorded(NamedTuple):
    """What SAM adds to a function's role, and why no recording shows it."""

    added: str
    functions: frozenset[str]
    reason: str


ALL = frozenset(PLAYS)
UNRECORDED = (
    Unrecorded("service-role/AWSLambdaBasicExecutionRole", ALL, "Lambda writes the log, past our code"),
    Unrecorded("AWSXrayWriteOnlyAccess", ALL, "Lambda sends the traces; X-Ray knows no resource to grant it on"),
    Unrecorded(
        "service-role/AWSLambdaSQSQueueExecutionRole",
        frozenset({"ExecuteProbe", "ExecuteSync"}),
        "the event source polls and deletes, with the function's role",
    ),
    Unrecorded(
        "service-role/AWSLambdaDynamoDBExecutionRole",
        frozenset({"DispatchRuns", "PublishAudit", "PublishRuns", "PublishSessions"}),
        "the event source reads the stream, with the function's role",
    ),
    Unrecorded(
        "sqs:SendMessage on UndispatchedRuns",
        frozenset({"DispatchRuns"}),
        "the event source tells of what failed, with the function's role",
    ),
    Unrecorded(
        "sqs:SendMessage on UnpublishedAudit",
        frozenset({"PublishAudit"}),
        "the event source tells of what failed, with the function's role",
    ),
    *(
        Unrecorded(
            f"sqs:SendMessage on Unpublished{kind}",
            frozenset({f"Publish{kind}"}),
            "the event source tells of what failed, with the function's role",
        )
        for kind in ("Runs", "Sessions")
    ),
)
"""All of it ends at the template's `Boundary`, which names our log, queues and streams (tests/test_template.py)."""


def test_sam_adds_to_the_roles_what_is_known_and_nothing_else() -> None:
    plain = expansion.expand(
        expansion.read(template.TEMPLATE),
        {"Issuer": "https://issuer.example", "Audience": "us"},
        code="s3://code/code",
        layer="s3://code/layer",
        api_id="api",
    )

    added = {(name, each) for name in PLAYS for each in _added(plain["Resources"][f"{name}Role"]["Properties"], name)}

    assert added == {(name, each.added) for each in UNRECORDED for name in each.functions}


def _added(role: Tree, function: str) -> Iterator[str]:
    """Name the managed policies of a role, and what its own statements have beyond those that we wrote."""
    assert role["PermissionsBoundary"] == {"Ref": "Boundary"}
    yield from (arn.removeprefix("arn:aws:iam::aws:policy/") for arn in role["ManagedPolicyArns"])
    ours = list(rights.statements(template.read(), function))
    for policy in role.get("Policies", []):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement not in ours:
                yield f"{statement['Action']} on {rights.named(statement['Resource'])}"
