"""Histories that were tampered with: each version that a corruption makes of a true history cannot be true."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.simulation.histories import GuardState, guard_model
from tests.simulation.linearizability import Operation, order

type Corruption = Callable[[list[Operation]], Iterator[list[Operation]]]
"""Gives versions of a history, in which all was answered and no session was closed, that cannot be true."""


def _replaced(history: list[Operation], n: int, **others: Any) -> list[Operation]:
    return [*history[:n], history[n]._replace(**others), *history[n + 1 :]]


def _made_changes(history: list[Operation]) -> list[int]:
    """Find the edits that made a version of their own."""
    versions = [each.answered[2] if each.answered and each.answered[0] == "ok" else 0 for each in history]
    edits = [n for n, each in enumerate(history) if each.asked[0] == "edit" and versions[n]]
    first = {versions[n]: n for n in sorted(edits, key=lambda n: -history[n].responded)}
    return [n for n in first.values() if history[n].asked[3] and versions[n] > 1]


def a_version_is_given_out_twice(history: list[Operation]) -> Iterator[list[Operation]]:
    for n in _made_changes(history):
        answered = list(history[n].answered or ())
        answered[2] += 1
        yield _replaced(history, n, answered=tuple(answered))


def a_locked_session_is_edited(history: list[Operation]) -> Iterator[list[Operation]]:
    newest = max(each.answered[2] for each in history if each.answered and len(each.answered) > 2)
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "session_locked":
            user, session_id = each.asked[1], each.asked[2]
            yield _replaced(history, n, answered=("ok", session_id, newest + 2, user, user, 2, "in_progress"))


def two_sessions_are_created(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "resumed":
            user = each.asked[1]
            yield _replaced(history, n, answered=("created", 99, 1, user, user, 1, "draft"))


def a_change_is_lost(history: list[Operation]) -> Iterator[list[Operation]]:
    end = max(each.invoked for each in history)
    shown = [each.answered for each in history if each.answered and len(each.answered) > 2]
    for n in _made_changes(history):
        version = (history[n].answered or ())[2]
        if history[n].responded < end and any(answer[2] > version for answer in shown):
            yield [each for each in history if not _shows(each, version)]


def _shows(each: Operation, version: int) -> bool:
    return each.answered is not None and len(each.answered) > 2 and each.answered[2] == version


def an_old_session_is_seen(history: list[Operation]) -> Iterator[list[Operation]]:
    end = max(each.responded for each in history)
    for each in history:
        newer = any(
            other.answered
            and len(other.answered) > 2
            and each.answered
            and len(each.answered) > 2
            and other.answered[2] > each.answered[2]
            for other in history
        )
        if each.asked[0] == "get" and newer:
            yield [*history, each._replace(invoked=end + 1, responded=end + 2)]


def a_session_is_seen_before_it_is_created(history: list[Operation]) -> Iterator[list[Operation]]:
    begin = min(each.invoked for each in history)
    for n, each in enumerate(history):
        if each.asked[0] == "get" and each.answered and each.answered[1]:
            yield _replaced(history, n, invoked=begin - 2, responded=begin - 1)


def a_task_runs_twice(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "reused":
            yield [*_replaced(history, n, answered=("started", 99, False)), _still_there(history)]


def _still_there(history: list[Operation]) -> Operation:
    """See, once all is over, what there is without the run that never was."""
    end = max(each.responded for each in history)
    path = order(history, GuardState(), guard_model)
    assert path is not None
    state = GuardState()
    for each in path:
        after = guard_model(state, each)
        assert after is not None
        state = after
    return Operation(1, ("tasks", 1), ("ok", state.active), end + 1, end + 2)


def a_cancel_never_was(history: list[Operation]) -> Iterator[list[Operation]]:
    for run_id in {each.asked[2] for each in history if each.asked[0] == "cancel"}:
        without = [each for each in history if not (each.asked[0] == "cancel" and each.asked[2] == run_id)]
        yield [*without, _still_there(history)]


def nobody_blocks(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "run_blocked":
            yield _replaced(history, n, answered=("run_blocked", 99))


def a_key_is_answered_twice(history: list[Operation]) -> Iterator[list[Operation]]:
    for n, each in enumerate(history):
        if each.answered and each.answered[0] == "replayed":
            yield _replaced(history, n, answered=("replayed", 99, each.answered[2]))


OF_A_SESSION: tuple[Corruption, ...] = (
    a_version_is_given_out_twice,
    a_locked_session_is_edited,
    two_sessions_are_created,
    a_change_is_lost,
    an_old_session_is_seen,
    a_session_is_seen_before_it_is_created,
)

OF_A_GUARD: tuple[Corruption, ...] = (a_task_runs_twice, a_cancel_never_was, nobody_blocks, a_key_is_answered_twice)
