"""Where the access token of a request comes from: given, printed by a command, or kept from a sign-in."""

import base64
import json
import shlex
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from tenant_onboarding_cli import signing_in
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure, Remedy, command_line
from tenant_onboarding_cli.settings import Settings
from tenant_onboarding_cli.sign_ins import SignIn, SignIns

PATIENCE = 60
"""Seconds that a command may take to print a token."""

EARLY = 60
"""Seconds before its end at which a kept token is replaced, if it can be."""


class Tokens(Protocol):
    """Gives the token that requests carry."""

    def get(self) -> str:
        """Give the token to use now."""

    def renew(self, refused: str) -> bool:
        """Have another token than the one that was *refused*; False if there is no way to one."""


class Given:
    """A token that a flag or the environment gave; there is no other."""

    said_by = "given"

    def __init__(self, token: str) -> None:
        """Use *token*, for as long as it is good."""
        self._token = token

    def get(self) -> str:
        """Give it."""
        return self._token

    def renew(self, refused: str) -> bool:  # noqa: ARG002 - whatever was refused
        """Say that there is none."""
        return False


class Printed:
    """What a command of the person's own choice prints. It is started without a shell, at most once per token."""

    def __init__(self, command: str) -> None:
        """Use what *command* prints."""
        self._command = command
        self._lock = threading.Lock()
        self._token: str | None = None

    def get(self) -> str:
        """Give what it printed; run it if that has not been done.

        Raises:
            Failure: Sign-in, if it prints nothing.
        """
        with self._lock:
            if self._token is None:
                self._token = self._run()
            return self._token

    def renew(self, refused: str) -> bool:
        """Run it again, unless somebody else has done so meanwhile."""
        with self._lock:
            if self._token == refused:
                self._token = self._run()
            return self._token != refused

    def _run(self) -> str:
        try:
            words = shlex.split(self._command)
            ran = subprocess.run(  # noqa: S603 - the person's own command
                words, check=False, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise self._failed(str(error)) from None
        token = ran.stdout.strip()
        if ran.returncode != 0 or not token:
            raise self._failed(ran.stderr.strip().rpartition("\n")[2] or f"it ended with {ran.returncode}")
        return token

    def _failed(self, why: str) -> Failure:
        return Failure(
            Exit.SIGN_IN,
            f"No token came of `{self._command}`: {why}.",
            (Remedy("Run it yourself and see what it says; it must print an access token and nothing else."),),
            command_line("doctor"),
        )


class Kept:
    """The token of the last `login`, replaced by itself where the issuer lets us."""

    def __init__(
        self,
        sign_ins: SignIns,
        settings: Settings,
        refresh: Callable[[SignIn], SignIn | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Use what *sign_ins* keeps for *settings*."""
        self._sign_ins = sign_ins
        self._settings = settings
        self._refresh = refresh
        self._clock = clock
        self._lock = threading.Lock()

    def get(self) -> str:
        """Give it.

        Raises:
            Failure: Sign-in, if nobody is signed in.
        """
        with self._lock:
            kept = self._sign_ins.get(self._settings)
            if kept is None:
                raise nobody_signed_in(self._settings)
            if kept.expires_at is not None and kept.expires_at - EARLY < self._clock():
                kept = self._replaced(kept) or kept
            return kept.access_token

    def renew(self, refused: str) -> bool:
        """Have the issuer give another, unless somebody else has done so meanwhile."""
        with self._lock:
            kept = self._sign_ins.get(self._settings)
            if kept is None:
                return False
            return kept.access_token != refused or self._replaced(kept) is not None

    def _replaced(self, kept: SignIn) -> SignIn | None:
        fresh = self._refresh(kept)
        if fresh is not None:
            self._sign_ins.keep(self._settings, fresh)
        return fresh


def nobody_signed_in(settings: Settings) -> Failure:
    """Say that nobody is signed in, and which way in there is."""
    ways = "Give a token (--token, TENANT_ONBOARDING_TOKEN) or a command that prints one (--token-command)"
    if settings.issuer and settings.client_id:
        return Failure(Exit.SIGN_IN, "Nobody is signed in.", (Remedy(f"Sign in. Or: {ways}."),), command_line("login"))
    return Failure(Exit.SIGN_IN, "Nobody is signed in.", (Remedy(f"{ways}."),), command_line("doctor"))


def of(settings: Settings) -> Tokens:
    """Choose where tokens come from."""
    if settings.token is not None:
        return Given(settings.token)
    if settings.token_command is not None:
        return Printed(settings.token_command)
    return Kept(SignIns(settings.places.state), settings, signing_in.refreshed)


def claims(token: str) -> dict[str, Any]:
    """Read what a token says of its bearer, unverified: only to be shown to that bearer. None is no error."""
    try:
        middle = token.split(".")[1]
        read = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}
