"""What the router remembers: the learned state and the evidence for it, in use together."""

from __future__ import annotations

from dataclasses import field

from tierwise.core.dataclass import dataclass
from tierwise.learning import gate, learner, spend, stakes
from tierwise.learning.gate import Evidence
from tierwise.learning.learner import LearnedState
from tierwise.learning.observation import LearnerTask, Observation


@dataclass(frozen=True, slots=True)
class Memory:
    """A learned state with its evidence. Immutable: `learned` gives the next one."""

    state: LearnedState = field(default_factory=LearnedState)
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def live(self) -> bool:
        """Whether what was learned decides."""
        return self.evidence.live

    def wants(self, task: LearnerTask) -> int:
        """The rank of the first tier of least expected loss to the learned state, live or not."""
        if not any(task.costs):
            return task.shipped
        now = learner.believed(self.state, task)
        costs = spend.corrected(self.state.spend, task.cell, task.costs)
        return stakes.best(now, costs, task.redo, task.shipped)

    def takes(self, task: LearnerTask) -> int:
        """The rank that the learned state wants, held within the bound on drift to the top."""
        return gate.bounded(self.wants(task), task.shipped, task.top, self.evidence)

    def learned(self, seen: Observation) -> Memory:
        """The memory after one more task: judged first, learned from then."""
        wanted = self.wants(seen.task)
        evidence = gate.judged(self.evidence, self.state, seen, wanted)
        return Memory(learner.update(self.state, seen), evidence)
