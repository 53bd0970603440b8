"""What every command has: the options that are everywhere, a desk to work at, and one way to end."""

import functools
import inspect
import os
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from tenant_onboarding_cli import tokens
from tenant_onboarding_cli.api import Api, connect
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy
from tenant_onboarding_cli.output import Out
from tenant_onboarding_cli.patience import Patience
from tenant_onboarding_cli.settings import Output, Settings, of_command

PANEL = "Everywhere"

_EVERYWHERE: dict[str, Any] = {
    "profile": Annotated[
        str | None, typer.Option("--profile", metavar="NAME", help="The profile to use.", rich_help_panel=PANEL)
    ],
    "api_url": Annotated[
        str | None, typer.Option("--api-url", metavar="URL", help="Where the API answers.", rich_help_panel=PANEL)
    ],
    "token": Annotated[
        str | None,
        typer.Option(
            "--token", help="An access token; others on this machine may see it in `ps`.", rich_help_panel=PANEL
        ),
    ],
    "token_command": Annotated[
        str | None,
        typer.Option("--token-command", metavar="COMMAND", help="Prints an access token.", rich_help_panel=PANEL),
    ],
    "output": Annotated[
        Output | None,
        typer.Option("--output", "-o", metavar="table|json", help="How data is written.", rich_help_panel=PANEL),
    ],
    "timeout": Annotated[
        float | None,
        typer.Option("--timeout", min=0, help="Seconds that it may take in all; 900.", rich_help_panel=PANEL),
    ],
}
"""Options of every command, so that they can stand where they come to mind."""

_LARGEST_ID = 2**53 - 1


def _id(name: str, help_: str) -> Any:  # noqa: ANN401 - what typer reads
    return Annotated[int, typer.Argument(metavar=name, help=help_, min=1, max=_LARGEST_ID, show_default=False)]


Tenant = _id("TENANT", "The tenant's id.")
User = _id("USER", "The user's id.")
Connection = _id("CONNECTION", "The provider connection's id.")


class Desk:
    """What a command works with; what it does not need is not made."""

    def __init__(self, flags: dict[str, Any]) -> None:
        """Work as *flags* say."""
        self.flags = flags

    @cached_property
    def settings(self) -> Settings:
        """What the profile, the environment and the flags say."""
        return of_command(self.flags)

    @cached_property
    def out(self) -> Out:
        """The streams, in the form that was asked for, as far as that is known."""
        try:
            return Out(self.settings.output)
        except Failure:
            return Out(self.flags.get("output") or Output.TABLE)

    @cached_property
    def tokens(self) -> tokens.Tokens:
        """Where tokens come from."""
        return tokens.of(self.settings)

    @cached_property
    def http(self) -> httpx.Client:
        """The connections to the API, which the end of the command closes."""
        return connect(self.settings.api_url)

    @cached_property
    def api(self) -> Api:
        """The API, asked within the patience of the command."""
        return Api(self.http, self.tokens, Patience(self.settings.timeout), self.out.tell)

    def close(self) -> None:
        """Leave nothing open."""
        if "http" in self.__dict__:
            self.http.close()


def command(
    group: typer.Typer, name: str, *, examples: tuple[str, ...] = (), interrupted: str | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Add a command to *group*. *examples* are for its help, and are tried in tests.

    The function is given a desk before its own parameters, and ends by returning or with a `Failure`. *interrupted* is
    what to try after Ctrl-C, with the parameters' names in braces.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(function).parameters.copy()
        own.pop("desk")
        shared = {
            each: inspect.Parameter(each, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            for each, annotation in _EVERYWHERE.items()
        }

        @functools.wraps(function)
        def run(**given: Any) -> None:  # noqa: ANN401 - whatever the command takes
            flags = {each: given.pop(each) for each in shared}
            _ended(Desk(flags), function, given, interrupted)

        keywords = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own.values()]
        run.__signature__ = inspect.Signature([*keywords, *shared.values()])  # type: ignore[attr-defined]  # read off the function later
        run.__annotations__ = {each.name: each.annotation for each in [*keywords, *shared.values()]}
        run.examples = examples  # type: ignore[attr-defined]  # read off the function later
        epilog = "\n\n".join(["Examples:", *examples]) if examples else None
        group.command(name, epilog=epilog)(run)
        return run

    return register


def _ended(desk: Desk, function: Callable[..., None], given: dict[str, Any], interrupted: str | None) -> None:
    """Carry a command out, and end it as its outcome says."""
    try:
        function(desk, **given)
    except Failure as failure:
        ended = failure
    except KeyboardInterrupt:
        following = interrupted.format(**given) if interrupted else None
        ended = Failure(Exit.INTERRUPTED, "Interrupted.", (Remedy("What was started goes on."),), following)
    except BrokenPipeError:
        # Whoever read has read enough: what is left in the buffer goes nowhere, as the documentation of `signal` says.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(Exit.OK) from None
    else:
        return
    finally:
        desk.close()
    desk.out.fail(ended)
    raise typer.Exit(int(ended.exit))


def write_whole(path: Path, text: str) -> None:
    """Replace the file at *path* as a whole, so that an interruption leaves the old one or the new one."""
    new = path.with_name(f".{path.name}.new")
    try:
        new.write_text(text)
        new.replace(path)
    except OSError as error:
        raise Failure(Exit.FAILED, f"{path} cannot be written: {error.strerror}.") from None
