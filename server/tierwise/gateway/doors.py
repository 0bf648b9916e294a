"""How members connect to a team's gateway (TLS from certificate files), and the team's rules."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from tierwise.config import paths
from tierwise.core.dataclass import dataclass
from tierwise.gateway.hosts import CannotListen
from tierwise.gateway.office import NoDocuments
from tierwise.present import team as words
from tierwise.store.ledger import Ledger
from tierwise.tasks.window.settings import Settings
from tierwise.team.rules import TeamRules, rules_in
from tierwise.trust import Trust


@dataclass(frozen=True, slots=True)
class TeamDoor:
    """How members connect. Without `tls` only this machine can, or a proxy that runs on it."""

    tls: ssl.SSLContext | None = None


def door(certificate: Path | None, key: Path | None) -> TeamDoor:
    """Load the certificate and key, if any. Raises `CannotListen` if the files cannot be used."""
    if certificate is None:
        if key is not None:
            raise CannotListen(words.TLS_HALF)
        return TeamDoor()
    for file in (certificate, key):
        try:
            if file is not None:
                file.read_bytes()
        except OSError as error:
            raise CannotListen(words.unreadable(str(file), error.strerror or "")) from None
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        found.load_cert_chain(certificate, key, password=_nobody)
    except _Locked:
        raise CannotListen(words.locked_key(str(key or certificate))) from None
    except (OSError, ssl.SSLError) as error:
        if key is not None and getattr(error, "reason", "") == "KEY_VALUES_MISMATCH":
            raise CannotListen(words.other_key(str(certificate), str(key))) from None
        named = str(key) if key is not None else None
        raise CannotListen(words.no_certificate(str(certificate), named)) from None
    return TeamDoor(found)


class _Locked(Exception):
    """A key file needs a password."""


def _nobody() -> str:
    """Refuse to give a password, because nobody could type one at a gateway."""
    raise _Locked


def rules_of(env: Mapping[str, str]) -> TeamRules:
    """Read the rules of the team from the ledger.

    Raises `CannotListen` if there is no team, and `LedgerUnavailable`.
    """
    settings = Settings(env, {}, NoDocuments().roots, Trust(True))
    url = paths.store_url(env, settings.config.store.url)
    ledger = Ledger.open(paths.state_dir(env), url)
    try:
        found = ledger.read_sync(rules_in)
    finally:
        ledger.close_sync()
    if found is None:
        raise CannotListen(words.NO_TEAM)
    return found
