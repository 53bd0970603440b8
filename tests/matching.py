"""Stands for what a test cannot know beforehand, so that whole answers can be compared."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


class Like:
    """Equals whatever it is like; shown by its name where a comparison fails."""

    def __init__(self, name: str, is_like: Callable[[Any], bool]) -> None:
        self._name = name
        self._is_like = is_like

    def __eq__(self, other: object) -> bool:
        return self._is_like(other)

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f"<{self._name}>"


def _is_instant(value: Any) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo == UTC
    except (TypeError, ValueError):
        return False


AN_ID = Like("an id", lambda value: type(value) is int and 1 <= value < 2**53)
AN_INSTANT = Like("an instant", _is_instant)
A_SENTENCE = Like("a sentence", lambda value: isinstance(value, str) and value.endswith("."))
SOME_TEXT = Like("some text", lambda value: isinstance(value, str) and value != "")


def a_problem(code: str, status: int, **fields: object) -> dict[str, object]:
    """Give the one body of every refusal, with the *fields* of this one."""
    return {
        "error": A_SENTENCE,
        "code": code,
        "type": f"urn:onboarding:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": A_SENTENCE,
        "request_id": SOME_TEXT,
        **fields,
    }


def malformed(*fields: str) -> dict[str, object]:
    """Give the body of a refusal of a malformed request, which names *fields*."""
    return a_problem("invalid_request", 400, errors=[{"field": field, "message": SOME_TEXT} for field in fields])


def a_session(**others: object) -> dict[str, object]:
    """Give the body of a session just created by user 1 in tenant 1, but for *others*."""
    return {
        "id": AN_ID,
        "tenant_id": 1,
        "provider_connection_id": 101,
        "status": "draft",
        "current_step": 1,
        "assigned_to_user_id": 1,
        "locked_by_user_id": 1,
        "locked_until": AN_INSTANT,
        "version": 1,
        "created_at": AN_INSTANT,
        "updated_at": AN_INSTANT,
        "closed_at": None,
        "completion": None,
        "note": None,
        "waiting_until": None,
    } | others


UNLOCKED = {"locked_by_user_id": None, "locked_until": None}


def a_run(task: str, **others: object) -> dict[str, object]:
    """Give the body of a run just started by user 1 in tenant 1, but for *others*."""
    return {
        "id": AN_ID,
        "tenant_id": 1,
        "task_type": task,
        "status": "queued",
        "provider_connection_id": 101,
        "onboarding_session_id": None,
        "started_by_user_id": 1,
        "queued_at": AN_INSTANT,
        "started_at": None,
        "ended_at": None,
        "not_before": None,
        "attempts": 0,
        "cancel_requested_at": None,
        "progress": None,
        "finding": None,
    } | others


A_REMEDY = {"text": SOME_TEXT, "link": SOME_TEXT, "by_consent": False}
