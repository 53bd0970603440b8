"""Writes `docs/command-line.md` from what the program's own help says; `--check` only compares."""

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

from typer.main import get_command

from tenant_onboarding_cli import PROGRAM
from tenant_onboarding_cli.commands import PANEL
from tenant_onboarding_cli.exits import MEANINGS
from tenant_onboarding_cli.main import app
from tenant_onboarding_cli.rows import COLUMNS
from tenant_onboarding_cli.settings import LOCAL_PROFILES, PREFIX, SETTINGS

WIDTH = 120
PAGE = Path(__file__).with_name("command-line.md")

_BEGINNING = """# The command line

`tenant-onboarding` does everything that the API can do, for people and for scripts. It is a client like any other: it
knows the service over HTTP and nothing else. From a checkout:

    uv tool install --python 3.13 ./cli   # or: pipx install --python python3.13 ./cli
    tenant-onboarding completion bash >> ~/.bashrc

This page is written from the program's own help by `make docs`. Each of its examples is run by a test, in this order,
beside a fresh local deployment.

## Where it asks, and as whom

Profiles come first, then the environment, then flags; the later wins. Profiles are in
`~/.config/tenant-onboarding/config.toml` (or where `XDG_CONFIG_HOME` says):

```toml
profile = "production" # unless another is named

[profiles.production]
api_url = "https://onboarding.example.com"
issuer = "https://login.microsoftonline.com/<your tenant>/v2.0"
client_id = "<the command line's application>"
scope = "api://tenant-onboarding/access offline_access"
```

"""

_SIGN_IN = """
A token is taken from `--token`, `{prefix}TOKEN`, or what a token command prints, and else from the last
`tenant-onboarding login`: with the system's browser, by authorization code with PKCE, sent back to a port of 127.0.0.1
(register `http://127.0.0.1/callback` for a public client). It is kept in `~/.local/state/tenant-onboarding`, readable
by you alone, goes to the API that it was asked for and nowhere else, and is replaced by itself where the issuer gives a
refresh token. A token is never sent over plain HTTP, except to this machine.

Beside a running local deployment (`.local/stack.json` in the current folder, both yours alone, no links, and all in it
on 127.0.0.1) these profiles are there without a file; the first is taken unless you name another:

| profile | whose token |
|---|---|
{local}
`login` can be tried on the local deployment, too, whose issuer lets you pick who you are. Its client id is
`tenant-onboarding-cli`, and its redirect address any port of 127.0.0.1:

```toml
[profiles.local-browser]
api_url = "http://127.0.0.1:8000"
issuer = "http://127.0.0.1:8000/_local/issuer"
client_id = "tenant-onboarding-cli"
scope = "openid"
```

## How it answers

Data goes to standard output, as a table or, with `-o json`, as the API's own JSON. How it goes, what to try next and
failures go to standard error; with `-o json` a failure is one JSON object there, in its last line. Nothing is animated
off a terminal, and `NO_COLOR` is obeyed. Under each failure stand its remedy, the request id, and the next command to
try.

| exit code | what it says |
|---|---|
{exits}
`--watch` asks as often as the service wishes (`Retry-After`). A lost connection is tried again where that can do
nothing twice: reads, starts of runs (each has an idempotency key), edits of a session (each names the version that it
was decided from), registrations. Ctrl-C ends the watching, never a run; it says how to watch on.

## Many tenants

`bulk` takes CSV in UTF-8, whose first line names its columns:

| column | what stands in it |
|---|---|
{columns}
```csv
{csv}```

Whoever gives the file has to be among the `members` to walk what they register. The report has one row for each tenant,
in the order of the file, as a table, with `-o json`, or in the file that `--report` names; the exit code is that of
the worst: 4, then 1, 3, 5.

## Commands

Every command takes these options too:

{everywhere}"""


_FILE = """tenant_id,name,members
5,Adventure Works,1:owner 2:manager 3:operator 5:operator 4:readonly
6,,
7,,
"""


def page() -> str:
    """Write the page."""
    commands = list(_commands(get_command(app), PROGRAM))
    shared = [option for option in commands[0][1].params if _panel(option) == PANEL]
    settings = "".join(f"| `{name}` | `{PREFIX}{name.upper()}` | {meaning} |\n" for name, meaning in SETTINGS.items())
    said = _SIGN_IN.format(
        prefix=PREFIX,
        local="".join(f"| `{name}` | what `{command}` prints |\n" for name, command in LOCAL_PROFILES.items()),
        exits="".join(f"| {int(code)} | {meaning} |\n" for code, meaning in MEANINGS.items()),
        columns="".join(f"| `{name}` | {meaning} |\n" for name, meaning in COLUMNS.items()),
        csv=_FILE,
        everywhere=_options(shared),
    )
    table = f"| in a profile | in the environment | what it says |\n|---|---|---|\n{settings}"
    return f"{_BEGINNING}{table}{said}{''.join(_section(path, command) for path, command in commands)}"


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own
    nested = getattr(command, "commands", None)
    if nested is None:
        yield path, command
        return
    for name, each in nested.items():
        yield from _commands(each, f"{path} {name}")


def _section(path: str, command: Any) -> str:  # noqa: ANN401 - typer's own
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and _panel(each) != PANEL]
    usage = " ".join([path, *(each.metavar if each.required else f"[{each.metavar}]" for each in arguments)])
    said = "".join(f"| `{each.metavar}` | {_cell(each.help)} |\n" for each in arguments)
    named = f"| | |\n|---|---|\n{said}{_rows(options)}" if arguments or options else ""
    examples = "".join(f"    {example}\n" for example in command.callback.examples)
    parts = (f"### {usage}\n", f"{fill(' '.join(command.help.split()), WIDTH)}\n", named, examples)
    return "".join(f"\n{part}" for part in parts if part)


def _options(options: list[Any]) -> str:
    return f"| | |\n|---|---|\n{_rows(options)}"


def _rows(options: list[Any]) -> str:
    return "".join(f"| {_names(each)} | {_cell(each.help)} |\n" for each in options)


def _names(option: Any) -> str:  # noqa: ANN401 - typer's own
    value = "" if option.is_flag else f" {_cell(option.metavar or option.name.upper())}"
    return ", ".join(f"`{name}{value}`" for name in (*option.opts, *option.secondary_opts))


def _panel(option: Any) -> str | None:  # noqa: ANN401 - typer's own
    panel: str | None = getattr(option, "rich_help_panel", None)
    return panel


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


def main() -> None:
    """Write the page, or say that it is out of date."""
    if sys.argv[1:] == ["--check"]:
        if not PAGE.is_file() or PAGE.read_text() != page():
            sys.exit("docs/command-line.md is out of date: `make docs` writes it anew")
        return
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
