"""Why a command did not do what it was asked to, and what to try next."""

import shlex
from dataclasses import dataclass, field
from typing import Any

from tenant_onboarding_cli import PROGRAM
from tenant_onboarding_cli.exits import Exit


def command_line(*words: object) -> str:
    """Write a command of ours as it can be pasted into a shell."""
    return shlex.join([PROGRAM, *(str(word) for word in words)])


@dataclass(frozen=True, slots=True)
class Remedy:
    """What somebody can do about it, and where to read more."""

    text: str
    link: str | None = None


@dataclass
class Failure(Exception):  # noqa: N818 - an answer to the person, not an error of the program
    """Ends a command: *message* says why, *remedies* what can be done, *next_command* what to try."""

    exit: Exit
    message: str
    remedies: tuple[Remedy, ...] = ()
    next_command: str | None = None
    request_id: str | None = None
    """By which the service's log knows the request; None if nothing was answered."""
    problem: dict[str, Any] = field(default_factory=dict)
    """The API's own words, where it was the API that refused."""
    retry_after: float | None = None
    """Seconds after which asking again may succeed, where the API says so."""
    repeated: bool = False
    """Whether an earlier answer to the same request was lost on the way."""

    @property
    def code(self) -> str | None:
        """The refusal's code, where it was the API that refused."""
        code = self.problem.get("code")
        return code if isinstance(code, str) else None

    def shown(self) -> dict[str, Any]:
        """Say all of it to a program."""
        return {
            "error": self.message,
            "exit_code": int(self.exit),
            "code": self.code,
            "request_id": self.request_id,
            "remedies": [{"text": each.text, "link": each.link} for each in self.remedies],
            "next": self.next_command,
            "problem": self.problem or None,
        }


def wrong_usage(message: str, remedy: str | None = None, next_command: str | None = None) -> Failure:
    """Refuse a command that can never succeed as it was given."""
    return Failure(Exit.USAGE, message, (Remedy(remedy),) if remedy else (), next_command)
