"""The model client, and the SDK behind it: the only importer of the SDK.

The client knows keys, deadlines and what an answer is. The SDK makes the calls, in this process
(`SdkTransport`) or in one of its own that runs the same class (`models/apart.py`). Its own retries
are off: an attempt is reserved before it is made, and one reservation covers one attempt. Events
are read from the wire as they are, because the SDK's own reader hides the pings that tell a
thinking model from a dead one.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from importlib import import_module
from threading import RLock, Thread
from typing import Any, Final

from tierwise.core import address
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.redact import hide
from tierwise.core.tiers import Tier
from tierwise.models import reach
from tierwise.models.body import body
from tierwise.models.call import Deadlines, Delta, Event, Finished, Prompt, Thinking, Trace
from tierwise.models.failure import failure
from tierwise.models.model_list import ModelFacts
from tierwise.models.reading import StreamReader
from tierwise.models.refusals import classify, refused_unbilled, retry_after_seconds
from tierwise.models.sse import EventDecoder, NotEvents, ServerEvent
from tierwise.models.transport import AnswerStream, CallPlace, Transport, WantedCall
from tierwise.models.watch import StreamWatch, alarmed

log = logging.getLogger(__name__)

OFFICIAL: Final = "https://api.anthropic.com"
KEYRING_SERVICE: Final = "tierwise"
KEYRING_AGAIN: Final = 30.0
"""Seconds after which a key that was not in the keyring is looked for again."""
UNUSED: Final = ("aiohttp",)
"""Libraries that the SDK imports wherever they are installed, and that no call of ours uses."""
NO_KEY: Final = "none-needed"
"""What is sent where a key is asked for but the operator said that the server needs none."""


class ModelClient:
    """Calls models. `env` is where keys and the default endpoint come from, never a workspace.

    `rehearsal_url` is asked for the loopback server's address when rehearsal was chosen, `held`
    why no server may be asked at all, such as a mistake in the configuration of servers.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        rehearsal_url: Callable[[], str | None] = lambda: None,
        held: Callable[[], str | None] = lambda: None,
        transport: Transport | None = None,
    ) -> None:
        self._env = env
        self._transport: Transport = transport or SdkTransport()
        self._rehearsal_url = rehearsal_url
        self._held = held
        self._kept: dict[str, tuple[float, str | None]] = {}

    def warm_up(self) -> None:
        """Begin to import the SDK, beside everything else; harmless to call twice."""
        self._transport.warm_up()

    async def ready(self) -> None:
        """Return once a call could leave at once. Raises `OSError` where nothing can make it."""
        await self._transport.ready()

    async def close(self) -> None:
        """End whatever runs for the calls."""
        await self._transport.close()

    def key(self, tier: Tier) -> str | None:
        """The key of a tier: the process environment, then the OS keyring if installed.

        A keyring may ask the operator to unlock it, so this is no call for the event loop.

        A server of the operator's own whose `api_key_env` is empty needs none.
        """
        if self._rehearsal_url() is not None:
            return "rehearsal"
        if not tier.api_key_env:
            return NO_KEY if tier.base_url else None
        value = self._env.get(tier.api_key_env, "").strip() or self._from_keyring(tier.api_key_env)
        return hide(value) if value else None

    def missing_key(self, tiers: Iterable[Tier]) -> str | None:
        """The variable of the first key that a tier needs and nobody set; no call for the loop."""
        named = (tier.api_key_env or "api_key_env" for tier in tiers if self.key(tier) is None)
        return next(named, None)

    def _from_keyring(self, name: str) -> str | None:
        """A key of the keyring; an absent one is looked for again only after a while."""
        at, value = self._kept.get(name, (float("-inf"), None))
        if value is None and time.monotonic() - at > KEYRING_AGAIN:
            value = _from_keyring(name)
            self._kept[name] = (time.monotonic(), value)
        return value

    def require_key(self, tier: Tier) -> str:
        """The key of a tier. Raises `NotConfigured` with the ways on."""
        why = self._held()
        if why is not None and self._rehearsal_url() is None:
            raise NotConfigured(why)
        key = self.key(tier)
        if key is None:
            reason = ErrorReason.of(
                "no_key", tier=tier.label, variable=tier.api_key_env or "api_key_env"
            )
            raise NotConfigured(reason)
        return key

    def endpoint(self, tier: Tier) -> str:
        """Where a tier's requests go."""
        return address.base(
            self._rehearsal_url()
            or tier.base_url
            or self._env.get("ANTHROPIC_BASE_URL", "").strip()
            or OFFICIAL
        )

    async def stream(
        self, tier: Tier, prompt: Prompt, *, max_tokens: int, deadlines: Deadlines, trace: Trace
    ) -> AsyncGenerator[Event, None]:
        """The events of one attempt, `Finished` last. Raises `ModelError` or `NotConfigured`.

        `trace` is filled as the call goes, so that a caller can settle whatever happens.
        Closing the iterator closes the connection.
        """
        place = await self._place(tier)
        if trace.before_sent is not None:
            await trace.before_sent()
        watch = StreamWatch(tier, deadlines, trace)
        reader = StreamReader(tier, trace, prompt.cache)
        sending = body(tier, prompt, max_tokens)
        wanted = WantedCall(place, sending, deadlines.connect, deadlines.attempt)
        async with self._judged(tier, trace), alarmed(watch) as alarm:
            trace.sent = True
            async with self._transport.opened(wanted) as answer:
                trace.answered = True
                reader.request_id = answer.request_id
                async for raw in answer.events:
                    if raw.comment:
                        watch.alive()
                        continue
                    event = reader.take(raw.name, raw.data)
                    watch.heard(token=isinstance(event, Delta | Thinking))
                    if isinstance(event, Finished):
                        break
                    if event is not None:
                        alarm.held = True
                        yield event
                        alarm.held = False
                else:
                    raise reader.ended_early(answer.content_type)
        yield Finished(reader.result())

    async def models(self, tier: Tier, within: float = 10.0) -> tuple[ModelFacts, ...]:
        """The models the tier's server lists. Raises `ModelError` or `NotConfigured`."""
        place = await self._place(tier)
        async with self._judged(tier, Trace()):
            return await self._transport.models(place, within)

    async def _place(self, tier: Tier) -> CallPlace:
        """Where a tier's calls go, once one could leave at once. Keys are looked up in a thread,
        since a keyring may ask the operator. Raises `NotConfigured` or `ModelError`."""
        url, key = self.endpoint(tier), await asyncio.to_thread(self.require_key, tier)
        if not (key.isascii() and key.isprintable()):
            raise failure("auth", tier, sent=False)
        if not address.usable(url):
            raise failure("network", tier, sent=False)
        # What `ANTHROPIC_CUSTOM_HEADERS` holds was written for the default server and may be a
        # secret of it, so no other gets it.
        official = url == OFFICIAL
        try:
            await self._transport.ready()
        except OSError:
            raise failure("lost", tier, sent=False) from None
        default = official or url == address.base(self._env.get("ANTHROPIC_BASE_URL", ""))
        return CallPlace(tier, url, key, custom_headers=default, own_header=not official)

    @asynccontextmanager
    async def _judged(self, tier: Tier, trace: Trace) -> AsyncIterator[None]:
        """Note what a failure says of the call and of the key."""
        try:
            yield
        except ModelError as found:
            if found.kind == "auth":
                # Perhaps the key was changed meanwhile: look for it anew.
                self._kept.pop(tier.api_key_env, None)
            trace.sent = trace.sent and found.sent
            raise


