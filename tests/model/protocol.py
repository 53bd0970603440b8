"""Guard, claim, checkpoint, put back, cancel, end and sweep as states and the steps between them.

A step is what the tables see at once: one conditional write, one transaction, one read. Between any two steps every
other process may take any number of its own; a process may die after each; a message, a record of the stream or a
reply may be lost, and a message may come twice. `docs/model.md` says where each step stands in the code.

A claim's id is fresh for each invocation, so there is no end of them. All that conditions ask of one is whether it is
the worker's own: so a run carries the number of the worker whose claim it is, or `PAST` for one that nobody has any
more.
"""

from collections.abc import Iterator
from typing import NamedTuple

NOBODY = -1
PAST = 9


class Status:
    """How a run stands; one that ended left evidence unless it was cancelled."""

    ABSENT = 0
    QUEUED = 1
    RUNNING = 2
    ENDED = 3
    CANCELLED = 4


class Phase:
    """Where a worker is."""

    IDLE = 0
    CLAIMING = 1
    """It has a message, and its claim is on its way, for the first time or again."""
    WORKING = 2
    STOPPING = 3
    """It has seen that a cancel was asked for."""
    HALF = 4
    """It has written the first half of an end. Only a variant is ever here."""


class Act:
    """What the sweep decided from what it read."""

    NONE = 0
    SEND = 1
    REVIVE = 2
    CANCEL = 3
    TIME_OUT = 4


class Step:
    """What can happen, by the name it has in `docs/model.md`."""

    START = "start"
    DISPATCH = "dispatch"
    TAKE = "take"
    CLAIM = "claim"
    CLAIM_REFUSED = "claim refused"
    CLAIM_RECOGNISED = "claim recognised"
    CHECKPOINT = "checkpoint"
    PUT_BACK = "put back"
    END = "end"
    SEE_CANCEL = "see the cancel"
    STOP = "stop"
    LOSE_RUN = "lose the run"
    SWEEP_READS = "sweep reads"
    SEND_AGAIN = "send again"
    REVIVE = "revive"
    SWEEP_CANCELS = "sweep cancels"
    TIME_OUT = "time out"
    SWEEP_REFUSED = "sweep refused"
    LOOK_TO_CANCEL = "look to cancel"
    CANCEL_QUEUED = "cancel a queued run"
    ASK_TO_CANCEL = "ask to cancel"
    CANCEL_REFUSED = "cancel refused"
    # What happens to all of them.
    REPLY_LOST = "a reply is lost"
    DIE = "a worker dies"
    SWEEP_DIES = "the sweep dies"
    LOSE_RECORD = "a record is lost"
    LOSE_MESSAGE = "a message is lost"
    DUPLICATE = "a message comes twice"
    LAPSE = "a lease lapses"
    TIME_COMES = "its time comes"
    DEADLINE = "its deadline passes"


MUST_HAPPEN = frozenset(
    {
        *(Step.DISPATCH, Step.TAKE, Step.CLAIM, Step.CLAIM_REFUSED, Step.CLAIM_RECOGNISED, Step.CHECKPOINT),
        *(Step.END, Step.SEE_CANCEL, Step.STOP, Step.LOSE_RUN, Step.SWEEP_READS, Step.SEND_AGAIN, Step.REVIVE),
        *(Step.SWEEP_CANCELS, Step.TIME_OUT, Step.SWEEP_REFUSED, Step.LAPSE, Step.TIME_COMES),
    }
)
"""Steps on which one may wait. No deadline, and no user, is needed for a run to end; and no accident helps."""

STEPS = frozenset(value for name, value in vars(Step).items() if name.isupper())


class Run(NamedTuple):
    """A run and what is on its way about it. What stands after *evidence* is seen by no condition."""

    exclusive: bool
    task: int
    status: int = Status.ABSENT
    claim: int = NOBODY
    attempts: int = 0
    live: bool = False
    """Whether the lease holds."""
    early: bool = False
    """Whether `not_before` lies ahead."""
    late: bool = False
    """Whether the deadline has passed."""
    cancel: bool = False
    """Whether `cancel_requested` is there."""
    evidence: int = 0
    record: bool = False
    """Whether the stream has it to be sent."""
    messages: int = 0
    asked: bool = False
    """Whether a cancel was acknowledged while it was running."""
    claims: int = 0
    """How often it was claimed since it was last queued by hand of a worker or a user."""

    @property
    def active(self) -> bool:
        return self.status in {Status.QUEUED, Status.RUNNING}


