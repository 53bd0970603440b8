"""Processes by number *and* time of birth: a number alone may have passed to somebody else's process."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Process:
    """One process; *born* is what the system says of when it started, good for comparing only."""

    pid: int
    born: str

    @classmethod
    def of(cls, pid: int) -> Self:
        """Note the process that has number *pid* now.

        Raises:
            ProcessLookupError: If there is none.
        """
        born = _born(pid)
        if born is None:
            raise ProcessLookupError(pid)
        return cls(pid, born)

    @property
    def lives(self) -> bool:
        """Whether this very process is still there."""
        return _born(self.pid) == self.born

    def group(self) -> list[Self]:
        """List the processes of the group that it leads, itself left out."""
        return [type(self)(pid, born) for pid, group, born in _table() if group == self.pid != pid]

    def end(self, *, within: float) -> bool:
        """Ask it to end, wait up to *within* seconds, then force it; say whether it ended because it was asked."""
        if not self.signal(signal.SIGTERM):
            return False
        if self.wait(within):
            return True
        self.signal(signal.SIGKILL)
        self.wait(within)
        return False

    def end_with_group(self, *, within: float) -> bool:
        """End the leader of a process group as in `end`, then what was in its group when it was asked.

        Of one that has ended already the group is not looked for. A group's number is not given away while a member
        lives, and the members are looked up while the leader lives.
        """
        members = self.group() if self.lives else []
        ended = self.end(within=within)
        for member in members:
            member.signal(signal.SIGKILL)
        for member in members:
            member.wait(within)
        return ended

    def signal(self, what: signal.Signals) -> bool:
        """Send it a signal; say whether it lived to have it."""
        with suppress(ProcessLookupError):  # it ended while we looked
            if self.lives:
                os.kill(self.pid, what)
                return True
        return False

    def wait(self, seconds: float) -> bool:
        """Wait for its end; say whether it came within so many *seconds*."""
        deadline = time.monotonic() + seconds
        while self.lives:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def _born(pid: int) -> str | None:
    """Say when *pid* started; None if there is no such process, or only its exit code is left."""
    return next((born for found, _, born in _table(pid) if found == pid), None)


def _table(only: int | None = None) -> Iterator[tuple[int, int, str]]:
    """List number, group and time of birth of every live process, or of *only* one."""
    if Path("/proc/self/stat").exists():
        for folder in [Path(f"/proc/{only}")] if only else Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it ended while we looked
                # proc(5): after the name in brackets, state, parent, group, and 17 fields on the time of birth
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z":
                    yield int(folder.name), int(fields[2]), fields[19]
        return
    which = ["-p", str(only)] if only else ["-A"]
    rows = subprocess.run(
        ["ps", *which, "-o", "pid=,pgid=,state=,lstart="], check=False, capture_output=True, text=True
    )
    for row in rows.stdout.splitlines():
        pid, group, state, born = row.split(maxsplit=3)
        if not state.startswith("Z"):
            yield int(pid), int(group), born
