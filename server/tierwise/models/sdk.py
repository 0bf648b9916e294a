"""Calls made with the SDK. This is its only importer.

Its own retries are off: an attempt is reserved before it is made, and one reservation covers one
attempt. Events are read from the bytes of the response, because the SDK's own reader hides the
pings that distinguish a thinking model from a dead one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from importlib import import_module
from threading import RLock, Thread
from typing import Any, Final

from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.tiers import Tier
from tierwise.models import reach
from tierwise.models.failure import failure
from tierwise.models.refusals import classify, refused_unbilled, retry_after_seconds
from tierwise.models.sse import EventDecoder, NotEvents, ServerEvent
from tierwise.models.transport import AnswerStream, CallPlace, PlainQuestion, WantedCall

log = logging.getLogger(__name__)

UNUSED: Final = ("aiohttp",)
"""Libraries that the SDK imports if they are installed, although our calls never use them."""
TEAM: Final = "x-tierwise-team"
"""The header with which a team's gateway says that its own rules or caps decided."""
MODEL: Final = "x-tierwise-model"
"""The header with which a gateway says which model it called."""


class SdkTransport:
    """A `Transport` that makes each call with the SDK in this process."""

    def __init__(self) -> None:
        self._pools: dict[str, Any] = {}
        """One HTTP client per server, with its connections. It holds no key."""

    def warm_up(self) -> None:
        """Begin to import the SDK in the background. A second call does nothing."""
        Thread(target=_sdk, name="import-sdk", daemon=True).start()

    async def ready(self) -> None:
        """Wait until the SDK is imported."""
        await asyncio.to_thread(_sdk)

    @asynccontextmanager
    async def opened(self, wanted: WantedCall) -> AsyncIterator[AnswerStream]:
        """Make a call. The connection closes with the context. Raises `ModelError`."""
        answered = False
        async with _translated(wanted.place, lambda: answered):
            stream = await self._client(wanted.place).messages.create(
                **wanted.body,
                stream=True,
                timeout=_timeout(wanted),
                extra_headers=dict(wanted.headers),
            )
            async with stream:
                answered = True
                headers = stream.response.headers
                async with aclosing(_events(stream.response, wanted.place.tier)) as events:
                    yield AnswerStream(
                        headers.get("request-id", ""),
                        str(headers.get("content-type", "")),
                        events,
                        str(headers.get(TEAM, "")),
                        str(headers.get(MODEL, "")),
                    )

    async def asked(self, place: CallPlace, question: PlainQuestion) -> Any:
        """The JSON with which a server answers a question that is no model call. Raises
        `ModelError`.
        """
        async with _translated(place, lambda: False):
            try:
                async with asyncio.timeout(question.within):
                    # As it is: the SDK's own types cost a tenth of a second to build.
                    client = self._client(place)
                    if question.method == "GET":
                        return await client.get(question.path, cast_to=object)
                    return await client.post(
                        question.path, cast_to=object, body=dict(question.body or {})
                    )
            except TimeoutError:
                raise failure("timeout", place.tier, sent=False, seconds=question.within) from None

    async def close(self) -> None:
        """Close the kept connections."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    def _client(self, place: CallPlace) -> Any:
        """The SDK's client for one call. It holds the key, so it is not kept."""
        sdk, url = _sdk(), place.url
        try:
            if url not in self._pools:
                self._pools[url] = sdk.DefaultAsyncHttpxClient(**reach.http_options(url))
            return sdk.AsyncAnthropic(
                api_key=place.key,
                base_url=url,
                max_retries=0,
                http_client=self._pools[url],
                default_headers=_headers(place),
            )
        except (ImportError, ValueError, OSError) as error:
            log.info("%s: no client (%s)", place.tier.name, type(error).__name__)
            raise reach.unusable(error, place.tier, url) from error


def _sdk() -> Any:
    """The SDK. Libraries in `UNUSED` are hidden while it is first imported, since they take a tenth
    of a second as well.
    """
    with _importing:
        hidden = [name for name in UNUSED if name not in sys.modules]
        if "anthropic" in sys.modules:
            hidden = []
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: not there
        try:
            return import_module("anthropic")
        finally:
            for name in hidden:
                del sys.modules[name]


_importing = RLock()


def _headers(place: CallPlace) -> dict[str, Any]:
    """Headers beside the SDK's own. Servers of other makers look for the key in another header."""
    found: dict[str, Any] = {}
    if not place.custom_headers:
        names = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").split("\n")
        found = {n.partition(":")[0].strip(): _sdk().omit for n in names if ":" in n}
    return {**found, "X-Api-Key": place.key} if place.own_header else found


async def _events(response: Any, tier: Tier) -> AsyncGenerator[ServerEvent, None]:
    """The events and comments of a response. Raises `ModelError` if it is no event stream."""
    decoder = EventDecoder()
    async for chunk in response.aiter_bytes():
        try:
            for event in decoder.feed(chunk):
                yield event
        except NotEvents:
            raise failure("bad_stream", tier, sent=True) from None


@asynccontextmanager
async def _translated(place: CallPlace, answered: Callable[[], bool]) -> AsyncIterator[None]:
    """Turn every exception of the SDK, its HTTP library and the stream into a `ModelError`."""
    try:
        yield
    except (ModelError, NotConfigured, asyncio.CancelledError, GeneratorExit):
        raise
    except Exception as error:
        log.info("%s: %s", place.tier.name, type(error).__name__)
        raise _model_error(place, error, answered=answered()) from error


def _model_error(place: CallPlace, error: Exception, *, answered: bool) -> ModelError:
    sdk, http = _sdk(), import_module("httpx2")
    tier = place.tier
    if isinstance(error, sdk.APIStatusError):
        if error.status_code == 407:
            return reach.by_proxy(tier, place.url, "it asks for a password")
        return _status_error(tier, error)
    if isinstance(error, sdk.APIConnectionError) and error.__cause__ is not None:
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    away = reach.unreachable(error, tier, place.url)
    if away is not None:
        return away
    if isinstance(error, http.DecodingError | sdk.APIResponseValidationError):
        return failure("bad_stream", tier, sent=True)
    if isinstance(error, http.TimeoutException):
        return failure("stalled" if answered else "slow_first_event", tier, sent=True)
    if isinstance(error, http.HTTPError | OSError):
        return failure("cut", tier, sent=True)
    if isinstance(error, TypeError | ValueError) and not answered:
        return failure("bad_request", tier, sent=False, detail=type(error).__name__)
    return failure("bad_stream", tier, sent=True)


def _timeout(wanted: WantedCall) -> Any:
    """The HTTP library's own timeouts.

    They are loose, since the alarm in `models.watch` is strict.
    """
    http = import_module("httpx2")
    return http.Timeout(wanted.attempt, connect=wanted.connect)


def _status_error(tier: Tier, error: Any) -> ModelError:
    status = int(getattr(error, "status_code", 0) or 0) or None
    message = str(getattr(error, "api_message", None) or "")
    error_type, code = getattr(error, "type", None), getattr(error, "error_code", None)
    kind = classify(status, error_type if isinstance(error_type, str) else None, code, message)
    headers = getattr(getattr(error, "response", None), "headers", {}) or {}
    if kind == "no_credit" and headers.get(TEAM):
        kind = "team_paused"
    again = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
    return failure(
        kind,
        tier,
        sent=not refused_unbilled(kind, status),
        status=status,
        retry_after=retry_after_seconds(headers),
        detail=message if kind in ("bad_request", "output_cap", "team_paused") else "",
        request_id=str(getattr(error, "request_id", None) or ""),
        retryable=again,
    )
