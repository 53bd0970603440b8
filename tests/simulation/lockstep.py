"""Threads of which one runs at a time, and only while it holds the baton: concurrency without chance.

Real code runs in them as it is, and stops wherever it asks the world for something. Who goes on is not decided here.
"""

import threading
from collections.abc import Callable


class Stopped(BaseException):
    """The stretch will not be gone on with; no code may mistake this for a failure of its own."""


class Runner:
    """A thread that does one stretch of work after the other, whenever it is handed the baton."""

    def __init__(self, lockstep: "Lockstep") -> None:
        """Belong to *lockstep*."""
        self._lockstep = lockstep
        self._baton = threading.Lock()
        self._baton.acquire()
        self._work: Callable[[], None] | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def take_on(self, work: Callable[[], None]) -> None:
        """Do *work* at the next baton."""
        self._work = work

    def hand(self) -> None:
        """Hand it the baton."""
        self._baton.release()

    def pause(self) -> None:
        """Hand the baton back and wait for the next one; called from within the work.

        Raises:
            Stopped: If there will be none.
        """
        self._lockstep.take_back()
        self._baton.acquire()
        if self._stopped:
            raise Stopped

    def stop(self) -> None:
        """End the thread, and its work if there is any."""
        self._stopped = True
        self.hand()

    def join(self) -> None:
        """Wait for the thread's end."""
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._baton.acquire()
            if self._stopped or self._work is None:
                return
            try:
                self._work()
            except Stopped:
                return
            except BaseException as failure:  # noqa: BLE001 - it is raised where the baton comes from
                self._lockstep.failure = failure
            self._work = None
            self._lockstep.idle.append(self)
            self._lockstep.take_back()


class Lockstep:
    """All threads of one world. Its methods are for the one thread that decides who goes on."""

    def __init__(self) -> None:
        """Begin without any threads."""
        self.idle: list[Runner] = []
        self.failure: BaseException | None = None
        self._runners: list[Runner] = []
        self._baton = threading.Lock()
        self._baton.acquire()

    def runner(self, work: Callable[[], None]) -> Runner:
        """Find a thread for *work*; it begins when it is resumed."""
        if not self.idle:
            self.idle.append(Runner(self))
            self._runners.append(self.idle[-1])
        runner = self.idle.pop()
        runner.take_on(work)
        return runner

    def resume(self, runner: Runner) -> None:
        """Let *runner* go on until it pauses or is done; raises what its work raised."""
        runner.hand()
        self._baton.acquire()
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure

    def take_back(self) -> None:
        """Take the baton from a runner; called by the runner."""
        self._baton.release()

    def close(self) -> None:
        """End all threads."""
        for runner in self._runners:
            runner.stop()
        for runner in self._runners:
            runner.join()
