"""On which host the gateway may listen, and under which host name it may be called.

Both must be this machine, in a spelling that cannot mean any other. A team's gateway is an
exception: it may be called under any host name, and with TLS it may listen for other machines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from tierwise.core import address
from tierwise.core.errors import TierwiseError
from tierwise.gateway.refusal import Refusal


class CannotListen(TierwiseError):
    """The gateway cannot listen, for instance because the port is taken."""

    name = "CannotListen"


def require_bindable(host: str) -> None:
    """Raise `CannotListen` for a host that other machines could reach."""
    if not address.this_machine(host):
        raise CannotListen(
            f"{host} is not this machine alone. The gateway listens on 127.0.0.1, ::1 or localhost."
        )


def require_bound(hosts: Iterable[str]) -> None:
    """Raise `CannotListen` if a name was resolved to an address that other machines could reach."""
    for host in hosts:
        require_bindable(host)


def require_local(headers: Mapping[str, str]) -> None:
    """Raise `Refusal` for a call from a web page or under a foreign host name.

    A web page can make a browser call any address, even by a host name of its own that resolves to
    this machine. But the browser always sends the page's origin, or the host name that was called.
    """
    require_no_page(headers)
    if not address.this_machine(_host(headers.get("host", ""))):
        raise Refusal("permission_error", "This gateway is called by a loopback address only.")


def require_no_page(headers: Mapping[str, str]) -> None:
    """Raise `Refusal` for a call that a web page makes in a browser."""
    if "origin" in headers:
        raise Refusal("permission_error", "Calls from a browser's page are refused.")


def written(host: str) -> str:
    """Write a host for a URL: an IPv6 address gets brackets."""
    return f"[{host}]" if ":" in host else host


def _host(header: str) -> str:
    """The host of a `Host` header. "" if it has anything beside a host and a port."""
    try:
        parts = urlsplit(f"http://{header}")
        _ = parts.port
    except ValueError:
        return ""
    more = parts.path or parts.query or parts.fragment or "@" in header
    return "" if more else parts.hostname or ""
