"""Keeps the current task of each strand in memory. After a restart it is read from the ledger.

A strand is a conversation with an agent, or one of its sub-agents.
"""

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
"""The most strands in memory. The one that was quiet longest is dropped first."""


@dataclass
class RunningTask:
    """The current task of a conversation with an agent, or of one of its sub-agents. Its tier
    answers all its calls until another decision replaces it.

    `at_ms` is when it began and `seen_ms` when its latest call was booked, in UTC milliseconds.
    `cost` is in nano-dollars. `reasks` counts the turns in a row that said that the
    last answer was wrong.
    """

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
    """The id of the team member."""
    client: str | None = None
    """The tier that the client names for the task. None if it leaves that to the router."""
    named: bool = False
    """True if the tier that the client named answers, so that the task is not routed."""
    decisions: int = 0
    """How many decisions of the task are in the ledger."""
    escalated: bool = False
    reasks: int = 0
    calls: int = 0
    cost: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    lowered: int | None = None
    """The limit of output tokens, if the budget lowered it for the last call."""
    secrets: int = 0
    """How many possible secrets its calls have sent so far."""
    seen_ms: int = 0
    state: TaskState = "running"

    pending: Callable[[], tuple[Decision, Situation]] | None = None
    """Makes the router's own decision later, if the client named the model and the call did not
    wait for the router."""

    def decide(self) -> bool:
        """Let the router decide now, if the call was sent without waiting for it. Returns false if
        the router had decided before.
        """
        pending, self.pending = self.pending, None
        if pending is None:
            return False
        self.decision, self.situation = pending()
        return True

    @property
    def strand(self) -> str:
        """The id under which the ledger keeps the conversation or sub-agent of the task."""
        return strand_key(self.session, self.agent)

    @property
    def tier(self) -> str:
        """The tier that answers."""
        return self.decision.answering

    def redecided(self, decision: Decision, situation: Situation | None = None) -> int:
        """Replace the decision from now on. Returns the number of the new one in the ledger."""
        self.decision = decision
        self.situation = situation or self.situation
        self.decisions += 1
        return self.decisions

    def lifted(self) -> None:
        """Note that the task moved up a tier because it was stuck, which it may do once."""
        self.escalated = True

    def chosen(self) -> None:
        """Note that the operator chose a tier instead of the one that the client named."""
        self.named = False

    def resumed(self, turn: str) -> None:
        """Set the turn's key (`turn_key`) of a task from the ledger, which does not keep it."""
        self.turn = self.turn or turn

    def capped(self, max_tokens: int | None) -> None:
        """Note the output tokens to which the budget limited the newest call, None for no limit."""
        self.lowered = max_tokens

    def came_to(self, state: TaskState) -> bool:
        """Set the state of the task. Returns true if it changed."""
        changed = state != self.state
        self.state = state
        return changed

    def leaking(self, secrets: int) -> None:
        """Add the number of secrets that the newest call sends."""
        self.secrets += secrets

    def booked(self, usage: Usage, cost: int, at_ms: int) -> None:
        """Add a finished call with its cost in nano-dollars. `at_ms` is UTC milliseconds."""
        self.calls += 1
        self.cost += cost
        self.seen_ms = at_ms
        if not usage.assumed and usage.prompt_tokens:
            self.prompt_tokens = usage.prompt_tokens
            self.cached_tokens = usage.cache_read_tokens


@dataclass
class Strands:
    """Remembers the current task of each conversation or sub-agent that was used lately."""

    _kept: OrderedDict[str, RunningTask] = field(default_factory=OrderedDict)

    def get(self, key: str) -> RunningTask | None:
        """The current task of a conversation or sub-agent. None if none is remembered."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def put(self, key: str, task: RunningTask) -> None:
        """Make a task the current one of a conversation or sub-agent."""
        self._kept[key] = task
        self._kept.move_to_end(key)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def of_task(self, task_id: str) -> RunningTask | None:
        """The task of that id, if it is still the current one of its conversation or sub-agent."""
        return next((t for t in self._kept.values() if t.task_id == task_id), None)

    def all(self) -> list[RunningTask]:
        """The current task of every conversation and sub-agent, the most recently used first."""
        return list(reversed(self._kept.values()))


def turn_key(number: int, words: str) -> str:
    """A key that differs for each turn: its number and a hash of its words."""
    digest = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8)
    return f"{number}-{digest.hexdigest()}"
