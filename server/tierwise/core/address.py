"""Addresses of model servers: one spelling for each, and which of them are this machine."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Final
from urllib.parse import urlsplit

_ENDING: Final = re.compile(r"/*(?:/v1(?:/+messages)?)?/*$")
"""The end of an address that is dropped. People copy it along, but each request's path adds it."""
_NUMBERS: Final = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)


def base(url: str) -> str:
    """The address of a server as requests and prices use it.

    "/", "/v1", "/v1/" and "/v1/messages" at its end are dropped, since the path of a request
    begins with "/v1". Scheme and host are written in lower case.
    """
    text = url.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        return text.rstrip("/")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}" + _ENDING.sub("", slash + path)


def usable(url: str) -> bool:
    """Whether requests can be sent to an address at all: http or https, a host, a valid port or
    none, and no white space.
    """
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        return False
    written = url.strip()
    plain = written.isprintable() and not any(c.isspace() for c in written)
    return plain and parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def host_of(url: str) -> str:
    """The host of an address, "" where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def loopback(url: str) -> bool:
    """Whether a call to an address (a URL) stays on this machine, in any spelling of its host."""
    host = host_of(url).rstrip(".").lower()
    if host == "localhost" or host.endswith((".localhost", ".localdomain")):
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return _short_form(host)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback or (mapped or found).is_unspecified


def this_machine(host: str) -> bool:
    """Whether a host is written as this machine and as nothing else: 127.0.0.0/8, ::1, localhost.

    It is narrower than `loopback`, which asks where a call ends up. A call to 0.0.0.0 reaches this
    machine, but a server that listens there is open to everybody; and another name may resolve to
    another machine.
    """
    if host.lower() == "localhost":
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return str(found) == "::1" or (found.version == 4 and found.is_loopback)


def every_address(host: str) -> bool:
    """Whether a host means all addresses of this machine (0.0.0.0, ::).

    A server can listen on such a host, but another machine cannot use it as an address.
    """
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _short_form(host: str) -> bool:
    """Whether a host is this machine as the C library reads it: "127.1", "0x7f000001"."""
    if not _NUMBERS.fullmatch(host):
        return False
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host)).is_loopback
    except (OSError, ValueError):
        return False
