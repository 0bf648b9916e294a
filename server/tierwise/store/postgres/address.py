"""The address of a ledger on PostgreSQL: read, checked, and named without its password."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable

SCHEMES: Final = frozenset({"postgresql", "postgresql+psycopg", "postgres"})

CONNECT_S: Final = 5
"""Seconds that opening a connection may take, log-in included."""


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """The address of the ledger's database.

    `url` is what the driver gets, with any password in it. `named` is for messages and has none.
    """

    url: str
    named: str
    """Host and database for people, without user and password."""

    def __repr__(self) -> str:
        return f"PostgresAddress({self.named})"


def address_of(url: str) -> PostgresAddress:
    """Read a `[store] url`.

    Raises `LedgerUnavailable` for anything but PostgreSQL. It is also raised where the server is on
    another machine and its certificate is not verified: an impostor would get the password.
    """
    scheme, mark, rest = url.strip().partition("://")
    if not mark or scheme.lower() not in SCHEMES:
        raise LedgerUnavailable(ErrorReason.of("store_url_unknown"))
    plain = f"postgresql://{rest}"
    try:
        parts = urlsplit(plain)
        _ = parts.port
        options = parse_qs(parts.query)
    except ValueError:
        raise LedgerUnavailable(ErrorReason.of("store_url_unknown")) from None
    host = options.get("host", [unquote(parts.hostname or "")])[0]
    if not _here(host) and options.get("sslmode", [""])[0] != "verify-full":
        raise LedgerUnavailable(ErrorReason.of("store_url_unsafe", host=host))
    name = parts.path.strip("/") or "postgres"
    return PostgresAddress(plain, f"{host or 'this machine'}/{name}")


def _here(host: str) -> bool:
    """Whether a host is this machine: the folder of a socket, or loopback."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
