"""The strands that run, and the task each is at. Kept in memory; the ledger has what is needed to
take a strand up again after a restart."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.money import Usage
from tierwise.core.situation import Situation
from tierwise.core.views import TaskState
from tierwise.gateway.kinds import Kind
from tierwise.gateway.strand import strand_key

REMEMBERED: Final = 5_000
"""Strands kept; the one that was quiet for longest goes first."""


@dataclass
class RunningTask:
    """The task that a strand is at: its decision, and the tier that is held until it ends."""

    task_id: str
    kind: Kind
    session: str
    agent: str | None
    project: str
    turn: str
    decision: Decision
    situation: Situation
    at_ms: int
    member: str | None = None
    """Whose it is, in a team."""
    client: str | None = None
    """The tier that the client names for it; None where it leaves it to the router."""
    named: bool = False
    """Whether that is the tier that answers: then it was not routed."""
    decisions: int = 0
    """How many decisions of it are in the ledger."""
    escalated: bool = False
    reasks: int = 0
    calls: int = 0
    cost: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    lowered: int | None = None
    """The output cap in tokens, where the budget lowered it for the last call."""
    secrets: int = 0
    """What looked like secrets in its calls so far."""
    seen_ms: int = 0
    state: TaskState = "running"

    pending: Callable[[], tuple[Decision, Situation]] | None = None
    """Gives the router's own decision, where a model that the client named is asked without it."""

    def decide(self) -> bool:
        """Take the router's own decision, where it is still to come. Tells whether it was."""
        pending, self.pending = self.pending, None
        if pending is None:
            return False
        self.decision, self.situation = pending()
        return True

    @property
    def strand(self) -> str:
        """The id of its strand, as the ledger keeps it."""
        return strand_key(self.session, self.agent)

    @property
    def tier(self) -> str:
        """The tier that answers."""
        return self.decision.answering

    def redecided(self, decision: Decision, situation: Situation | None = None) -> int:
        """Let another decision hold from now on. Gives its number in the ledger."""
        self.decision = decision
        self.situation = situation or self.situation
        self.decisions += 1
        return self.decisions

    def lifted(self) -> None:
        """Note that the task went up a tier on evidence, which it may do once."""
        self.escalated = True

    def chosen(self) -> None:
        """Note that the operator chose the tier, in place of what the client named."""
        self.named = False

    def resumed(self, turn: str) -> None:
        """Note that the task was taken up again at this turn, after a restart."""
        self.turn = self.turn or turn

    def capped(self, max_tokens: int | None) -> None:
        """Note the tokens to which the budget lowered the newest call's output; None where it did
        not.
        """
        self.lowered = max_tokens

    def came_to(self, state: TaskState) -> bool:
        """Take over the state of the task. Returns whether it changed."""
        changed = state != self.state
        self.state = state
        return changed

    def leaking(self, secrets: int) -> None:
        """Count secrets that went along with the newest call."""
        self.secrets += secrets

    def booked(self, usage: Usage, cost: int, at_ms: int) -> None:
        """Add a finished call and its cost in nano-dollars."""
        self.calls += 1
        self.cost += cost
        self.seen_ms = at_ms
        if not usage.assumed and usage.prompt_tokens:
            self.prompt_tokens = usage.prompt_tokens
            self.cached_tokens = usage.cache_read_tokens


@dataclass
class Strands:
    """The running task of each strand, by the strand's key."""

    _kept: OrderedDict[str, RunningTask] = field(default_factory=OrderedDict)

    def get(self, key: str) -> RunningTask | None:
        """The task of a strand, None where none is known."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: str, task: RunningTask) -> None:
        """Let a strand be at another task."""
        self._kept[key] = task
        self._kept.move_to_end(key)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def of_task(self, task_id: str) -> RunningTask | None:
        """The task of that id, where a strand still is at it."""
        return next((t for t in self._kept.values() if t.task_id == task_id), None)

    def all(self) -> list[RunningTask]:
        """Every strand's task, the one heard of last first."""
        return list(reversed(self._kept.values()))


def turn_key(number: int, words: str) -> str:
    """What tells a turn from the next: its number and a hash of its words."""
    digest = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8)
    return f"{number}-{digest.hexdigest()}"
