"""The way into a team's gateway: TLS from certificate files, and the team it is for."""

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
    """How members come in; without `tls` only from this machine, or through a proxy on it."""

    tls: ssl.SSLContext | None = None


def door(certificate: Path | None, key: Path | None) -> TeamDoor:
    """What members connect through, with a certificate or without. Raises `CannotListen` for files
    that hold no certificate.
    """
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
    """A password is asked for."""


def _nobody() -> str:
    """No password: nobody sits before a gateway to type one."""
    raise _Locked


def rules_of(env: Mapping[str, str]) -> TeamRules:
    """The rules of the team on this ledger. Raises `CannotListen` where there is none, and
    `LedgerUnavailable`."""
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
