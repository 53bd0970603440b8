"""Brings the built template up in the emulator, and says where everything is.

Nothing is deployed twice: a digest of code, layer, template and parameters tells whether anything has changed.
"""

import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from local import emulator, expansion, page, reference, webhook
from local.build import BUILT, LAYER, STAMP
from local.refusals import Refused
from local.state import Deployed, State

STACK = "tenant-onboarding"
API_ID = "onboarding"
BUCKET = "tenant-onboarding-artefacts"
UNCHANGED = "No updates are to be performed"
"""How CloudFormation says that a stack is already as wanted."""

TEMPLATE_KEY = "template.json"
CLIENT_SECRET = f"{STACK}/seeded-application"
"""Name of the secret that every seeded connection's credential is."""

CLOUDS = "onboarding/graph/clouds.json"
"""The one file of the shipped code that says where Microsoft is; the deployed copy of it names the simulator."""

PAGE_LAYER, PAGE_SERVER = "Page", "ServePage"
"""The layer with the page, and the one function that has it."""
REFERENCE_LAYER, REFERENCE_SERVERS = "Reference", ("ServeDocs", "ServeOpenapi")
"""The layer with the reference, and the functions that have it."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say, so that equal files make equal zips


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a deployment shall be: *parameters* of the template, and the *clouds* its functions know."""

    parameters: dict[str, str]
    clouds: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Where things are in the emulator."""

    stack_id: str
    tables: dict[str, str]
    queues: dict[str, str]
    functions: dict[str, str]


def client(service: str, port: int) -> Any:  # noqa: ANN401 - boto3 makes its clients at run time
    """Return a client of *service* in the emulator, whatever the person's own AWS settings are."""
    session: Any = boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name=emulator.REGION)  # noqa: S106 - the emulator takes any
    return session.client(service, endpoint_url=emulator.endpoint(port))


def upstream(port: int) -> str:
    """Return the address under which the emulator serves the API, paths to be appended."""
    return f"{emulator.endpoint(port)}/_aws/execute-api/{API_ID}/$default"


def check_parameters(given: dict[str, str]) -> None:
    """Raise `Refused` if the template has no parameter of a name in *given*."""
    declared = expansion.read(BUILT / "template.yaml")["Parameters"]
    if unknown := sorted(given.keys() - declared.keys()):
        raise Refused(f"the template has no parameter {', '.join(unknown)}; it has {', '.join(sorted(declared))}")


def deploy(state: State, port: int, wanted: Wanted) -> Deployed:
    """Make the emulator on *port* run what was built last.

    Raises:
        Refused: If the emulator does not take the stack, with its reason.
    """
    stack_id, before = _stack_id(port), state.deployed()
    if before is not None and before.stack_id != stack_id:
        before = None  # the emulator was killed before it could save, and knows nothing of it
    digest = _digest(wanted)
    if before is not None and before.digest == digest:
        return before
    print("Deploying the template …", flush=True)
    state.record_deployed(None)
    code = _zip(_code(wanted))
    layer = _zip(_layer(state))
    code_key, layer_key = (f"{hashlib.sha256(content).hexdigest()}.zip" for content in (code, layer))
    template = expansion.expand(
        _with_layers_by_pointer(expansion.read(BUILT / "template.yaml"), state),
        wanted.parameters,
        code=f"s3://{BUCKET}/{code_key}",
        layer=f"s3://{BUCKET}/{layer_key}",
        api_id=API_ID,
    )
    template = webhook.bring_up(
        template, wanted.parameters, events=client("events", port), secretsmanager=client("secretsmanager", port)
    )
    # CloudFormation takes no more than 51,200 bytes of template in a request, hence from the bucket.
    _upload(port, {code_key: code, layer_key: layer, TEMPLATE_KEY: json.dumps(template).encode()})
    _put_stack(port, wanted.parameters, exists=stack_id is not None)
    _put_secret(port, state.client_secret())
    _expire_items(port, template)
    seeded = before is not None and before.seeded
    return Deployed(digest=digest, stack_id=facts(port).stack_id, seeded=seeded)


def facts(port: int) -> Facts:
    """Look up where the stack's tables, queues and functions are."""
    cloudformation = client("cloudformation", port)
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    resources = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    physical = {found["LogicalResourceId"]: found["PhysicalResourceId"] for found in resources}
    declared = expansion.read(BUILT / "template.yaml")["Resources"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Facts(
        stack_id=stack["StackId"],
        tables={name: outputs[f"{name}Table"] for name in ("Sessions", "Runs", "Evidence", "Audit")},
        queues={name: outputs[f"{name}QueueUrl"] for name in ("Probe", "Sync")},
        functions={
            resource["Properties"]["Handler"].split(".")[-2]: physical[logical_id]
            for logical_id, resource in declared.items()
            if resource["Type"] == "AWS::Serverless::Function"
        },
    )


def client_secret_arn(port: int) -> str:
    """Return the ARN that the seeded connections name as their credential."""
    arn: str = client("secretsmanager", port).describe_secret(SecretId=CLIENT_SECRET)["ARN"]
    return arn


def _digest(wanted: Wanted) -> str:
    """Digest all that a deployment follows from: what was built, what is wanted of it, and how it is done here.

    The page is digested by what it was built from.
    """
    how = [Path(__file__), Path(expansion.__file__), Path(webhook.__file__), page.BUILT / page.INPUTS]
    texts = [path.read_bytes() for path in how if path.is_file()]
    contents = [STAMP.read_bytes(), json.dumps(asdict(wanted), sort_keys=True).encode(), *texts]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()


def _code(wanted: Wanted) -> dict[str, bytes]:
    """Read what all functions run, pointed at the simulator.

    Raises:
        Refused: If the code does not keep its table of clouds where we replace it.
    """
    template = expansion.read(BUILT / "template.yaml")
    # They share one CodeUri, and each artefact is a part of it: all of them together are what any of them needs.
    folders = [BUILT / name for name, it in template["Resources"].items() if it["Type"] == "AWS::Serverless::Function"]
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }
    if CLOUDS not in files:
        raise Refused(f"{CLOUDS} is not in the built functions, so they cannot be pointed at the simulator")
    return files | {CLOUDS: json.dumps(wanted.clouds).encode()}


