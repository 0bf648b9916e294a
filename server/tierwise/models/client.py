"""The model client: the only importer of the SDK.

The SDK takes most of a second to import, so it is imported in a thread once the editor has
its answer to `initialize`. Its own retries are off: an attempt is reserved before it is
made, and one reservation covers one attempt. Every way a call can fail becomes one
`ModelError` that says what the operator can do.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread
from typing import Any, Final

from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.models.call import Deadlines, Delta, Event, Finished, Prompt, Result, Started, Trace

log = logging.getLogger(__name__)

OFFICIAL: Final = "https://api.anthropic.com"
KEYRING_SERVICE: Final = "tierwise"

_KINDS: Final[Mapping[int, tuple[str, str, bool]]] = {
    400: ("bad_request", "{tier}: the model server refused the request", False),
    401: ("auth", "{tier}: the key was refused; set a valid one in {env}", False),
    402: ("no_credit", "{tier}: the account has no credit left", False),
    403: ("auth", "{tier}: the key may not use {model}", False),
    404: ("unknown_model", "{tier}: the server knows no model {model}; check the tier", False),
    408: ("server", "{tier}: the model server timed out", True),
    409: ("server", "{tier}: the model server had a conflict", True),
    413: ("too_large", "{tier}: the request is too large; select less", False),
    429: ("rate_limited", "{tier}: the rate limit is reached", True),
    529: ("overloaded", "{tier} is overloaded", True),
}
_TYPES: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "overloaded_error": 529,
}


class ModelClient:
    """Calls models. `env` is where keys and the default endpoint come from, never a workspace.

    `rehearsal_url` is asked for the loopback server's address when rehearsal was chosen.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        rehearsal_url: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._env = env
        self._rehearsal_url = rehearsal_url
        self._clients: dict[tuple[str, str], Any] = {}

    def warm_up(self) -> Thread:
        """Import the SDK in the background; harmless to call twice."""
        thread = Thread(target=self._sdk, name="import-sdk", daemon=True)
        thread.start()
        return thread

    def key(self, tier: Tier) -> str | None:
        """The key of a tier: the process environment, then the OS keyring if installed."""
        if self._rehearsal_url() is not None:
            return "rehearsal"
        value = self._env.get(tier.api_key_env, "").strip()
        return value or _from_keyring(tier.api_key_env)

    def require_key(self, tier: Tier) -> str:
        """The key of a tier. Raises `NotConfigured` with the ways on."""
        key = self.key(tier)
        if key is None:
            raise NotConfigured(
                f"{tier.label} has no key. Set {tier.api_key_env} in the environment of the"
                " server, or choose the rehearsal model (rehearsal = true)."
            )
        return key

    def endpoint(self, tier: Tier) -> str:
        """Where a tier's requests go."""
        return (
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
        sdk_client = await asyncio.to_thread(self._client, tier, self.require_key(tier))
        usage, stop, model = Usage(), "", tier.model
        began = time.perf_counter()
        async with _translated(tier, trace), asyncio.timeout(deadlines.attempt) as whole:
            try:
                trace.sent = True
                async with asyncio.timeout(deadlines.connect + deadlines.first_event):
                    stream = await sdk_client.messages.create(
                        **_body(tier, prompt, max_tokens),
                        stream=True,
                        timeout=_timeout(deadlines),
                    )
            except TimeoutError:
                if whole.expired():
                    raise
                raise _slow(tier, "slow_first_event", "did not answer in time") from None
            async with stream:
                events = stream.__aiter__()
                wait = max(0.05, deadlines.first_event - (time.perf_counter() - began))
                while True:
                    try:
                        # `wait_for` can lose a cancel that meets an event; this cannot.
                        async with asyncio.timeout(wait):
                            event = await anext(events)
                    except StopAsyncIteration:
                        raise _cut(tier) from None
                    except TimeoutError:
                        if trace.first_event_ms is None:
                            raise _slow(
                                tier, "slow_first_event", "did not answer in time"
                            ) from None
                        raise _slow(tier, "stalled", "stopped in the middle") from None
                    if trace.first_event_ms is None:
                        trace.first_event_ms = (time.perf_counter() - began) * 1000
                    wait = deadlines.between_events
                    match event.type:
                        case "message_start":
                            usage = _usage(event.message.usage, usage)
                            model = event.message.model or model
                            yield Started(usage)
                        case "content_block_delta" if event.delta.type == "text_delta":
                            trace.text.append(event.delta.text)
                            yield Delta(event.delta.text)
                        case "message_delta":
                            usage = _usage(event.usage, usage)
                            stop = event.delta.stop_reason or stop
                        case "message_stop":
                            break
                        case _:
                            pass
        if stop == "refusal":
            raise ModelError(f"{tier.label} declined to answer this.", "refused")
        yield Finished(Result(trace.streamed, stop or "end_turn", usage, model))

    def _client(self, tier: Tier, key: str) -> Any:
        place = (self.endpoint(tier), key)
        if place not in self._clients:
            sdk = self._sdk()
            self._clients[place] = sdk.AsyncAnthropic(
                api_key=key,
                base_url=place[0],
                max_retries=0,
                default_headers={"X-Api-Key": key} if place[0] != OFFICIAL else None,
            )
        return self._clients[place]

    def _sdk(self) -> Any:
        return import_module("anthropic")


def _body(tier: Tier, prompt: Prompt, max_tokens: int) -> dict[str, Any]:
    caching = "caching" in tier.features
    system: Any = prompt.system
    if caching:
        system = [{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}]
    messages: list[dict[str, Any]] = [
        {"role": turn.role, "content": turn.text} for turn in prompt.turns
    ]
    if caching and len(messages) > 2:
        # The newest answer ends the prefix that the next turn will read back from the cache.
        messages[-2]["content"] = [
            {
                "type": "text",
                "text": messages[-2]["content"],
                "cache_control": {"type": "ephemeral"},
            }
        ]
    body: dict[str, Any] = {
        "model": tier.model,
        "max_tokens": max_tokens,
        "system": system,
        "messages": messages,
    }
    if tier.effort is not None and "effort" in tier.features:
        body["output_config"] = {"effort": tier.effort}
    return body


def _timeout(deadlines: Deadlines) -> Any:
    http = import_module("httpx2")
    return http.Timeout(deadlines.attempt, connect=deadlines.connect)


def _usage(reported: Any, before: Usage) -> Usage:
    """Usage as the stream tells it; a later event overwrites what it names."""

    def take(name: str, kept: int) -> int:
        value = getattr(reported, name, None)
        return int(value) if value is not None else kept

    detail = getattr(reported, "cache_creation", None)
    hour = int(getattr(detail, "ephemeral_1h_input_tokens", 0) or 0) if detail else 0
    written = take("cache_creation_input_tokens", before.cache_write_tokens)
    hour = hour or min(before.cache_write_1h_tokens, written)
    return Usage(
        input_tokens=take("input_tokens", before.input_tokens),
        output_tokens=take("output_tokens", before.output_tokens),
        cache_read_tokens=take("cache_read_input_tokens", before.cache_read_tokens),
        cache_write_5m_tokens=written - hour,
        cache_write_1h_tokens=hour,
    )


@asynccontextmanager
async def _translated(tier: Tier, trace: Trace) -> AsyncIterator[None]:
    """Every exception of the SDK, its HTTP library and the stream becomes one `ModelError`."""
    try:
        yield
    except (ModelError, NotConfigured, asyncio.CancelledError, GeneratorExit):
        raise
    except TimeoutError:
        raise _slow(tier, "stalled", "took too long") from None
    except Exception as error:
        log.info("%s: %s", tier.name, type(error).__name__)
        raise _model_error(tier, trace, error) from error


def _model_error(tier: Tier, trace: Trace, error: Exception) -> ModelError:
    sdk, http = import_module("anthropic"), import_module("httpx2")
    if isinstance(error, sdk.APITimeoutError):
        trace.sent = False
        return ModelError(f"{tier.label}: no connection in time.", "timeout", retryable=True)
    if isinstance(error, sdk.APIStatusError):
        return _status_error(tier, error)
    if isinstance(error, sdk.APIConnectionError):
        trace.sent = False
        return ModelError(
            f"{tier.label}: the model server cannot be reached; check the network and base_url.",
            "network",
            retryable=True,
        )
    if isinstance(error, (http.HTTPError, OSError)):
        return ModelError(f"{tier.label}: the connection broke.", "cut", retryable=True)
    if isinstance(error, (json.JSONDecodeError, UnicodeDecodeError, KeyError, AttributeError)):
        return ModelError(
            f"{tier.label}: the server sent something unreadable.", "bad_stream", retryable=True
        )
    if isinstance(error, (TypeError, ValueError)) and not trace.text:
        trace.sent = False
        return ModelError(f"{tier.label}: the request could not be made.", "bad_request")
    return ModelError(f"{tier.label} failed ({type(error).__name__}).", "error", retryable=True)


def _status_error(tier: Tier, error: Any) -> ModelError:
    status = int(getattr(error, "status_code", 0) or 0)
    status = _TYPES.get(str(getattr(error, "type", "") or ""), status)
    kind, text, retryable = _KINDS.get(status, ("server", "{tier}: the model server failed", True))
    headers = getattr(getattr(error, "response", None), "headers", {}) or {}
    after = None
    try:
        after = float(headers.get("retry-after", ""))
    except ValueError:
        pass
    sentence = text.format(tier=tier.label, env=tier.api_key_env, model=tier.model)
    return ModelError(sentence + ".", kind, status=status, retry_after=after, retryable=retryable)


def _slow(tier: Tier, kind: str, what: str) -> ModelError:
    return ModelError(f"{tier.label} {what}.", kind, retryable=True)


def _cut(tier: Tier) -> ModelError:
    return ModelError(f"{tier.label}: the answer broke off.", "cut", retryable=True)


def _from_keyring(name: str) -> str | None:
    try:
        keyring = import_module("keyring")
        value = keyring.get_password(KEYRING_SERVICE, name)
    except Exception:
        # The keyring is an extra, and its backends raise whatever they like when locked.
        return None
    return str(value).strip() or None if value else None
