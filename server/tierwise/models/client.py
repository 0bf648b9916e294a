"""The model client: the only importer of the SDK.

The SDK takes most of a second to import, so it is imported in a thread once the editor has
its answer to `initialize`. Its own retries are off: an attempt is reserved before it is
made, and one reservation covers one attempt. Events are read from the wire as they are,
because the SDK's own reader hides the pings that tell a thinking model from a dead one.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from importlib import import_module
from threading import Thread
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
    ) -> None:
        self._env = env
        self._rehearsal_url = rehearsal_url
        self._held = held
        self._kept: dict[str, tuple[float, str | None]] = {}
        self._clients: dict[tuple[str, str], Any] = {}

    def warm_up(self) -> Thread:
        """Import the SDK in the background; harmless to call twice."""
        thread = Thread(target=self._import, name="import-sdk", daemon=True)
        thread.start()
        return thread

    def _import(self) -> None:
        """Import the SDK and take it out of the garbage collector's sight.

        It is a hundred thousand objects that stay for good; walking them holds the event loop
        for a tenth of a second, several times during the import and now and then afterwards.
        An HTTP library that it would load on sight is hidden: it takes a tenth of a second too.
        """
        gc.disable()
        hidden = [name for name in UNUSED if name not in sys.modules]
        sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: not there
        try:
            self._sdk()
        finally:
            for name in hidden:
                del sys.modules[name]
            gc.freeze()
            gc.enable()

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
        sdk_client = await self._ready(tier)
        if trace.before_sent is not None:
            await trace.before_sent()
        watch = StreamWatch(tier, deadlines, trace)
        reader = StreamReader(tier, trace, prompt.cache)
        async with self._translated(tier, trace), alarmed(watch) as alarm:
            trace.sent = True
            stream = await sdk_client.messages.create(
                **body(tier, prompt, max_tokens), stream=True, timeout=_timeout(deadlines)
            )
            async with stream:
                trace.answered = True
                reader.request_id = stream.response.headers.get("request-id", "")
                async with aclosing(self._events(stream.response, tier)) as events:
                    async for raw in events:
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
                        kind = str(stream.response.headers.get("content-type", ""))
                        raise reader.ended_early(kind)
        yield Finished(reader.result())

    async def _events(self, response: Any, tier: Tier) -> AsyncGenerator[ServerEvent, None]:
        """The events and comments of a response. Raises `ModelError` for what is no stream."""
        decoder = EventDecoder()
        async for chunk in response.aiter_bytes():
            try:
                for event in decoder.feed(chunk):
                    yield event
            except NotEvents:
                raise failure("bad_stream", tier, sent=True) from None

    async def models(self, tier: Tier, within: float = 10.0) -> tuple[ModelFacts, ...]:
        """The models the tier's server lists. Raises `ModelError` or `NotConfigured`."""
        sdk_client = await self._ready(tier)
        trace = Trace()
        async with self._translated(tier, trace):
            try:
                async with asyncio.timeout(within):
                    # As it is: the SDK's own types cost a tenth of a second to build.
                    answer = await sdk_client.get("/v1/models?limit=1000", cast_to=object)
                    return tuple(ModelFacts.of(entry) for entry in answer["data"])
            except TimeoutError:
                raise failure("timeout", tier, sent=False, seconds=within) from None

    async def _ready(self, tier: Tier) -> Any:
        """The SDK's client for a tier; made in a thread, since the first one imports the SDK."""
        place = (self.endpoint(tier), self.require_key(tier))
        found = self._clients.get(place)
        return found if found is not None else await asyncio.to_thread(self._client, tier, *place)

    def _client(self, tier: Tier, url: str, key: str) -> Any:
        if not (key.isascii() and key.isprintable()):
            raise failure("auth", tier, sent=False)
        if not address.usable(url):
            raise failure("network", tier, sent=False)
        sdk = self._sdk()
        try:
            self._clients[url, key] = sdk.AsyncAnthropic(
                api_key=key,
                base_url=url,
                max_retries=0,
                http_client=sdk.DefaultAsyncHttpxClient(**reach.http_options(url)),
                default_headers=self._headers(url, key),
            )
        except (ImportError, ValueError, OSError) as error:
            log.info("%s: no client (%s)", tier.name, type(error).__name__)
            raise reach.unusable(error, tier, url) from error
        return self._clients[url, key]

    def _headers(self, url: str, key: str) -> dict[str, Any]:
        """Headers beside the SDK's own: servers of other makers look for the key elsewhere.

        The SDK sends what `ANTHROPIC_CUSTOM_HEADERS` holds to every server; it was written
        for the default one and may hold a secret of it, so no other gets it.
        """
        if url == OFFICIAL:
            return {}
        found: dict[str, Any] = {}
        if url != address.base(self._env.get("ANTHROPIC_BASE_URL", "")):
            names = os.environ.get("ANTHROPIC_CUSTOM_HEADERS", "").split("\n")
            found = {n.partition(":")[0].strip(): self._sdk().omit for n in names if ":" in n}
        return {**found, "X-Api-Key": key}

    def _sdk(self) -> Any:
        return import_module("anthropic")

    @asynccontextmanager
    async def _translated(self, tier: Tier, trace: Trace) -> AsyncIterator[None]:
        """Every exception of the SDK, its HTTP library and the stream becomes one `ModelError`."""
        try:
            yield
        except (ModelError, NotConfigured, asyncio.CancelledError, GeneratorExit):
            raise
        except Exception as error:
            log.info("%s: %s", tier.name, type(error).__name__)
            found = self._model_error(tier, trace, error)
            if found.kind == "auth":
                # Perhaps the key was changed meanwhile: look for it anew.
                self._kept.pop(tier.api_key_env, None)
            trace.sent = trace.sent and found.sent
            raise found from error

    def _model_error(self, tier: Tier, trace: Trace, error: Exception) -> ModelError:
        sdk, http = self._sdk(), import_module("httpx2")
        if isinstance(error, sdk.APIStatusError):
            if error.status_code == 407:
                return reach.by_proxy(tier, self.endpoint(tier), "it asks for a password")
            return _status_error(tier, error)
        if isinstance(error, sdk.APIConnectionError) and error.__cause__ is not None:
            error = error.__cause__ if isinstance(error.__cause__, Exception) else error
        away = reach.unreachable(error, tier, self.endpoint(tier))
        if away is not None:
            return away
        if isinstance(error, http.DecodingError | sdk.APIResponseValidationError):
            return failure("bad_stream", tier, sent=True)
        if isinstance(error, http.TimeoutException):
            return failure("stalled" if trace.text else "slow_first_event", tier, sent=True)
        if isinstance(error, http.HTTPError | OSError):
            return failure("cut", tier, sent=True)
        if isinstance(error, TypeError | ValueError) and not trace.answered:
            return failure("bad_request", tier, sent=False, detail=type(error).__name__)
        return failure("bad_stream", tier, sent=True)


def _timeout(deadlines: Deadlines) -> Any:
    """The HTTP library's own timeouts: its reads are watched by the alarm, so they are loose."""
    http = import_module("httpx2")
    return http.Timeout(deadlines.attempt, connect=deadlines.connect)


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