def _layer(state: State) -> dict[str, bytes]:
    """Copy the layer to where every worker finds it, and return one that puts the copy first on the path.

    The emulator unpacks a layer for each of its workers, which for ours is most of a cold start and 36 MB every time.
    """
    shutil.rmtree(state.layer, ignore_errors=True)
    shutil.copytree(BUILT / LAYER, state.layer)
    pointer = f"import sys; sys.path.insert(0, {str(state.layer / 'python')!r})\n"
    return {"python/lib/python3.13/site-packages/dependencies.pth": pointer.encode()}


def _with_layers_by_pointer(template: dict[str, Any], state: State) -> dict[str, Any]:
    """Copy page and reference to where every worker finds them, without their layers: there is no `/opt` here."""
    shutil.rmtree(state.page, ignore_errors=True)
    if page.is_built():
        shutil.copytree(page.BUILT, state.page)
    shutil.rmtree(state.reference, ignore_errors=True)
    shutil.copytree(reference.FOLDER, state.reference)
    resources = template["Resources"]
    del resources[PAGE_LAYER], resources[REFERENCE_LAYER]
    folders = {PAGE_SERVER: ("PAGE_FOLDER", state.page)}
    folders |= dict.fromkeys(REFERENCE_SERVERS, ("REFERENCE_FOLDER", state.reference))
    for name, (variable, folder) in folders.items():
        server = resources[name]["Properties"]
        server["Layers"] = []
        server["Environment"]["Variables"][variable] = str(folder.absolute())
    return template


def _zip(files: dict[str, bytes]) -> bytes:
    """Pack *files* so that equal contents make equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _stack_id(port: int) -> str | None:
    try:
        stack = client("cloudformation", port).describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return None
    found: str = stack["StackId"]
    return found


def _upload(port: int, contents: dict[str, bytes]) -> None:
    s3 = client("s3", port)
    s3.create_bucket(Bucket=BUCKET)
    for key, content in contents.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=content)


def _put_stack(port: int, parameters: dict[str, str], *, exists: bool) -> None:
    cloudformation = client("cloudformation", port)
    verb, done = (
        (cloudformation.update_stack, "stack_update_complete")
        if exists
        else (cloudformation.create_stack, "stack_create_complete")
    )
    try:
        verb(
            StackName=STACK,
            TemplateURL=f"{emulator.endpoint(port)}/{BUCKET}/{TEMPLATE_KEY}",
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        )
        cloudformation.get_waiter(done).wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 300})
    except (ClientError, WaiterError) as refused:
        if UNCHANGED in str(refused):
            return
        raise Refused(f"the emulator refused the stack: {_reason(cloudformation) or str(refused)[-500:]}") from refused


def _reason(cloudformation: Any) -> str | None:  # noqa: ANN401 - a boto3 client
    """Return why the first resource failed, if one did."""
    try:
        events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    except ClientError:
        return None
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED")]
    return f"{failed[-1]['LogicalResourceId']}: {failed[-1].get('ResourceStatusReason')}" if failed else None


def _put_secret(port: int, value: str) -> None:
    secretsmanager = client("secretsmanager", port)
    try:
        secretsmanager.create_secret(Name=CLIENT_SECRET, SecretString=value)
    except secretsmanager.exceptions.ResourceExistsException:
        secretsmanager.put_secret_value(SecretId=CLIENT_SECRET, SecretString=value)


def _expire_items(port: int, template: dict[str, Any]) -> None:
    """Switch on each table's TTL, which the emulator's CloudFormation leaves out."""
    dynamodb = client("dynamodb", port)
    resources = client("cloudformation", port).describe_stack_resources(StackName=STACK)["StackResources"]
    for found in resources:
        wanted = template["Resources"][found["LogicalResourceId"]].get("Properties", {})
        if found["ResourceType"] == "AWS::DynamoDB::Table" and "TimeToLiveSpecification" in wanted:
            table, ttl = found["PhysicalResourceId"], wanted["TimeToLiveSpecification"]
            now = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
            if now["TimeToLiveStatus"] == "DISABLED":
                dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
