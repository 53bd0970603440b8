"""Where the API is and how one signs in: the profile, then the environment, then flags; the later wins."""

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any
from urllib.parse import urlsplit

from tenant_onboarding_cli import PROGRAM
from tenant_onboarding_cli.failures import Failure, command_line, wrong_usage

PREFIX = "TENANT_ONBOARDING_"
LOCAL = "local"
LOCAL_PROFILES = {
    LOCAL: "make -s token AS=2",
    "local-owner": "make -s token AS=1",
    "local-platform": "make -s token AS=2 SCOPE=onboarding.admin",
}
"""The profiles that are assumed beside a running local deployment, and what prints the token of each: the manager of
every tenant there, the owner, and the manager with the platform scope. The first needs not be named."""

LONGEST = 900.0
"""Seconds that a command may take unless told otherwise."""

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Output(StrEnum):
    """What is written to standard output."""

    TABLE = "table"
    JSON = "json"


SETTINGS = {
    "api_url": "where the API answers, as in https://onboarding.example.com",
    "issuer": "the OIDC issuer, for `login`",
    "client_id": "our client id at the issuer, for `login`",
    "scope": "what `login` asks the issuer for",
    "token_command": "a command that prints an access token; it is not given to a shell",
    "user_id_claim": "the claim that holds the user id, for `doctor`",
    "output": "table or json",
    "timeout": "seconds that a command may take in all",
}
"""Every setting of a profile, and of the environment in capitals after `TENANT_ONBOARDING_`."""

_DEFAULTS = {
    "scope": "openid offline_access",
    "user_id_claim": "user_id",
    "output": Output.TABLE.value,
    "timeout": f"{LONGEST:g}",
}


