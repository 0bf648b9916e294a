"""The model client: it knows keys, deadlines and what an answer is.

The SDK makes the calls, in this process (`models/sdk.py`) or in one of its own that runs the same
class (`models/apart.py`).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, Final

from tierwise.core import address
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.redact import hide
from tierwise.core.tiers import Tier
from tierwise.models.body import body
from tierwise.models.call import (
    CallOrigin,
    Deadlines,
    Delta,
    Event,
    Finished,
    Prompt,
    Thinking,
    Trace,
)
from tierwise.models.failure import failure
from tierwise.models.model_list import ModelFacts
from tierwise.models.reading import StreamReader
from tierwise.models.sdk import SdkTransport
from tierwise.models.transport import (
    CallPlace,
    PlainQuestion,
    Transport,
    WantedCall,
)
from tierwise.models.watch import StreamWatch, alarmed
from tierwise.store.members import PREFIX as MEMBER

log = logging.getLogger(__name__)

OFFICIAL: Final = "https://api.anthropic.com"
KEYRING_SERVICE: Final = "tierwise"
KEYRING_AGAIN: Final = 30.0
"""Seconds after which a key that was not in the keyring is looked up again."""
NO_KEY: Final = "none-needed"
"""Sent as the key to a server of which the operator said that it needs none."""


class ModelClient:
    """Sends a prompt to a tier's model and yields the events of its answer.

    `env` is where keys and the default endpoint come from, never a workspace. `rehearsal_url`
    returns the address of the loopback server if rehearsal was chosen. `held` returns why no server
    may be called at all, such as a mistake in the configuration of servers; None if calls may be
    made.
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
        """Begin to import the SDK in the background. A second call does nothing."""
        self._transport.warm_up()

    async def ready(self) -> None:
        """Wait until calls can be made. Raises `OSError` if no call can be made."""
        await self._transport.ready()

    async def close(self) -> None:
        """End the process or close the connections of the calls."""
        await self._transport.close()

    def key(self, tier: Tier) -> str | None:
        """The key of a tier: from the process environment, else from the OS keyring if that is
        installed.

        A keyring may ask the operator to unlock it, so do not call this on the event loop.

        A server of the operator's own whose `api_key_env` is empty needs none.
        """
        if self._rehearsal_url() is not None:
            return "rehearsal"
        if not tier.api_key_env:
            return NO_KEY if tier.base_url else None
        value = self._env.get(tier.api_key_env, "").strip() or self._from_keyring(tier.api_key_env)
        return hide(value) if value else None

    def key_at_hand(self, tier: Tier) -> str | None:
        """The key of a tier if it is known without the keyring, else None."""
        if self._rehearsal_url() is not None or not tier.api_key_env:
            return self.key(tier)
        value = self._env.get(tier.api_key_env, "").strip()
        return hide(value) if value else None

    def missing_key(self, tiers: Iterable[Tier]) -> str | None:
        """The variable of the first key that a tier needs and that is not set; None if all are.

        It may wait for a keyring, so it must not be called on the event loop.
        """
        named = (tier.api_key_env or "api_key_env" for tier in tiers if self.key(tier) is None)
        return next(named, None)

    def _from_keyring(self, name: str) -> str | None:
        """A key from the keyring. A missing one is looked up again only after a while."""
        at, value = self._kept.get(name, (float("-inf"), None))
        if value is None and time.monotonic() - at > KEYRING_AGAIN:
            value = _from_keyring(name)
            self._kept[name] = (time.monotonic(), value)
        return value

    def require_key(self, tier: Tier) -> str:
        """The key of a tier. Raises `NotConfigured`, which says what the operator can do."""
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
        """The address that a tier's requests go to."""
        return address.base(
            self._rehearsal_url()
            or tier.base_url
            or self._env.get("ANTHROPIC_BASE_URL", "").strip()
            or OFFICIAL
        )

    async def stream(
        self,
        tier: Tier,
        prompt: Prompt,
        *,
        max_tokens: int,
        deadlines: Deadlines,
        trace: Trace,
        origin: CallOrigin | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The events of one attempt, `Finished` last. Raises `ModelError` or `NotConfigured`.

        A team's gateway is told the `origin`, no other server is.
        `trace` is filled during the call, so that a caller can settle whatever happens.
        Closing the iterator closes the connection.
        """
        place = await self._place(tier)
        if trace.before_sent is not None:
            await trace.before_sent()
        watch = StreamWatch(tier, deadlines, trace)
        reader = StreamReader(tier, trace, prompt.cache)
        sending = body(tier, prompt, max_tokens)
        team = member_key(place.key)
        headers = origin.headers if origin is not None and team else {}
        wanted = WantedCall(place, sending, deadlines.connect, deadlines.attempt, headers)
        async with self._judged(tier, trace), alarmed(watch) as alarm:
            trace.sent = True
            async with self._transport.opened(wanted) as answer:
                trace.answered, trace.team = True, answer.team
                trace.model = answer.model if team else ""
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
        """The models that the tier's server lists, asked for at most `within` seconds. Raises
        `ModelError` or `NotConfigured`.
        """
        found = await self.asked(tier, PlainQuestion("/v1/models?limit=1000", within))
        try:
            return tuple(ModelFacts.of(entry) for entry in found["data"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise failure("bad_stream", tier, sent=True) from None

    async def asked(self, tier: Tier, question: PlainQuestion) -> Any:
        """The JSON with which a tier's server answers a question that is no model call. Raises
        `ModelError` or `NotConfigured`.
        """
        place = await self._place(tier)
        async with self._judged(tier, Trace()):
            return await self._transport.asked(place, question)

    def teams(self, tier: Tier) -> bool:
        """Whether a tier goes through a team's gateway.

        It looks up the tier's key, so do not call it on the event loop.
        """
        if self._rehearsal_url() is not None:
            return False
        return member_key(self.key(tier) or "")

    async def _place(self, tier: Tier) -> CallPlace:
        """Where a tier's calls go. It waits until calls can be made.

        Keys are looked up in a thread, since a keyring may ask the operator. Raises `NotConfigured`
        or `ModelError`.
        """
        url, key = self.endpoint(tier), await asyncio.to_thread(self.require_key, tier)
        if not (key.isascii() and key.isprintable()):
            raise failure("auth", tier, sent=False)
        if not address.usable(url):
            raise failure("network", tier, sent=False)
        # `ANTHROPIC_CUSTOM_HEADERS` was written for the default server and may hold a secret of
        # it, so no other server gets it.
        official = url == OFFICIAL
        try:
            await self._transport.ready()
        except OSError:
            raise failure("lost", tier, sent=False) from None
        default = official or url == address.base(self._env.get("ANTHROPIC_BASE_URL", ""))
        return CallPlace(tier, url, key, custom_headers=default, own_header=not official)

    @asynccontextmanager
    async def _judged(self, tier: Tier, trace: Trace) -> AsyncIterator[None]:
        """Record in `trace` what a failure shows: whether the call may be billed, and whether it
        was refused.
        """
        try:
            yield
        except ModelError as found:
            if found.kind == "auth":
                # The key may have been changed meanwhile, so it is looked up again.
                self._kept.pop(tier.api_key_env, None)
            trace.sent = trace.sent and found.sent
            trace.refused = found.status is not None
            raise


def member_key(key: str) -> bool:
    """Whether a key is a member's token for a team's gateway."""
    return key.startswith(MEMBER)


def _from_keyring(name: str) -> str | None:
    try:
        keyring = import_module("keyring")
        value = keyring.get_password(KEYRING_SERVICE, name)
    except Exception:
        # The keyring is an extra, and its backends raise whatever they like when locked.
        return None
    return str(value).strip() or None if value else None
