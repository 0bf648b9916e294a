"""How a server is reached, and why it is not: proxies, certificates, networks.

A server on this machine is reached directly, whatever proxy the environment names: code for a
local model must not leave the machine on its way.
"""

from __future__ import annotations

import os
import ssl
from importlib import import_module
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from tierwise.core import address
from tierwise.core.errors import ModelError
from tierwise.core.tiers import Tier
from tierwise.models.failure import failure

CONNECTIONS: Final = 1_000
"""Connections to one server on this machine at a time. The SDK allows as many to other servers."""


def http_options(url: str) -> dict[str, Any]:
    """Arguments of the HTTP client for one server.

    A redirect is not followed, since it would take the prompt and the key wherever a server
    wants.
    """
    found: dict[str, Any] = {"follow_redirects": False}
    if address.loopback(url):
        http = import_module("httpx2")
        limits = http.Limits(max_connections=CONNECTIONS, max_keepalive_connections=100)
        found["transport"] = http.AsyncHTTPTransport(limits=limits)
    return found


def unreachable(error: BaseException, tier: Tier, url: str) -> ModelError | None:
    """The failure of a request that did not reach its server; None if it may have reached it."""
    http = import_module("httpx2")
    causes = _causes(error)
    host = address.host_of(url)
    untrusted = next((c for c in causes if isinstance(c, ssl.SSLCertVerificationError)), None)
    if untrusted is not None:
        reason = getattr(untrusted, "verify_message", "") or "it cannot be verified"
        return failure("certificate", tier, sent=False, host=host, detail=reason)
    unsent = (
        http.ConnectError, http.ConnectTimeout, http.PoolTimeout, http.UnsupportedProtocol,
        http.LocalProtocolError, http.ProxyError, http.InvalidURL,
    )  # fmt: skip
    if isinstance(error, unsent):
        if proxy_for(url)[0] and isinstance(error, http.ProxyError | http.ConnectError):
            return by_proxy(tier, url, str(error) if isinstance(error, http.ProxyError) else "")
        return failure("network", tier, sent=False)
    return None


def by_proxy(tier: Tier, url: str, detail: str = "") -> ModelError:
    """The failure of a request that did not get through its proxy."""
    variable, proxy = proxy_for(url)
    where = f"{variable} ({proxy})" if proxy else variable or "the system's settings"
    return failure("proxy", tier, sent=False, host=address.host_of(url), proxy=where, detail=detail)


def unusable(error: BaseException, tier: Tier, url: str) -> ModelError:
    """The failure if no client could be made, because of a proxy or a certificate file."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if isinstance(error, OSError) and os.environ.get(name):
            detail = f"{name} names no readable certificates"
            return failure(
                "certificate", tier, sent=False, host=address.host_of(url), detail=detail
            )
    if proxy_for(url)[0] and isinstance(error, ImportError | ValueError):
        kind = "SOCKS is not supported" if isinstance(error, ImportError) else "no such proxy"
        return by_proxy(tier, url, kind)
    return failure("network", tier, sent=False)


def proxy_for(url: str) -> tuple[str, str]:
    """The variable that names the proxy for an address, and the proxy's host and port.

    ("", "") if the address is reached directly. The proxy's user and password are never part of it.
    """
    parts = urlsplit(url)
    if address.loopback(url) or proxy_bypass(parts.hostname or ""):
        return "", ""
    known = getproxies()
    for scheme in (parts.scheme, "all"):
        if not known.get(scheme):
            continue
        names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
        variable = next((name for name in reversed(names) if os.environ.get(name)), "")
        where = known[scheme]
        host = urlsplit(where if "://" in where else f"http://{where}")
        return variable or "the system's settings", host.netloc.rpartition("@")[2]
    return "", ""


def _causes(error: BaseException | None) -> list[BaseException]:
    """An error and its causes, at most eight in all."""
    found: list[BaseException] = []
    while error is not None and len(found) < 8:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