class SdkTransport:
    """Calls made by the SDK in this process."""

    def __init__(self) -> None:
        self._pools: dict[str, Any] = {}
        """One HTTP client per server, with its connections; no key in it."""

    def warm_up(self) -> None:
        """Begin to import the SDK, beside everything else; harmless to call twice."""
        Thread(target=_sdk, name="import-sdk", daemon=True).start()

    async def ready(self) -> None:
        """Import the SDK if nobody did."""
        await asyncio.to_thread(_sdk)

    @asynccontextmanager
    async def opened(self, wanted: WantedCall) -> AsyncIterator[AnswerStream]:
        """Make a call; leaving closes its connection. Raises `ModelError`."""
        answered = False
        async with _translated(wanted.place, lambda: answered):
            stream = await self._client(wanted.place).messages.create(
                **wanted.body, stream=True, timeout=_timeout(wanted)
            )
            async with stream:
                answered = True
                headers = stream.response.headers
                async with aclosing(_events(stream.response, wanted.place.tier)) as events:
                    yield AnswerStream(
                        headers.get("request-id", ""), str(headers.get("content-type", "")), events
                    )

    async def models(self, place: CallPlace, within: float) -> tuple[ModelFacts, ...]:
        """The models a server lists, within some seconds. Raises `ModelError`."""
        return tuple(ModelFacts.of(entry) for entry in await self.listed(place, within))

    async def listed(self, place: CallPlace, within: float) -> list[Any]:
        """The same as the server's own data."""
        async with _translated(place, lambda: False):
            try:
                async with asyncio.timeout(within):
                    # As it is: the SDK's own types cost a tenth of a second to build.
                    answer = await self._client(place).get("/v1/models?limit=1000", cast_to=object)
                    return list(answer["data"])
            except TimeoutError:
                raise failure("timeout", place.tier, sent=False, seconds=within) from None

    async def close(self) -> None:
        """Close the connections that are kept."""
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
    """The SDK. An HTTP library that it would load on sight is hidden from its first import: that
    takes a tenth of a second too."""
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
    """Headers beside the SDK's own: servers of other makers look for the key elsewhere."""
    found: dict[str, Any] = {}
    if not place.custom_headers:
        names = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").split("\n")
        found = {n.partition(":")[0].strip(): _sdk().omit for n in names if ":" in n}
    return {**found, "X-Api-Key": place.key} if place.own_header else found


