"""Rights as IAM has them: what a call takes, and what the template grants, to be held against each other.

No engine here judges rights; AWS does. So they are judged here, as far as our policies need it, by the rules of
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from tests import template
from tests.deployment import REGION, Deployment
from tests.events import ACCOUNT
from tests.template import Tree
from tests.wire import Call

_OPERATIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
"""A transaction takes the rights of its items
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html)."""


class Right(NamedTuple):
    """An action on a resource: `dynamodb:Query` on `Runs/index/due`, `sqs:SendMessage` on `Probe`.

    What the template makes is named as there; anything else by its ARN, or `*` where an action knows no resource.
    """

    action: str
    resource: str


class Use(NamedTuple):
    """A right that a call took, and what IAM would know of the call."""

    right: Right
    context: Mapping[str, list[str]] = {}
    """Condition keys and their values: `kms:MessageType` → `DIGEST`."""


class Grant(NamedTuple):
    """A right that a statement gives, its resource perhaps a pattern, and under which condition."""

    right: Right
    condition: Tree

    def allows(self, use: Use) -> bool:
        """Tell whether this is what *use* took."""
        return (
            use.right.action == self.right.action
            and fnmatchcase(use.right.resource, self.right.resource)
            and _holds(self.condition, use)
        )


def _holds(condition: Tree, use: Use) -> bool:
    return all(
        _OPERATORS[operator](use.context.get(key, []), expected)
        for operator, keys in condition.items()
        for key, expected in keys.items()
    )


def _one_equals(values: list[str], expected: Any) -> bool:
    return len(values) == 1 and values[0] in _listed(expected)


_OPERATORS: dict[str, Callable[[list[str], Any], bool]] = {
    "ArnNotLike": lambda values, expected: (
        not any(fnmatchcase(value, each) for value in values for each in _listed(expected))
    ),
    "Bool": lambda values, expected: len(values) == 1 and values[0] == str(expected).lower(),
    "ForAllValues:StringEquals": lambda values, expected: all(value in _listed(expected) for value in values),
    "ForAnyValue:StringLike": lambda values, expected: any(
        fnmatchcase(value, each) for value in values for each in _listed(expected)
    ),
    "Null": lambda values, expected: (not values) is (str(expected).lower() == "true"),
    "NumericLessThanEquals": lambda values, expected: len(values) == 1 and float(values[0]) <= float(expected),
    "StringEquals": _one_equals,
}
"""The operators of conditions that our policies use; another one is a KeyError, and has to be taught here
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)."""


# ── What a call takes ────────────────────────────────────────────────────────────────────────────────────────────────


def of_tables(calls: Iterable[Call], physical: Mapping[str, str]) -> set[Right]:
    """Name the rights that *calls* of DynamoDB take on the tables whose *physical* names the template's ids have."""
    tables = {name: logical for logical, name in physical.items()}
    rights = set()
    for operation, request in calls:
        if "TransactItems" in request:
            writes = [(kind, write) for item in request["TransactItems"] for kind, write in item.items()]
            rights |= {(_OPERATIONS[kind], tables[write["TableName"]]) for kind, write in writes}
        elif "RequestItems" in request:
            rights |= {(operation, tables[name]) for name in request["RequestItems"]}
        else:
            index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
            rights.add((operation, tables[request["TableName"]] + index))
    return {Right(f"dynamodb:{operation}", resource) for operation, resource in rights}


# ── What the template grants ─────────────────────────────────────────────────────────────────────────────────────────


def grants(tree: Tree, function: str) -> list[Grant]:
    """List what the template's own statements grant to *function*, one right at a time."""
    return [each for statement in statements(tree, function) for each in granted(statement)]


def granted(statement: Tree) -> Iterator[Grant]:
    """Find every right that a statement gives."""
    for action in _listed(statement["Action"]):
        for resource in _listed(statement["Resource"]):
            yield Grant(Right(action, named(resource)), statement.get("Condition", {}))


def boundary(tree: Tree) -> list[Grant]:
    """List the most that any function can do."""
    document = tree["Resources"]["Boundary"]["Properties"]["PolicyDocument"]
    return [each for statement in document["Statement"] for each in granted(statement)]


def denied(tree: Tree, queue: str, use: Use, *, conditions: Mapping[str, bool]) -> bool:
    """Tell whether a policy of *queue* denies *use*, where the template's *conditions* are so."""
    return any(
        fnmatchcase(use.right.action, action) and _holds(_resolved(statement["Condition"], conditions), use)
        for policy in template.resources(tree, "AWS::SQS::QueuePolicy").values()
        if queue in {template.target(each) for each in policy["Properties"]["Queues"]}
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if (statement["Effect"], statement["Principal"], statement["Resource"]) == ("Deny", "*", "*")
        for action in _listed(statement["Action"])
    )


def _resolved(condition: Tree, conditions: Mapping[str, bool]) -> Tree:
    """Name the roles in *condition*, those that are there where *conditions* are so."""
    return {
        operator: {key: [*_roles(_listed(expected), conditions)] if "Arn" in key else expected}
        for operator, keys in condition.items()
        for key, expected in keys.items()
    }


def _roles(listed: list[Any], conditions: Mapping[str, bool]) -> Iterator[str]:
    for each in listed:
        if "Fn::If" in each:
            condition, one, other = each["Fn::If"]
            yield from _roles([one if conditions[condition] else other], conditions)
        elif each != {"Ref": "AWS::NoValue"}:
            yield str(each["Ref"]) if "Ref" in each else named(each)


def statements(tree: Tree, function: str) -> Iterator[Tree]:
    """Find every statement written for *function*."""
    for policy in template.functions(tree)[function].get("Policies", []):
        yield from policy["Statement"]


def named(written: Any) -> str:
    """Name a resource that a statement has: `!GetAtt Runs.Arn`, `!Sub ${Runs.Arn}/index/due`, or an ARN."""
    if isinstance(written, str):
        return written
    if "Fn::GetAtt" in written:
        name, attribute = written["Fn::GetAtt"]
        assert attribute == "Arn", written
        return str(name)
    text: str = written["Fn::Sub"]
    for parameter, value in template.pseudo_parameters(REGION, ACCOUNT).items():
        text = text.replace(f"${{{parameter}}}", value)
    for parameter, declared in template.read()["Parameters"].items():
        text = text.replace(f"${{{parameter}}}", str(declared.get("Default", parameter)))
    return text.replace(".Arn}", "").replace("${", "")


def function_of(tree: Tree, module: str) -> str:
    """Name the function whose handler is in *module*: `start_run` → `StartRun`."""
    [name] = [each for each, its in template.functions(tree).items() if its["Handler"].split(".")[1] == module]
    return name


def lacking(module: str, calls: Iterable[Call], deployed: Deployment) -> set[Right]:
    """Name the rights on tables that *calls* take, and that the function of *module* does not have."""
    tree = template.read()
    given = grants(tree, function_of(tree, module))
    taken = of_tables(calls, deployed.tables.physical)
    return {right for right in taken if not any(grant.allows(Use(right)) for grant in given)}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
