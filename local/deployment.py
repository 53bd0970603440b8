"""Brings the built template up in the emulator, and says where everything is.

Nothing is deployed twice: a digest of code, layer, template and parameters tells whether anything has changed.
"""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError, WaiterError

from local import emulator, expansion
from local.build import BUILT, LAYER
from local.refusals import Refused
from local.state import Deployed, State

STACK = "tenant-onboarding"
API_ID = "onboarding"
BUCKET = "tenant-onboarding-artefacts"
TEMPLATE_KEY = "template.json"
CLIENT_SECRET = f"{STACK}/seeded-application"
"""Name of the secret that every seeded connection's credential is."""

CLOUDS = "onboarding/graph/clouds.json"
"""The one file of the shipped code that says where Microsoft is; the deployed copy of it names the simulator."""

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


def upstream(port: int) -> str:
    """Return the address under which the emulator serves the API, paths to be appended."""
    return f"{emulator.endpoint(port)}/_aws/execute-api/{API_ID}/$default"


def check_parameters(given: dict[str, str]) -> None:
    """Raise `Refused` if the template has no parameter of a name in *given*."""
    declared = expansion.read(BUILT / "template.yaml")["Parameters"]
    if unknown := sorted(given.keys() - declared.keys()):
        raise Refused(f"the template has no parameter {', '.join(unknown)}; it has {', '.join(sorted(declared))}")


def deploy(state: State, port: int, wanted: Wanted) -> bool:
    """Make the emulator on *port* run what was built last; say whether its stack is a new one, still to be seeded.

    Raises:
        Refused: If the emulator does not take the stack, with its reason.
    """
    code = _zip(_functions(), {CLOUDS: json.dumps(wanted.clouds).encode()})
    layer = _zip(BUILT / LAYER, {})
    keys = {name: f"{name}-{hashlib.sha256(content).hexdigest()[:16]}.zip" for name, content in
            {"functions": code, "layer": layer}.items()}
    template = expansion.expand(
        expansion.read(BUILT / "template.yaml"),
        wanted.parameters,
        code=f"s3://{BUCKET}/{keys['functions']}",
        layer=f"s3://{BUCKET}/{keys['layer']}",
        api_id=API_ID,
    )
    body = json.dumps(template, sort_keys=True)
    digest = hashlib.sha256((body + json.dumps(wanted.parameters, sort_keys=True)).encode()).hexdigest()
    before, stack_id = state.deployed(), _stack_id(port)
    known = before is not None and before.stack_id == stack_id
    if known and before is not None and before.digest == digest:
        return not before.seeded
    print("Deploying the template …", flush=True)
    # CloudFormation takes no more than 51,200 bytes of template in a request, hence from the bucket.
    _upload(port, {keys["functions"]: code, keys["layer"]: layer, TEMPLATE_KEY: body.encode()})
    _put_stack(port, wanted.parameters, exists=stack_id is not None)
    _put_secret(port, state.client_secret())
    _expire_items(port, template)
    seeded = known and before is not None and before.seeded
    deployed = Deployed(digest=digest, stack_id=facts(port).stack_id, emulator_port=port, seeded=seeded)
    state.record_deployed(deployed)
    return not seeded


def mark_seeded(state: State) -> None:
    """Note that the tenants are in."""
    deployed = state.deployed()
    if deployed is not None:
        state.record_deployed(replace(deployed, seeded=True))


def facts(port: int) -> Facts:
    """Look up where the stack's tables, queues and functions are."""
    cloudformation = emulator.client("cloudformation", port)
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    resources = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    physical = {found["LogicalResourceId"]: found["PhysicalResourceId"] for found in resources}
    declared = expansion.read(BUILT / "template.yaml")["Resources"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return Facts(
        stack_id=stack["StackId"],
        tables={name: outputs[f"{name}Table"] for name in ("Sessions", "Runs", "Evidence")},
        queues={name: outputs[f"{name}QueueUrl"] for name in ("Probe", "Sync")},
        functions={
            resource["Properties"]["Handler"].split(".")[-2]: physical[logical_id]
            for logical_id, resource in declared.items()
            if resource["Type"] == "AWS::Serverless::Function"
        },
    )


def client_secret_arn(port: int) -> str:
    """Return the ARN that the seeded connections name as their credential."""
    arn: str = emulator.client("secretsmanager", port).describe_secret(SecretId=CLIENT_SECRET)["ARN"]
    return arn


def _functions() -> Path:
    """Find what all functions run: they share one CodeUri, so any function's artefact is every function's."""
    template = expansion.read(BUILT / "template.yaml")
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            return BUILT / logical_id
    raise Refused("the template has no function")


def _zip(folder: Path, replaced: dict[str, bytes]) -> bytes:
    """Pack *folder*, with other contents for the files *replaced*: equal contents make equal bytes.

    Raises:
        Refused: If a file to be replaced is not there, since then nothing would read the replacement.
    """
    missing = [name for name in replaced if not (folder / name).is_file()]
    if missing:
        raise Refused(f"{missing[0]} is not in the built functions, so they cannot be pointed at the simulator")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = path.relative_to(folder).as_posix()
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, replaced.get(name) or path.read_bytes())
    return packed.getvalue()


def _stack_id(port: int) -> str | None:
    try:
        stack = emulator.client("cloudformation", port).describe_stacks(StackName=STACK)["Stacks"][0]
    except ClientError:
        return None
    found: str = stack["StackId"]
    return found


def _upload(port: int, contents: dict[str, bytes]) -> None:
    s3 = emulator.client("s3", port)
    s3.create_bucket(Bucket=BUCKET)
    for key, content in contents.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=content)


def _put_stack(port: int, parameters: dict[str, str], *, exists: bool) -> None:
    cloudformation = emulator.client("cloudformation", port)
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
    secretsmanager = emulator.client("secretsmanager", port)
    try:
        secretsmanager.create_secret(Name=CLIENT_SECRET, SecretString=value)
    except secretsmanager.exceptions.ResourceExistsException:
        secretsmanager.put_secret_value(SecretId=CLIENT_SECRET, SecretString=value)


def _expire_items(port: int, template: dict[str, Any]) -> None:
    """Switch on each table's TTL, which the emulator's CloudFormation leaves out."""
    dynamodb = emulator.client("dynamodb", port)
    resources = emulator.client("cloudformation", port).describe_stack_resources(StackName=STACK)["StackResources"]
    for found in resources:
        wanted = template["Resources"][found["LogicalResourceId"]].get("Properties", {})
        if found["ResourceType"] == "AWS::DynamoDB::Table" and "TimeToLiveSpecification" in wanted:
            table, ttl = found["PhysicalResourceId"], wanted["TimeToLiveSpecification"]
            now = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
            if now["TimeToLiveStatus"] == "DISABLED":
                dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)
