"""Sign-ins that are kept between commands: one file per profile, for its owner alone, or none at all."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tenant_onboarding_cli.settings import Settings


@dataclass(frozen=True, slots=True)
class SignIn:
    """What an issuer gave, and for what: a token goes to the API that it was asked for, and nowhere else."""

    api_url: str
    issuer: str
    client_id: str
    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: float | None = None
    """In seconds since 1970; None if the issuer did not say."""


class SignIns:
    """The files."""

    def __init__(self, folder: Path) -> None:
        """Keep them in *folder*, which is made when it is needed."""
        self._folder = folder

    def get(self, settings: Settings) -> SignIn | None:
        """Give the sign-in that was made for just these *settings*; one for another API or issuer counts as none."""
        try:
            found = SignIn(**json.loads(self._path(settings).read_text()))
        except (OSError, ValueError, TypeError):
            return None
        meant = (settings.api_url, settings.issuer, settings.client_id)
        return found if (found.api_url, found.issuer, found.client_id) == meant else None

    def keep(self, settings: Settings, sign_in: SignIn) -> None:
        """Replace what is kept; a reader never sees half of it, and nobody else sees any."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        path = self._path(settings)
        new = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(sign_in), file)
        new.replace(path)

    def forget(self, settings: Settings) -> bool:
        """Remove what is kept for the profile; False if there was nothing."""
        try:
            self._path(settings).unlink()
        except FileNotFoundError:
            return False
        return True

    def _path(self, settings: Settings) -> Path:
        name = settings.profile or "default"
        safe = "".join(letter if letter.isalnum() or letter in "-_" else f"%{ord(letter):x}" for letter in name)
        return self._folder / f"{safe}.json"