class Worker(NamedTuple):
    """A worker; *read* is only used by variants that decide from an earlier read."""

    phase: int = Phase.IDLE
    run: int = NOBODY
    read: int = 0


class Sweep(NamedTuple):
    """The sweep; *fresh* says whether all that its write will compare is still as it was read."""

    act: int = Act.NONE
    run: int = NOBODY
    fresh: bool = True


class User(NamedTuple):
    """Whoever cancels: what they saw, and whether it is still so."""

    saw: int = Status.ABSENT
    run: int = NOBODY
    fresh: bool = True


class Guard(NamedTuple):
    """The guard: tasks and the runs that it names for them, and the exclusive run."""

    active: tuple[tuple[int, int], ...] = ()
    exclusive: int = NOBODY


class State(NamedTuple):
    """Everything at one moment."""

    runs: tuple[Run, ...]
    workers: tuple[Worker, ...]
    guard: Guard = Guard()
    sweep: Sweep = Sweep()
    user: User = User()


class Move(NamedTuple):
    """A step, where it leads, and what is wrong with having taken it, if anything."""

    step: str
    to: State
    breach: str | None = None


class Protocol:
    """The protocol of *runs* (whether exclusive, and of which task) with so many *workers*, as *variant* has it."""

    def __init__(
        self,
        runs: tuple[tuple[bool, int], ...],
        *,
        workers: int = 2,
        most_attempts: int = 3,
        most_messages: int = 2,
        variant: frozenset[str] = frozenset(),
    ) -> None:
        self.first = State(tuple(Run(*each) for each in runs), (Worker(),) * workers)
        self._most_attempts = most_attempts
        self._most_messages = most_messages
        self._is = variant.__contains__

    # ── What must always hold ──

    def breach(self, state: State) -> str | None:
        """Name what must not be in *state*, or None."""
        wrong = self._wrong_with_the_guard(state)
        for run in state.runs:
            wrong = wrong or self._wrong_with(run)
        return wrong

    @staticmethod
    def _wrong_with_the_guard(state: State) -> str | None:
        active = [number for number, run in enumerate(state.runs) if run.active]
        exclusive = [number for number in active if state.runs[number].exclusive]
        wrong = None
        if sorted(run for _, run in state.guard.active) != active:
            wrong = "the guard names exactly the active runs"
        elif ([] if state.guard.exclusive == NOBODY else [state.guard.exclusive]) != exclusive:
            wrong = "exclusive_run names exactly the exclusive run"
        elif exclusive and len(active) > 1:
            wrong = "an exclusive run is alone"
        elif len({state.runs[number].task for number in active}) < len(active):
            wrong = "a task has one active run"
        return wrong

    def _wrong_with(self, run: Run) -> str | None:
        wrong = None
        if run.evidence != (run.status == Status.ENDED):
            wrong = "one piece of evidence per run that ended other than cancelled"
        elif run.status == Status.ENDED and run.asked:
            wrong = "an acknowledged cancel is kept"
        elif run.claims != run.attempts:
            wrong = "attempts counts every claim"
        elif run.attempts > self._most_attempts:
            wrong = "a run is given up after so many attempts"
        return wrong

    @staticmethod
    def is_quiet(state: State) -> bool:
        """Tell whether nothing is under way."""
        return not any(run.active for run in state.runs)

    def canonical(self, state: State) -> State:
        """Give the one of all states that differ from *state* only in which worker is called which."""
        if len(state.workers) != 2 or state.workers[0] <= state.workers[1]:
            return state
        other = {0: 1, 1: 0}
        runs = tuple(run._replace(claim=other.get(run.claim, run.claim)) for run in state.runs)
        return state._replace(runs=runs, workers=state.workers[::-1])

    # ── Steps ──

    def moves(self, state: State) -> Iterator[Move]:
        """Name every step that can be taken in *state*."""
        for number, run in enumerate(state.runs):
            yield from self._of_the_run(state, number, run)
        for number, worker in enumerate(state.workers):
            if worker.phase == Phase.IDLE:
                for run_number, run in enumerate(state.runs):
                    if run.messages:
                        taken = _run(state, run_number, run._replace(messages=run.messages - 1))
                        read = run.attempts if self._is("attempt from an earlier read") else 0
                        yield Move(Step.TAKE, _worker(taken, number, Worker(Phase.CLAIMING, run_number, read)))
            else:
                yield from self._of_the_worker(state, number, worker)
        yield from self._of_the_sweep(state)
        yield from self._of_the_user(state)

    def _of_the_run(self, state: State, number: int, run: Run) -> Iterator[Move]:
        if run.status == Status.ABSENT:
            if self._guard_takes(state.guard, run):
                started = run._replace(status=Status.QUEUED, record=True)
                guard = Guard(
                    tuple(sorted((*state.guard.active, (run.task, number)))),
                    number if run.exclusive else state.guard.exclusive,
                )
                yield Move(Step.START, _run(state, number, started)._replace(guard=guard))
            return
        if run.record:
            if run.messages < self._most_messages:
                sent = run._replace(record=False, messages=run.messages + 1)
                yield Move(Step.DISPATCH, _run(state, number, sent))
            yield Move(Step.LOSE_RECORD, _run(state, number, run._replace(record=False)))
        if run.messages:
            yield Move(Step.LOSE_MESSAGE, _run(state, number, run._replace(messages=run.messages - 1)))
            if run.messages < self._most_messages:
                yield Move(Step.DUPLICATE, _run(state, number, run._replace(messages=run.messages + 1)))
        if run.status == Status.RUNNING and run.live:
            yield Move(Step.LAPSE, _run(state, number, run._replace(live=False)))
        if run.status == Status.QUEUED and run.early:
            yield Move(Step.TIME_COMES, _run(state, number, run._replace(early=False)))
        if run.active and not run.late:
            yield Move(Step.DEADLINE, _run(state, number, run._replace(late=True)))

    def _guard_takes(self, guard: Guard, run: Run) -> bool:
        if run.exclusive:
            return not guard.active or self._is("exclusive beside others")
        taken = any(task == run.task for task, _ in guard.active) and not self._is("a task twice")
        return not taken and (guard.exclusive == NOBODY or self._is("ignore exclusive_run"))

    def _of_the_worker(self, state: State, number: int, worker: Worker) -> Iterator[Move]:
        run = state.runs[worker.run]
        yield Move(Step.DIE, self._idle(state, number))
        if run.messages < self._most_messages:  # not acknowledged, so it comes again, unless it was the last time
            again = _run(state, worker.run, run._replace(messages=run.messages + 1))
            yield Move(Step.DIE, self._idle(again, number))
        match worker.phase:
            case Phase.CLAIMING:
                yield from self._claims(state, number, worker, run)
            case Phase.WORKING:
                yield from self._works(state, number, worker, run)
            case Phase.STOPPING:
                if self._fenced(run, number):
                    yield Move(Step.STOP, self._idle(self._cancelled(state, worker.run), number))
                else:
                    yield Move(Step.LOSE_RUN, self._idle(state, number))
            case Phase.HALF:
                if self._is("split release"):
                    yield Move(Step.END, self._idle(_released(state, worker.run), number))
                else:
                    left = run._replace(evidence=min(run.evidence + 1, 2))
                    yield Move(Step.END, self._idle(_run(state, worker.run, left), number))

    def _claims(self, state: State, number: int, worker: Worker, run: Run) -> Iterator[Move]:
        mine = run.claim == number
        queued = run.status == Status.QUEUED and (not run.early or self._is("no not_before"))
        lapsed = (
            run.status == Status.RUNNING
            and (not run.live or self._is("a live lease is no obstacle"))
            and (run.attempts < self._most_attempts or self._is("attempts without end"))
        )
        to_be_had = not mine and (not run.late or self._is("no deadline")) and (queued or lapsed)
        if self._is("resurrect") and mine and run.status != Status.RUNNING:
            to_be_had = True
        if self._is("claim whatever stands there") and not mine and run.status >= Status.ENDED:
            to_be_had = True
        if to_be_had:
            taken = run._replace(
                status=Status.RUNNING,
                claim=number,
                attempts=(worker.read if self._is("attempt from an earlier read") else run.attempts) + 1,
                live=True,
                record=run.record,
                claims=run.claims + 1,
            )
            to = self._written(state, worker.run, taken)
            breach = self._wrong_to_claim(run)
            yield Move(Step.CLAIM, _worker(to, number, worker._replace(phase=Phase.WORKING, read=0)), breach)
            yield Move(Step.REPLY_LOST, to, breach)
        elif mine and run.status == Status.RUNNING:
            yield Move(Step.CLAIM_RECOGNISED, _worker(state, number, worker._replace(phase=Phase.WORKING, read=0)))
        else:
            yield Move(Step.CLAIM_REFUSED, self._idle(state, number))

    def _wrong_to_claim(self, run: Run) -> str | None:
        if run.status >= Status.ENDED:
            return "what has ended stays ended"
        if run.early and run.status == Status.QUEUED:
            return "nothing is claimed before its time"
        if run.late:
            return "nothing is claimed past its deadline"
        if run.live and run.status == Status.RUNNING:
            return "nobody's live lease is taken"
        return None

    def _works(self, state: State, number: int, worker: Worker, run: Run) -> Iterator[Move]:
        if not self._fenced(run, number):
            yield Move(Step.LOSE_RUN, self._idle(state, number))
            return
        stopping = _worker(state, number, worker._replace(phase=Phase.STOPPING))
        if run.exclusive:
            kept = self._written(state, worker.run, run._replace(live=True))
            if run.cancel:
                yield Move(Step.CHECKPOINT, _worker(kept, number, worker._replace(phase=Phase.STOPPING)))
            else:
                yield Move(Step.CHECKPOINT, kept)
            if not run.cancel or self._is("put back ignores a cancel") or self._is("put back forgets a cancel"):
                breach = "a cancelled run is not put back" if run.cancel else None
                forgets = self._is("put back forgets a cancel")
                for early in (False, True):
                    back = run._replace(
                        status=Status.QUEUED,
                        attempts=0,
                        claims=0,
                        live=False,
                        early=early,
                        record=True,
                        cancel=run.cancel and not forgets,
                    )
                    done = self._idle(self._written(state, worker.run, back), number)
                    yield Move(Step.PUT_BACK, done, None if forgets else breach)
        if run.cancel and not self._is("end ignores a cancel"):
            yield Move(Step.SEE_CANCEL, stopping)
            return
        yield from self._ends(state, number, worker, run)

    def _ends(self, state: State, number: int, worker: Worker, run: Run) -> Iterator[Move]:
        breach = None if run.claim == number else "nobody ends a run that another has claimed"
        ended = run._replace(status=Status.ENDED, live=False)
        half = worker._replace(phase=Phase.HALF)
        if self._is("split release"):
            left = self._written(state, worker.run, ended._replace(evidence=run.evidence + 1))
            yield Move(Step.END, _worker(left, number, half), breach)
        elif self._is("evidence apart from the end"):
            left = _released(self._written(state, worker.run, ended), worker.run)
            yield Move(Step.END, _worker(left, number, half), breach)
        else:
            done = self._idle(self._ended(state, worker.run), number)
            yield Move(Step.END, done, breach)
            if run.messages < self._most_messages:  # it does not know, and lets the message come again
                again = done.runs[worker.run]
                back = _run(done, worker.run, again._replace(messages=again.messages + 1))
                yield Move(Step.REPLY_LOST, back, breach)

    def _fenced(self, run: Run, number: int) -> bool:
        return run.status == Status.RUNNING and (run.claim == number or self._is("no fence"))

    def _of_the_sweep(self, state: State) -> Iterator[Move]:
        sweep = state.sweep
        if sweep.act == Act.NONE:
            for number, run in enumerate(state.runs):
                act = self._due(run)
                if act != Act.NONE:
                    yield Move(Step.SWEEP_READS, state._replace(sweep=Sweep(act, number)))
            return
        swept = state._replace(sweep=Sweep())
        yield Move(Step.SWEEP_DIES, swept)
        run = state.runs[sweep.run]
        expected = Status.QUEUED if sweep.act == Act.SEND else Status.RUNNING
        if sweep.fresh or (self._is("sweep without what it read") and run.status == expected):
            yield self._swept(swept, sweep, run)
        else:
            yield Move(Step.SWEEP_REFUSED, swept)

    def _swept(self, state: State, sweep: Sweep, run: Run) -> Move:
        of_a_live_worker = run.status == Status.RUNNING and run.live and not run.late
        breach = "the sweep takes no run from a live worker" if of_a_live_worker else None
        if sweep.act in {Act.SEND, Act.REVIVE}:
            attempts = 0 if sweep.act == Act.REVIVE and self._is("revive starts over") else run.attempts
            sent = run._replace(status=Status.QUEUED, live=False, record=True, attempts=attempts)
            step = Step.SEND_AGAIN if sweep.act == Act.SEND else Step.REVIVE
            return Move(step, self._written(state, sweep.run, sent), breach)
        # A time-out that meets a cancel is refused, looks again, and finds that nothing but the cancel came.
        if sweep.act == Act.CANCEL or (run.cancel and not self._is("end ignores a cancel")):
            return Move(Step.SWEEP_CANCELS, self._cancelled(state, sweep.run), breach)
        return Move(Step.TIME_OUT, self._ended(state, sweep.run), breach)

    def _due(self, run: Run) -> int:
        if not run.active:
            return Act.NONE
        over = Act.CANCEL if run.cancel else Act.TIME_OUT
        if run.late:
            return over
        if run.status == Status.QUEUED:
            return Act.NONE if run.early or self._is("nothing is sent again") else Act.SEND
        if run.live:
            return Act.NONE
        if run.cancel or run.attempts >= self._most_attempts:
            return over
        return Act.NONE if self._is("nothing is revived") else Act.REVIVE

    def _of_the_user(self, state: State) -> Iterator[Move]:
        user = state.user
        if user.run == NOBODY:
            for number, run in enumerate(state.runs):
                if run.active:
                    yield Move(Step.LOOK_TO_CANCEL, state._replace(user=User(run.status, number)))
            return
        run = state.runs[user.run]
        gone = state._replace(user=User())
        if user.saw == Status.QUEUED:
            if user.fresh or self._is("cancel whatever stands there"):
                yield Move(Step.CANCEL_QUEUED, self._cancelled(gone, user.run))
            else:
                yield Move(Step.CANCEL_REFUSED, gone)
        elif run.status == Status.RUNNING or self._is("ask whatever stands there"):
            yield Move(Step.ASK_TO_CANCEL, _run(gone, user.run, run._replace(cancel=True, asked=True)))
        else:
            yield Move(Step.CANCEL_REFUSED, gone)

    # ── What writes do ──

    def _written(self, state: State, number: int, run: Run) -> State:
        """Write a run, so that whoever read it before has read something else."""
        to = _run(state, number, run)
        if to.sweep.run == number and to.sweep.fresh:
            to = to._replace(sweep=to.sweep._replace(fresh=False))
        if to.user.run == number and to.user.fresh:
            to = to._replace(user=to.user._replace(fresh=False))
        return to

    def _ended(self, state: State, number: int) -> State:
        run = state.runs[number]
        ended = run._replace(status=Status.ENDED, live=False, early=False, evidence=min(run.evidence + 1, 2))
        return _released(self._written(state, number, ended), number)

    def _cancelled(self, state: State, number: int) -> State:
        run = state.runs[number]
        ended = run._replace(status=Status.CANCELLED, live=False, early=False)
        return _released(self._written(state, number, ended), number)

    @staticmethod
    def _idle(state: State, number: int) -> State:
        """Let a worker be done, dead or not; its claim is nobody's from now on."""
        runs = tuple(run._replace(claim=PAST) if run.claim == number else run for run in state.runs)
        return _worker(state._replace(runs=runs), number, Worker())


def _run(state: State, number: int, run: Run) -> State:
    return state._replace(runs=(*state.runs[:number], run, *state.runs[number + 1 :]))


def _worker(state: State, number: int, worker: Worker) -> State:
    return state._replace(workers=(*state.workers[:number], worker, *state.workers[number + 1 :]))


def _released(state: State, number: int) -> State:
    guard = state.guard
    active = tuple(each for each in guard.active if each[1] != number)
    return state._replace(guard=Guard(active, NOBODY if guard.exclusive == number else guard.exclusive))