async def _events(response: Any, tier: Tier) -> AsyncGenerator[ServerEvent, None]:
    """The events and comments of a response. Raises `ModelError` for what is no stream."""
    decoder = EventDecoder()
    async for chunk in response.aiter_bytes():
        try:
            for event in decoder.feed(chunk):
                yield event
        except NotEvents:
            raise failure("bad_stream", tier, sent=True) from None


@asynccontextmanager
async def _translated(place: CallPlace, answered: Callable[[], bool]) -> AsyncIterator[None]:
    """Every exception of the SDK, its HTTP library and the stream becomes one `ModelError`."""
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
    """The HTTP library's own timeouts: its reads are watched by the alarm, so they are loose."""
    http = import_module("httpx2")
    return http.Timeout(wanted.attempt, connect=wanted.connect)


def _status_error(tier: Tier, error: Any) -> ModelError:
    status = int(getattr(error, "status_code", 0) or 0) or None
    message = str(getattr(error, "api_message", None) or "")
    error_type, code = getattr(error, "type", None), getattr(error, "error_code", None)
    kind = classify(status, error_type if isinstance(error_type, str) else None, code, message)
    headers = getattr(getattr(error, "response", None), "headers", {}) or {}
    again = {"true": True, "false": False}.get(headers.get("x-should-retry", ""))
    return failure(
        kind,
        tier,
        sent=not refused_unbilled(kind, status),
        status=status,
        retry_after=retry_after_seconds(headers),
        detail=message if kind in ("bad_request", "output_cap") else "",
        request_id=str(getattr(error, "request_id", None) or ""),
        retryable=again,
    )


def _from_keyring(name: str) -> str | None:
    try:
        keyring = import_module("keyring")
        value = keyring.get_password(KEYRING_SERVICE, name)
    except Exception:
        # The keyring is an extra, and its backends raise whatever they like when locked.
        return None
    return str(value).strip() or None if value else None
