"""The memory of the router: the learned state together with the evidence for it."""

from __future__ import annotations

from dataclasses import field

from tierwise.core.dataclass import dataclass
from tierwise.learning import gate, learner, spend, stakes
from tierwise.learning.gate import Evidence
from tierwise.learning.learner import LearnedState
from tierwise.learning.observation import LearnerTask, Observation


@dataclass(frozen=True, slots=True)
class Memory:
    """A learned state, and the evidence whether it does better than the shipped weights.

    It is immutable: `learned` returns the next one.
    """

    state: LearnedState = field(default_factory=LearnedState)
    evidence: Evidence = field(default_factory=Evidence)

    @property
    def live(self) -> bool:
        """Whether the learned state may choose tiers."""
        return self.evidence.live

    def wants(self, task: LearnerTask) -> int:
        """The rank of the tier with which the learned state would start, whether or not it may
        choose.

        It is the one with the least expected loss: spend, and what wrong answers cost. Without a
        forecast of costs it is the shipped one.
        """
        if not any(task.costs):
            return task.shipped
        now = learner.believed(self.state, task)
        costs = spend.corrected(self.state.spend, task.cell, task.costs)
        return stakes.best(now, costs, task.redo, task.shipped)

    def takes(self, task: LearnerTask) -> int:
        """The rank that the learned state may take: what it wants, unless it starts at the top too
        often.
        """
        return gate.bounded(self.wants(task), task.shipped, task.top, self.evidence)

    def learned(self, seen: Observation) -> Memory:
        """The memory after one more task. The task is first judged and then learned from."""
        wanted = self.wants(seen.task)
        evidence = gate.judged(self.evidence, self.state, seen, wanted)
        return Memory(learner.update(self.state, seen), evidence)
