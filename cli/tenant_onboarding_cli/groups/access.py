"""Who one is to the service, and whether all of it works: `login`, `logout`, `doctor`; and `completion`."""

import platform
import shutil
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

import httpx
import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined] # typer's own way to it

from tenant_onboarding_cli import PROGRAM, VERSION, signing_in, tokens
from tenant_onboarding_cli.commands import Desk, command
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, wrong_usage
from tenant_onboarding_cli.output import Column
from tenant_onboarding_cli.sign_ins import SignIns

SKEW = 30.0
"""Seconds that this machine's clock may differ before tokens look expired, or not good yet."""

_SHELLS = ("bash", "fish", "powershell", "pwsh", "zsh")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; *exit* is what it would end the command with."""

    check: str
    said: str
    exit: Exit = Exit.OK
    remedy: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it is as it should be."""
        return self.exit is Exit.OK


def add(app: typer.Typer) -> None:
    """Add them."""

    @command(app, "login", examples=())
    def login(
        desk: Desk,
        *,
        port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Where the browser comes back to.")] = 0,
        browser: Annotated[bool, typer.Option(help="Open the system's browser, or only show the address.")] = True,
        scope: Annotated[str | None, typer.Option("--scope", help="What to ask for, this time.")] = None,
    ) -> None:
        """Sign in with the system's browser, where the issuer offers that; the token is kept for you alone."""
        settings = replace(desk.settings, scope=scope or desk.settings.scope)
        sign_in = signing_in.sign_in(settings, port=port, browser=browser, tell=desk.out.tell)
        SignIns(settings.places.state).keep(settings, sign_in)
        user = tokens.claims(sign_in.access_token).get(settings.user_id_claim)
        if desk.out.is_json:
            desk.out.json({"user_id": user, "api_url": settings.api_url, "expires_at": sign_in.expires_at})
        desk.out.tell(f"Signed in{f' as user {user}' if user else ''}, until {_until(sign_in.expires_at)}.")
        if settings.token is not None or settings.token_command is not None:
            desk.out.tell("But a token, or a command that prints one, is set as well, and comes before it.", "yellow")

    @command(app, "logout", examples=("tenant-onboarding logout",))
    def logout(desk: Desk) -> None:
        """Forget the token that was kept."""
        forgotten = SignIns(desk.settings.places.state).forget(desk.settings)
        desk.out.tell("Signed out." if forgotten else "Nobody was signed in.")

    @command(app, "doctor", examples=("tenant-onboarding doctor",))
    def doctor(desk: Desk) -> None:
        """Check version, configuration, reachability, clock, and who you are to the service."""
        checks = _checks(desk)
        rows = [{"check": check.check, "ok": check.ok, **asdict(check)} for check in checks]
        if desk.out.is_json:
            desk.out.json(rows)
        else:
            desk.out.table(
                rows,
                (
                    Column("check", lambda row: row["check"]),
                    Column("is", lambda row: "ok" if row["ok"] else "fail"),
                    Column("found", lambda row: row["said"]),
                ),
            )
        bad = [check for check in checks if not check.ok]
        if bad:
            remedies = tuple(Remedy(f"{each.check}: {each.remedy}") for each in bad if each.remedy)
            raise Failure(bad[0].exit, f"{len(bad)} of {len(checks)} checks failed: {bad[0].said}", remedies)

    @command(app, "completion", examples=("tenant-onboarding completion bash",))
    def completion(
        desk: Desk,  # noqa: ARG001 - it needs no settings, and so works before there are any
        shell: Annotated[str, typer.Argument(metavar="SHELL", help=f"One of {', '.join(_SHELLS)}.")],
    ) -> None:
        """Print what completes our commands in a shell; add it to the shell's start-up file."""
        if shell not in _SHELLS:
            raise wrong_usage(f"There is no completion for {shell}.", f"There is for {', '.join(_SHELLS)}.")
        variable = f"_{PROGRAM.replace('-', '_').upper()}_COMPLETE"
        typer.echo(get_completion_script(prog_name=PROGRAM, complete_var=variable, shell=shell))


def _checks(desk: Desk) -> list[Check]:
    where = shutil.which(PROGRAM) or "not on the path"
    checks = [Check("version", f"{VERSION}, Python {platform.python_version()}, {where}")]
    try:
        settings = desk.settings
    except Failure as failure:
        remedy = failure.remedies[0].text if failure.remedies else None
        return [*checks, Check("configuration", failure.message, failure.exit, remedy)]
    file = settings.places.config
    profile = f"profile {settings.profile}" if settings.profile else "no profile"
    from_file = f"{file}{'' if file.exists() else ' (not there)'}"
    said = f"{profile}, {settings.api_url} (said by {settings.said_by['api_url']}), {from_file}"
    checks.append(Check("configuration", said))
    checks += _reachability(desk.http)
    if checks[-1].check != "reachability" or checks[-1].ok:
        checks += _sign_in(desk)
    return checks


def _reachability(http: httpx.Client) -> list[Check]:
    """Ask for nothing in particular: any answer shows that somebody is there, and what time it is to them."""
    before, started = time.time(), time.perf_counter()
    try:
        answer = http.get("/")
    except httpx.TransportError as error:
        said = f"{http.base_url} cannot be reached ({error or type(error).__name__})"
        remedy = "Look whether the address is right and whether this machine is online."
        return [Check("reachability", said, Exit.FAILED, remedy)]
    took = time.perf_counter() - started
    request_id = answer.headers.get("x-request-id") or answer.headers.get("apigw-requestid") or "none"
    found = [Check("reachability", f"answered in {took * 1000:.0f} ms, request id {request_id}")]
    try:
        theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return found
    # Their header is to the second; the answer was made somewhere between both moments.
    skew = theirs + 0.5 - (before + took / 2)
    said = f"{abs(skew):.0f} s {'behind' if skew > 0 else 'ahead of'} the service"
    remedy = "Set this machine's clock; tokens are judged by the service's."
    fine = abs(skew) <= SKEW
    return [*found, Check("clock", said, Exit.OK if fine else Exit.SIGN_IN, None if fine else remedy)]


def _sign_in(desk: Desk) -> list[Check]:
    """Have a token, say whose it is, and have the service judge it: what it says of the caller's own queue."""
    settings = desk.settings
    try:
        token = desk.tokens.get()
    except Failure as failure:
        remedy = failure.remedies[0].text if failure.remedies else None
        return [Check("sign-in", failure.message, Exit.SIGN_IN, remedy)]
    claims = tokens.claims(token)
    user = claims.get(settings.user_id_claim)
    scopes = claims.get("scope") or claims.get("scp") or "no scope"
    source = _source(desk)
    who = f"user {user}, {scopes}, until {_until(claims.get('exp'))}, {source}"
    remedy = "Sign in again: `tenant-onboarding login`, or have your token command print a new one."
    try:
        desk.api.get("/onboarding/sessions", {"limit": "1"})
    except Failure as failure:
        if failure.exit is Exit.SIGN_IN:
            said = f"the service does not take the token: {who}"
            return [Check("sign-in", said, Exit.SIGN_IN, remedy)]
        return [Check("sign-in", f"{who}: {failure.message}", failure.exit)]
    return [Check("sign-in", who)]


def _source(desk: Desk) -> str:
    if desk.settings.token is not None:
        return "a token that was given"
    if desk.settings.token_command is not None:
        return f"by `{desk.settings.token_command}`"
    return "kept from a sign-in"


def _until(seconds: Any) -> str:  # noqa: ANN401 - whatever a token claims
    if not isinstance(seconds, int | float):
        return "it does not say when"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
