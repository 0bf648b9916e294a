"""Conversations: their turns, who answered, and what each tier's prompt cache holds of them.

Turns are kept only as text. What a model thought is bound to that model and conversation, so it is
never kept. Every tier gets the history rebuilt from the same words. The context of a turn stays in
the history as it was sent, so that the next turn reads it from the cache and does not send it
again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import field, replace
from difflib import SequenceMatcher
from typing import Final

from tierwise.core.context import ContextItem, Pack
from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage
from tierwise.core.request import ThreadState
from tierwise.models.call import CacheLife, CallTurn
from tierwise.tasks.task.task_run import SentTurn

_SAME: Final = 0.8
"""If this share of the characters is equal, a prompt counts as asking the same thing again."""
_COMPARE: Final = 400
"""How many characters are compared for that. The start of a prompt says what is asked."""
LIVES_MS: Final[dict[CacheLife, int]] = {"5m": 300_000, "1h": 3_600_000}
"""Milliseconds that a prompt cache is kept after it was last read, by its kind."""
MAX_TURNS: Final = 60
MAX_CHARS: Final = 240_000
"""The most characters of a history, about 80,000 tokens. Above that prices rise.

Beyond this or `MAX_TURNS` the older half is dropped at once, since every change at the front loses
the cache.
"""
_AGAIN: Final = frozenset(
    ("file", "related", "usage", "outline", "head", "within", "above", "below", "around", "diff")
)
"""Kinds of context that need not be sent again while the history holds them."""


@dataclass(frozen=True, slots=True)
class AnsweredTurn:
    """One turn and its answer.

    `sent` is the turn as it was sent, empty if only the prompt may be kept. `paths` and `digests`
    belong to the context in it. `need` is the tier that the turn needed, None if nothing shows it.
    """

    task_id: str
    prompt: str
    answer: str
    tier: str
    sent: str = ""
    paths: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    need: str | None = None


@dataclass(frozen=True, slots=True)
class Cached:
    """What a tier's prompt cache holds: tokens, and until when (UTC milliseconds)."""

    tokens: int
    until_ms: int


@dataclass
class Thread:
    """A conversation. `said` are its answered turns, in order.

    `reasks` is how many questions were asked again, `rejected` how many edits were discarded or
    undone. `cached` says what each tier's prompt cache holds, `life` how long the provider keeps
    it.
    """

    id: str
    said: list[AnsweredTurn] = field(default_factory=list)
    reasks: int = 0
    rejected: int = 0
    cached: dict[str, Cached] = field(default_factory=dict)
    latest_ms: int = 0
    life: CacheLife = "5m"

    @property
    def task_ids(self) -> Sequence[str]:
        """The ids of the tasks that answered, in order."""
        return [said.task_id for said in self.said]

    @property
    def last_tier(self) -> str | None:
        """The tier that answered last. None before the first answer."""
        return self.said[-1].tier if self.said else None

    def asks_again(self, prompt: str) -> bool:
        """Whether `prompt` is nearly the same as the last question."""
        if not self.said:
            return False
        a, b = (" ".join(text.split())[:_COMPARE] for text in (self.said[-1].prompt, prompt))
        return SequenceMatcher(None, a.lower(), b.lower(), autojunk=False).ratio() >= _SAME

    def state(self) -> ThreadState:
        """What the router may know of the conversation: the last tier, how many questions were
        repeated and edits rejected, and the tier that the last turn needed.

        If an edit was rejected, the needed tier is unknown.
        """
        need = self.said[-1].need if self.said and not self.rejected else None
        return ThreadState(self.last_tier, self.reasks, self.rejected, need)

    def turns(self, may_go: Callable[[str], bool] = lambda path: True) -> tuple[CallTurn, ...]:
        """The earlier turns as they are sent with the next one. A turn whose context has a path
        that `may_go` forbids is sent as the operator's words alone.
        """
        found: list[CallTurn] = []
        for said in self.said:
            whole = bool(said.sent) and all(may_go(path) for path in said.paths)
            found.append(CallTurn("user", said.sent if whole else said.prompt or "(no words)"))
            found.append(CallTurn("assistant", said.answer))
        return tuple(found)

    def fresh(self, pack: Pack, may_go: Callable[[str], bool] = lambda path: True) -> Pack:
        """The context for the next turn (`pack`), without the items that the history already holds
        word for word.

        What `may_go` no longer allows to be sent does not count as held. A pack with secrets is
        returned unchanged.
        """
        if pack.secrets:
            return pack
        held = {
            digest
            for said in self.said
            if said.sent and all(may_go(path) for path in said.paths)
            for digest in said.digests
        }
        items = tuple(
            item for item in pack.items if item.kind not in _AGAIN or digest_of(item) not in held
        )
        return replace(pack, items=items)

    def warm(self, now_ms: int) -> dict[str, int]:
        """The tiers whose prompt cache holds the conversation, with the tokens it holds."""
        return {tier: c.tokens for tier, c in self.cached.items() if now_ms < c.until_ms}

    def asked(self, now_ms: int) -> None:
        """Note that a turn begins.

        After a pause of 5 minutes to an hour, the conversation uses the long-lived cache from now
        on.
        """
        gap = now_ms - self.latest_ms if self.latest_ms else 0
        if LIVES_MS["5m"] <= gap < LIVES_MS["1h"]:
            self.life = "1h"

    def reasked(self) -> None:
        """Count that the operator asked once more for what was just answered."""
        self.reasks += 1

    def reject(self) -> None:
        """Count that the operator discarded or undid an edit of this conversation."""
        self.rejected += 1

    def answered(self, said: AnsweredTurn, usage: Usage, now_ms: int) -> None:
        """Add a finished turn. Its usage shows what the tier's cache holds of the thread."""
        held = usage.cache_read_tokens + usage.cache_write_tokens
        if held:
            self.cached[said.tier] = Cached(held, now_ms + LIVES_MS[self.life])
        else:
            self.cached.pop(said.tier, None)
        self.said.append(said)
        self.latest_ms = now_ms
        size = sum(len(s.sent or s.prompt) + len(s.answer) for s in self.said)
        if len(self.said) > MAX_TURNS or size > MAX_CHARS:
            del self.said[: (len(self.said) + 1) // 2]
            self.cached.clear()

    def retract_all(self, task_ids: Collection[str]) -> None:
        """Remove these turns. The prompt caches no longer match, so they are forgotten too."""
        self.said = [said for said in self.said if said.task_id not in task_ids]
        self.cached.clear()

    def retract(self, task_id: str) -> None:
        """Remove the turn of a task, if it is the last one, because its answer is made again."""
        if self.said and self.said[-1].task_id == task_id:
            self.said.pop()


def sent(text: str, pack: Pack) -> SentTurn | None:
    """A turn as it was sent, to be kept. None if it has placeholders for secrets.

    Their numbers would mean something else in the next turn.
    """
    if pack.secrets:
        return None
    paths = tuple(dict.fromkeys(item.path for item in pack.items))
    return SentTurn(text, paths, tuple(digest_of(item) for item in pack.items))


def digest_of(item: ContextItem) -> str:
    """A digest of one piece of context, by where it comes from and what it says. The same piece in
    a later turn has the same digest.
    """
    text = f"{item.kind}\0{item.path}\0{item.start_line}\0{item.end_line}\0{item.text}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:24]
