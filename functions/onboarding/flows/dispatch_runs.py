"""Dispatch saved runs: what was saved with `outbox` is what gets sent."""

import math
from collections.abc import Sequence
from datetime import datetime

from onboarding.domain.run import Run
from onboarding.queues import LONGEST_DELAY, Message, Queues


def dispatch_runs(runs: Sequence[Run], *, queues: Queues, now: datetime) -> frozenset[int]:
    """Send *runs* to the queues of their kinds; return the places, from 0, of those that were not taken.

    A run that may not start for longer than a queue can hold it back is left to the sweep. A delay is rounded up:
    a message that arrives early by a moment is refused and gone.
    """
    messages = [_message(run, now) for run in runs]
    sendable = [place for place, message in enumerate(messages) if message.delay <= LONGEST_DELAY]
    lost = queues.send([messages[place] for place in sendable])
    return frozenset(sendable[place] for place in lost)


def _message(run: Run, now: datetime) -> Message:
    wait = (run.not_before - now).total_seconds() if run.not_before else 0
    return Message(run.task_type.spec.kind, run.tenant_id, run.id, delay=max(0, math.ceil(wait)))