@dataclass(frozen=True, slots=True)
class Places:
    """Where a person's settings and sign-ins lie (XDG Base Directory Specification 0.8)."""

    config: Path
    state: Path
    stack: Path
    """The facts of a local deployment, if one runs in the current folder."""

    @classmethod
    def of(cls, environment: Mapping[str, str], here: Path) -> "Places":
        """Find them; a relative path in the environment is none (XDG says so)."""
        home = Path(environment.get("HOME") or Path.home())

        def folder(name: str, otherwise: Path) -> Path:
            said = Path(environment.get(name) or "")
            return (said if said.is_absolute() else otherwise) / PROGRAM

        return cls(
            config=folder("XDG_CONFIG_HOME", home / ".config") / "config.toml",
            state=folder("XDG_STATE_HOME", home / ".local" / "state"),
            stack=here / environment.get("LOCAL_STATE", ".local") / "stack.json",
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command works with, and *said_by*: who said it."""

    profile: str | None
    api_url: str
    output: Output
    timeout: float
    issuer: str | None
    client_id: str | None
    scope: str
    user_id_claim: str
    token: str | None = field(repr=False)
    token_command: str | None
    places: Places
    said_by: Mapping[str, str]

    @property
    def is_loopback(self) -> bool:
        """Whether the API is on this machine."""
        return urlsplit(self.api_url).hostname in LOOPBACK


def read(flags: Mapping[str, Any], environment: Mapping[str, str], here: Path) -> Settings:
    """Read the settings of a command that was given *flags* in the folder *here*.

    Raises:
        Failure: Usage, if they say something that cannot be, or nothing of where the API is.
    """
    places = Places.of(environment, here)
    profile, layers = _layers(flags, environment, places)
    values: dict[str, str] = dict(_DEFAULTS)
    said_by = dict.fromkeys(_DEFAULTS, "default")
    token = token_command = None
    for where, layer in layers:
        for name, value in layer.items():
            values[name], said_by[name] = value, where
        # A token and a command that prints one are two ways to say the same: whoever says either last is meant.
        if "token" in layer or "token_command" in layer:
            token, token_command = layer.get("token"), None if "token" in layer else layer["token_command"]
    if "api_url" not in values:
        _local(places.stack)  # says why what lies here is not trusted, if that is why
        raise _nowhere(places)
    return Settings(
        profile=profile,
        api_url=_url(values["api_url"], said_by["api_url"]),
        output=_output(values["output"], said_by["output"]),
        timeout=_seconds(values["timeout"], said_by["timeout"]),
        issuer=values.get("issuer"),
        client_id=values.get("client_id"),
        scope=values["scope"],
        user_id_claim=values["user_id_claim"],
        token=token,
        token_command=token_command,
        places=places,
        said_by=said_by,
    )


def _layers(
    flags: Mapping[str, Any], environment: Mapping[str, str], places: Places
) -> tuple[str | None, list[tuple[str, dict[str, str]]]]:
    known = (*SETTINGS, "token")
    from_flags = {name: str(flags[name]) for name in known if flags.get(name) is not None}
    from_environment = {name: value for name in known if (value := environment.get(PREFIX + name.upper()))}
    chosen = flags.get("profile") or environment.get(f"{PREFIX}PROFILE")
    name, profile = _profile(chosen, places)
    layers = [
        *([(f"profile {name}", profile)] if name else []),
        ("environment", from_environment),
        ("flag", from_flags),
    ]
    return name, layers


def _profile(chosen: str | None, places: Places) -> tuple[str | None, dict[str, str]]:
    """Find the profile: the one that was chosen, else the local one beside its deployment, else the file's choice."""
    written = _written(places.config)
    profiles: dict[str, dict[str, str]] = written["profiles"]
    if chosen is None:
        chosen = LOCAL if _is_trusted(places.stack) else written["profile"]
    if chosen is None:
        return None, {}
    if chosen in profiles:
        return chosen, profiles[chosen]
    if chosen in LOCAL_PROFILES and (local := _local(places.stack)):
        return chosen, {**local, "token_command": LOCAL_PROFILES[chosen]}
    if chosen in LOCAL_PROFILES:
        raise wrong_usage(
            f"The profile {chosen} needs a local deployment, and there is none: {places.stack} is missing.",
            "Start it with `make run DETACH=1` in a checkout, and stay in its folder.",
        )
    there = ", ".join(sorted(profiles)) or "none"
    raise wrong_usage(f"There is no profile {chosen} in {places.config}; there is: {there}.", _how_to_say(places))


def _written(path: Path) -> dict[str, Any]:
    """Read the file of profiles; every key is held to what there is, so that a typo is never ignored."""
    try:
        read = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {"profile": None, "profiles": {}}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise wrong_usage(f"{path} cannot be read: {error}.") from None
    profiles = read.get("profiles", {})
    wrong = [*(read.keys() - {"profile", "profiles"})]
    if not isinstance(profiles, dict) or not isinstance(read.get("profile", ""), str):
        wrong.append("profile, profiles")
        profiles = {}
    for name, profile in profiles.items():
        if not isinstance(profile, dict):
            wrong.append(f"profiles.{name}")
            continue
        wrong += [f"profiles.{name}.{key}" for key in profile if key not in SETTINGS]
    if wrong:
        known = ", ".join(SETTINGS)
        raise wrong_usage(f"{path} says what is not known: {', '.join(wrong)}.", f"A profile may say: {known}.")
    return {
        "profile": read.get("profile"),
        "profiles": {name: {key: str(value) for key, value in each.items()} for name, each in profiles.items()},
    }


def _local(stack: Path) -> dict[str, str] | None:
    """Read where a local deployment answers; None if there is none.

    Only on this machine, and only from a folder and a file of our own. Beside it we run `make`, so whoever wrote the
    file has their commands run by us: a deployment makes its folder for its owner alone, and what comes with a download
    is readable by others.
    """
    try:
        folder = stack.parent.lstat()
        if wrong := _not_ours(folder, S_ISDIR, "folder"):
            raise _untrusted(stack.parent, wrong)
        with os.fdopen(os.open(stack, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            if wrong := _not_ours(os.fstat(file.fileno()), S_ISREG, "file"):
                raise _untrusted(stack, wrong)
            facts = json.load(file)
        addresses = {name: str(facts[name]) for name in _ADDRESSES}
        hosts = {name: urlsplit(address).hostname for name, address in addresses.items()}
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _untrusted(stack, f"cannot be read as a file: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise _untrusted(stack, "does not say where a local deployment is") from None
    for name, host in hosts.items():
        if host != "127.0.0.1":
            raise _untrusted(stack, f"says {name} is elsewhere than on 127.0.0.1")
    return {"api_url": addresses["api_url"]}


_ADDRESSES = ("api_url", "issuer", "graph_url", "aws_endpoint_url")


def _not_ours(found: os.stat_result, is_kind: Callable[[int], bool], kind: str) -> str | None:
    """Say why something is not a *kind* that only we could have written; None if it is."""
    if not is_kind(found.st_mode):
        return f"is no {kind}"
    if found.st_uid != os.geteuid():
        return "belongs to somebody else"
    open_to_others = 0o077 if kind == "folder" else 0o022
    return "is open to others" if found.st_mode & open_to_others else None


def _untrusted(path: Path, why: str) -> Failure:
    return wrong_usage(
        f"{path} {why}, so it is not trusted: beside a local deployment this program runs `make`.",
        "If it is your deployment, start it anew (`make stop`, `make run DETACH=1`); else use another folder.",
    )


def _is_trusted(stack: Path) -> bool:
    """Tell whether a local deployment is here that we would take without being told to."""
    try:
        return _local(stack) is not None
    except Failure:
        return False


def _nowhere(places: Places) -> Failure:
    return wrong_usage("Nothing says where the API is.", _how_to_say(places), command_line("doctor"))


def _how_to_say(places: Places) -> str:
    return f"Write a profile into {places.config}, or set {PREFIX}API_URL, or give --api-url."


def _url(text: str, said_by: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise wrong_usage(f"api_url must be a URL as in https://onboarding.example.com (said by {said_by}).")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise wrong_usage(
            f"{text} is not encrypted (said by {said_by}), and whoever listens would have your token.", "Use https."
        )
    return text.rstrip("/")


def _output(text: str, said_by: str) -> Output:
    try:
        return Output(text)
    except ValueError:
        raise wrong_usage(f"output must be table or json (said by {said_by}).") from None


def _seconds(text: str, said_by: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise wrong_usage(f"timeout must be a number of seconds (said by {said_by}).")
    return seconds


def of_command(flags: Mapping[str, Any]) -> Settings:
    """Read the settings of a command that a person gave just now."""
    return read(flags, os.environ, Path.cwd())
