"""Under which host the gateway listens, and under which it may be called.

Both are this machine, in a spelling that can mean nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from tierwise.core import address
from tierwise.core.errors import TierwiseError
from tierwise.gateway.refusal import Refusal


class CannotListen(TierwiseError):
    """The port is taken, or the host is not this machine."""

    name = "CannotListen"


def require_bindable(host: str) -> None:
    """Raise `CannotListen` for a host that others than this machine could reach."""
    if not address.this_machine(host):
        raise CannotListen(
            f"{host} is not this machine alone. The gateway listens on 127.0.0.1, ::1 or localhost."
        )


def require_bound(hosts: Iterable[str]) -> None:
    """Raise `CannotListen` where a name turned out to be an address that others could reach."""
    for host in hosts:
        require_bindable(host)


def require_local(headers: Mapping[str, str]) -> None:
    """Raise `Refusal` for a call that came through a browser or under a foreign name.

    A page may make a browser call any address, also one that a name was bent to; it cannot keep
    the browser from naming the page's origin, or the name that was called.
    """
    require_no_page(headers)
    if not address.this_machine(_host(headers.get("host", ""))):
        raise Refusal("permission_error", "This gateway is called by a loopback address only.")


def require_no_page(headers: Mapping[str, str]) -> None:
    """Raise `Refusal` for a call that a browser's page makes."""
    if "origin" in headers:
        raise Refusal("permission_error", "Calls from a browser's page are refused.")


def written(host: str) -> str:
    """Write a host as it stands in a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def _host(header: str) -> str:
    """The host of a `Host` header; "" where it holds more than a host and a port."""
    try:
        parts = urlsplit(f"http://{header}")
        _ = parts.port
    except ValueError:
        return ""
    more = parts.path or parts.query or parts.fragment or "@" in header
    return "" if more else parts.hostname or ""
