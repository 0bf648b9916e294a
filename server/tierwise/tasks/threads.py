"""Conversations: what was said, by which tier, and what the operator made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Final

from tierwise.core.request import ThreadState
from tierwise.models.call import Turn

_SAME: Final = 0.8
"""Share of equal characters from which a prompt counts as asking the same thing again."""
_COMPARE: Final = 400
"""Characters compared for that; the head of a prompt says what is asked."""
CACHE_LIVES: Final = 300.0
"""Seconds a prompt cache is kept after it was last read (the interface's 5-minute kind)."""
MAX_TURNS: Final = 60
"""Turns kept per conversation, so that a day-long chat does not grow for ever."""


@dataclass
class Thread:
    """A conversation. Turns alternate operator and assistant; `task_ids` name the answers."""

    id: str
    turns: list[Turn] = field(default_factory=list)
    task_ids: list[str] = field(default_factory=list)
    last_tier: str | None = None
    reasks: int = 0
    rejected: int = 0
    prefix_tokens: int = 0
    cached: dict[str, float] = field(default_factory=dict)
    """Tiers with the prefix in their prompt cache, and when (monotonic seconds) it was read."""

    def asks_again(self, prompt: str) -> bool:
        """Whether `prompt` is what was asked just before, more or less."""
        asked = next((t.text for t in reversed(self.turns) if t.role == "user"), None)
        if asked is None:
            return False
        a, b = " ".join(asked.split())[:_COMPARE], " ".join(prompt.split())[:_COMPARE]
        return SequenceMatcher(None, a.lower(), b.lower(), autojunk=False).ratio() >= _SAME

    def state(self) -> ThreadState:
        """What the router may know of the thread: counts and the last tier."""
        return ThreadState(self.last_tier, self.reasks, self.rejected)

    def warm(self, now: float) -> frozenset[str]:
        """The tiers whose prompt cache still holds the conversation."""
        return frozenset(tier for tier, at in self.cached.items() if now - at < CACHE_LIVES)

    def said(
        self, task_id: str, prompt: str, answer: str, tier: str, tokens: int = 0, now: float = 0.0
    ) -> None:
        """Add a finished turn of so many tokens, prefix and answer together."""
        self.prefix_tokens = max(self.prefix_tokens, tokens)
        self.cached[tier] = now
        self.turns += [Turn("user", prompt), Turn("assistant", answer)]
        del self.turns[: max(0, len(self.turns) - 2 * MAX_TURNS)]
        self.task_ids.append(task_id)
        self.last_tier = tier

    def retract(self, task_id: str) -> None:
        """Forget the last answer, because it is regenerated."""
        if self.task_ids and self.task_ids[-1] == task_id:
            self.task_ids.pop()
            del self.turns[-2:]


@dataclass
class Threads:
    """All conversations of this window."""

    threads: dict[str, Thread] = field(default_factory=dict)

    def open(self, conversation_id: str) -> Thread:
        """The conversation of that id, begun if there is none."""
        return self.threads.setdefault(conversation_id, Thread(conversation_id))

    def history(self, conversation_id: str | None) -> Sequence[Turn]:
        """The turns so far; empty for a task outside any conversation."""
        thread = self.threads.get(conversation_id) if conversation_id else None
        return tuple(thread.turns) if thread else ()
