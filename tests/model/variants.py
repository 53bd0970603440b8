"""What is searched: the protocol as it is, and variants of it that somebody might take for just as good."""

from typing import NamedTuple

from tests.model.protocol import Protocol

type Runs = tuple[tuple[bool, int], ...]

PROBE: Runs = ((False, 0),)
EXCLUSIVE: Runs = ((True, 0),)
TWO_PROBES: Runs = ((False, 0), (False, 1))
PROBE_AND_EXCLUSIVE: Runs = ((False, 0), (True, 1))
ONE_AFTER_THE_OTHER: Runs = ((False, 0), (False, 0))
"""Two runs of one task: the second can only start once the first has ended."""


class Scope(NamedTuple):
    """How far a search goes."""

    name: str
    runs: Runs
    most_attempts: int = 3
    most_messages: int = 2
    most_states: int = 10**9

    def protocol(self, *variant: str) -> Protocol:
        """Give the protocol to be searched."""
        return Protocol(
            self.runs,
            most_attempts=self.most_attempts,
            most_messages=self.most_messages,
            variant=frozenset(variant),
        )


WHOLE = (
    Scope("a probe, two workers", PROBE),
    Scope("an exclusive run, two workers", EXCLUSIVE),
    Scope("two probes, two workers", TWO_PROBES, 2, 1, 400_000),
    Scope("a probe and an exclusive run, two workers", PROBE_AND_EXCLUSIVE, 2, 1, 400_000),
    Scope("two runs of one task, two workers", ONE_AFTER_THE_OTHER, 2, 1, 400_000),
)
"""One run is searched to the last state; two as far as the bound."""

SHORT = (
    Scope("a probe, two workers", PROBE, 2, 1),
    Scope("an exclusive run, two workers", EXCLUSIVE, 1, 2),
    Scope("a probe and an exclusive run, two workers", PROBE_AND_EXCLUSIVE, 1, 1, 5_000),
    Scope("two probes, two workers", TWO_PROBES, 1, 1, 5_000),
)
"""The same with fewer attempts and messages; all of one run, some of two."""

_PROBE, _EXCLUSIVE = Scope("a probe", PROBE, 2, 1), Scope("an exclusive run", EXCLUSIVE, 2, 1)
_TWO = Scope("two probes", TWO_PROBES, 1, 1)
_BOTH = Scope("a probe and an exclusive run", PROBE_AND_EXCLUSIVE, 1, 1)
_SAME = Scope("two runs of one task", ONE_AFTER_THE_OTHER, 1, 1)

VARIANTS: dict[str, tuple[Scope, str]] = {
    "no fence": (_PROBE, "nobody ends a run that another has claimed"),
    "resurrect": (_PROBE, "what has ended stays ended"),
    "claim whatever stands there": (_PROBE, "what has ended stays ended"),
    "attempt from an earlier read": (_PROBE, "attempts counts every claim"),
    "attempts without end": (_PROBE, "a run is given up after so many attempts"),
    "revive starts over": (_PROBE, "attempts counts every claim"),
    "a live lease is no obstacle": (_PROBE, "nobody's live lease is taken"),
    "no not_before": (_EXCLUSIVE, "nothing is claimed before its time"),
    "no deadline": (_PROBE, "nothing is claimed past its deadline"),
    "put back ignores a cancel": (_EXCLUSIVE, "a cancelled run is not put back"),
    "put back forgets a cancel": (_EXCLUSIVE, "an acknowledged cancel is kept"),
    "end ignores a cancel": (_PROBE, "an acknowledged cancel is kept"),
    "ask whatever stands there": (_PROBE, "an acknowledged cancel is kept"),
    "cancel whatever stands there": (_PROBE, "one piece of evidence per run that ended other than cancelled"),
    "split release": (_PROBE, "the guard names exactly the active runs"),
    "evidence apart from the end": (_PROBE, "one piece of evidence per run that ended other than cancelled"),
    "nothing is sent again": (_PROBE, "no run is stuck"),
    "nothing is revived": (_PROBE, "no run is stuck"),
    "sweep without what it read": (_PROBE, "the sweep takes no run from a live worker"),
    "ignore exclusive_run": (_BOTH, "an exclusive run is alone"),
    "exclusive beside others": (_BOTH, "an exclusive run is alone"),
    "a task twice": (_SAME, "a task has one active run"),
}
"""Each with where it is searched, and what it breaks."""
