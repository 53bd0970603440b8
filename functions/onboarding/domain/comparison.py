"""What changed between two findings of one task over one connection: as data, and in an operator's words."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from onboarding.domain.catalogue import Task
from onboarding.domain.evidence import Evidence
from onboarding.domain.model import Concept


class ChangeKind(StrEnum):
    """What became of a value."""

    APPEARED = "appeared"
    WENT = "went"
    CHANGED = "changed"


class PayloadChange(Concept):
    """One value that changed: *name* is the field, with the thing it belongs to, as in `areas.scripts.items`."""

    name: str
    kind: ChangeKind
    before: Any = None
    after: Any = None


class Comparison(NamedTuple):
    """Two findings side by side; without an earlier one there is nothing to compare with."""

    evidence: Evidence
    previous: Evidence | None
    changes: tuple[PayloadChange, ...]
    words: tuple[str, ...]


class _Words(NamedTuple):
    appeared: str
    went: str


_NAMED_BY = {"skus": "sku", "areas": "area"}
"""Lists of things, by what each thing is called."""

_NO_CHANGE = {"version", "answered_in_ms", "request_id"}
"""What differs from run to run and says nothing about the tenant."""

_WORDS: dict[tuple[Task, str], _Words] = {
    (Task.CONSENT_STATUS, "permissions"): _Words("{} shows in a token", "{} no longer shows in a token"),
    (Task.VERIFY_PERMISSIONS, "held"): _Words("{} granted", "{} revoked"),
    (Task.VERIFY_PERMISSIONS, "excess"): _Words("{} granted beyond what is asked for", "{} no longer in excess"),
    (Task.LICENSE_CHECK, "skus"): _Words("subscription {} appeared", "subscription {} went"),
    (Task.RBAC_CHECK, "held"): _Words("role {} assigned", "role {} removed"),
    (Task.INITIAL_SYNC, "areas"): _Words("{} is read", "{} is no longer read"),
}
"""How an operator says that a value appeared or went; what has no words here follows from what has."""


def compared(evidence: Evidence, previous: Evidence | None) -> Comparison:
    """Compare *evidence* with the *previous* finding of its task and connection."""
    if previous is None:
        return Comparison(evidence, None, (), ())
    alike = _is_refusal(previous) is _is_refusal(evidence)
    changes = tuple(_changes(previous.payload, evidence.payload)) if alike else ()
    words = (*_judgement(previous, evidence), *(_said(evidence.task_type, change) for change in changes))
    return Comparison(evidence, previous, changes, tuple(filter(None, words)))


def _is_refusal(evidence: Evidence) -> bool:
    """Tell whether Microsoft refused to answer; fields of a refusal may be called like those of a finding."""
    return "error_numbers" in evidence.payload


def _judgement(previous: Evidence, evidence: Evidence) -> Iterator[str]:
    before, after = _judged(previous), _judged(evidence)
    if before != after:
        yield f"{evidence.task_type.value} went from {before} to {after}"


def _judged(evidence: Evidence) -> str:
    return f"{evidence.status.value} ({evidence.reason_code.value})" if evidence.reason_code else evidence.status.value


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], within: str = "") -> Iterator[PayloadChange]:
    # A field that only one of them has belongs to another version of the payload: nothing appeared or went.
    for field in sorted((before.keys() & after.keys()) - _NO_CHANGE):
        old, new, name = before[field], after[field], f"{within}{field}"
        if old == new:
            continue
        if isinstance(old, list) and isinstance(new, list):
            yield from _changes_of_lists(name, old, new, _NAMED_BY.get(field))
        else:
            yield PayloadChange(name=name, kind=ChangeKind.CHANGED, before=old, after=new)


def _changes_of_lists(name: str, before: list[Any], after: list[Any], named_by: str | None) -> Iterator[PayloadChange]:
    old = {each[named_by] if named_by else each: each for each in before}
    new = {each[named_by] if named_by else each: each for each in after}
    for each in sorted(new.keys() - old.keys()):
        yield PayloadChange(name=name, kind=ChangeKind.APPEARED, after=each)
    for each in sorted(old.keys() - new.keys()):
        yield PayloadChange(name=name, kind=ChangeKind.WENT, before=each)
    if named_by:
        for each in sorted(old.keys() & new.keys()):
            yield from _changes(old[each], new[each], within=f"{name}.{each}.")


def _said(task: Task, change: PayloadChange) -> str | None:
    if change.kind is ChangeKind.CHANGED:
        return f"{change.name.removeprefix('areas.').removeprefix('skus.')}: {change.before} → {change.after}"
    words = _WORDS.get((task, change.name))
    if words is None:
        return None
    appeared = change.kind is ChangeKind.APPEARED
    return words.appeared.format(change.after) if appeared else words.went.format(change.before)
