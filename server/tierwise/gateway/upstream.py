"""Calls the servers of models, one attempt per call.

The HTTP client decodes nothing, so that the client gets exactly the bytes that came. A redirect is
not followed, because that would send the prompt and the key to an unknown server.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import field
from typing import Final

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy

from tierwise.core import address
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Tier
from tierwise.gateway.office import Office
from tierwise.gateway.refusal import Refusal
from tierwise.models.client import OFFICIAL

log = logging.getLogger(__name__)

SILENCE_S: Final = 600.0
"""Seconds without a byte after which a call is given up. It is long because models think for
minutes."""
KEEPALIVE_S: Final = 15.0
"""Seconds for which an idle connection is kept. Servers keep it longer, so no call is sent on a
connection that the server is just closing."""

_HOP: Final = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
        "transfer-encoding", "upgrade", "host", "content-length", "expect",
    }
)  # fmt: skip
"""Headers that concern only one connection (RFC 9110, 7.6.1). They are never passed on."""
_OURS: Final = frozenset({"authorization", "x-api-key", "cookie", "accept-encoding"})
"""Headers of the client that are replaced or dropped, because its credentials are for this
gateway."""


class NotReached(Exception):
    """A model's server gave no answer. If `sent`, it may have begun to bill."""

    def __init__(self, kind: str, *, sent: bool) -> None:
        super().__init__(kind)
        self.kind = kind
        self.sent = sent


@dataclass
class Upstream:
    """Sends the calls of one gateway to the models' servers, with the gateway's own API key.

    Connections are kept open between calls. A server on this machine is called directly, any other
    one through a proxy if the environment names one.
    """

    office: Office
    _direct: aiohttp.ClientSession | None = None
    _through: aiohttp.ClientSession | None = None
    own_url: str = field(default="")
    """The address of this gateway, so that it does not call itself."""

    async def open(
        self, tier: Tier, path: str, headers: CIMultiDictProxy[str], body: bytes
    ) -> aiohttp.ClientResponse:
        """Send a body to a tier's server. Returns the response as soon as its headers are there.

        Raises `Refusal` if there is no usable key for the tier, or if the server is this gateway
        itself. Raises `NotReached` if no answer came.
        """
        url = self.office.client.endpoint(tier)
        if self.own_url and address.base(url) == address.base(self.own_url):
            raise Refusal(
                "invalid_request_error",
                "ANTHROPIC_BASE_URL of the gateway names the gateway itself. Start it with the"
                " address of the model's server, or without that variable.",
            )
        key = await self._key(tier)
        try:
            return await self._session(url).post(
                url + path,
                data=body,
                headers=outgoing(headers, key, official=url == OFFICIAL),
                allow_redirects=False,
            )
        except aiohttp.ClientConnectorError as error:
            log.info("%s: %s", tier.name, type(error).__name__)
            raise NotReached("network", sent=False) from None
        except TimeoutError as error:
            connecting = isinstance(error, aiohttp.ConnectionTimeoutError)
            raise NotReached("network" if connecting else "timeout", sent=not connecting) from None
        except (aiohttp.ClientError, OSError) as error:
            log.info("%s: %s", tier.name, type(error).__name__)
            raise NotReached("cut", sent=True) from None

    async def close(self) -> None:
        """Close every connection."""
        for session in (self._direct, self._through):
            if session is not None:
                await session.close()

    async def _key(self, tier: Tier) -> str:
        """The API key of a tier. A keyring may be slow, so it is read on a thread.

        Raises `Refusal` if there is no key or it is malformed.
        """
        client = self.office.client
        held = self.office.window.settings.held
        if held is not None:
            raise Refusal("invalid_request_error", held)
        key = client.key_at_hand(tier) or await asyncio.to_thread(client.key, tier)
        if key is None:
            raise Refusal(
                "invalid_request_error",
                f"The gateway has no key for {tier.label}. Set"
                f" {tier.api_key_env or 'api_key_env'} in the gateway's environment, put the key"
                " into the OS keyring, or choose the rehearsal model (rehearsal = true).",
            )
        if not (key.isascii() and key.isprintable()):
            raise Refusal("invalid_request_error", f"The key of {tier.label} is not a key.")
        return key

    def _session(self, url: str) -> aiohttp.ClientSession:
        """The HTTP session for an address. This machine is called directly, never by a proxy."""
        if address.loopback(url):
            self._direct = self._direct or self._made(proxied=False)
            return self._direct
        self._through = self._through or self._made(proxied=True)
        return self._through

    def _made(self, *, proxied: bool) -> aiohttp.ClientSession:
        connect = self.office.window.config.timeouts.connect
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect, sock_read=SILENCE_S),
            auto_decompress=False,
            skip_auto_headers=("user-agent", "accept", "content-type"),
            trust_env=proxied,
            read_bufsize=1 << 18,
            cookie_jar=aiohttp.DummyCookieJar(),
        )


def outgoing(headers: CIMultiDictProxy[str], key: str, *, official: bool) -> CIMultiDict[str]:
    """The headers to send: the client's in their order, with our key instead of its token.

    `official` is true for the official server, which also gets the client's own headers of Claude
    Code.
    """
    named = {name.strip().lower() for name in headers.get("connection", "").split(",")}
    found: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        low = name.lower()
        if low in _HOP or low in _OURS or low in named or low.startswith("x-tierwise-"):
            continue
        if not official and low.startswith("x-claude-code-"):
            continue
        found.add(name, value)
    found["x-api-key"] = key
    found["accept-encoding"] = "identity"
    return found


def incoming(headers: Mapping[str, str]) -> CIMultiDict[str]:
    """The headers of an answer that are passed on to the client."""
    found: CIMultiDict[str] = CIMultiDict()
    for name, value in headers.items():
        low = name.lower()
        if low in _HOP and low != "content-length":
            continue
        if low.startswith("x-tierwise-") or low == "set-cookie":
            continue
        found.add(name, value)
    return found
