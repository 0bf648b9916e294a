"""Decides past tasks of the ledger again: unchanged, or under another policy ("what if").

If the other policy sends a task to the tier that really answered, the real cost and outcome are
used. Otherwise both are expected values from the forecast and the estimate, and the sums say of how
many tasks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.situation import RULE, Situation
from tierwise.core.tiers import Ladder
from tierwise.learning import labels
from tierwise.routing.weights import Weights
from tierwise.store.decisions import DecisionRow, TaskHistory
from tierwise.tasks.learning import advice, recall


@dataclass(frozen=True, slots=True)
class WhatIf:
    """How another policy differs: the confidence target, the tiers that are left out, the weights,
    the redo cost.

    A task that was decided by the oldest rule (`target-1`) is decided by today's rule instead.
    `redo` is in nano-dollars for a median task. With `shipped`, decisions are made without what was
    learned.
    """

    target: float | None = None
    without: frozenset[str] = frozenset()
    weights: Weights | None = None
    shipped: bool = False
    redo: int | None = None

    @property
    def anything(self) -> bool:
        """Whether the policy differs in anything."""
        return bool(self.without or self.weights or self.shipped) or not (
            self.target is None and self.redo is None
        )


@dataclass
class RerunSums:
    """The sums over all tasks under one policy.

    `cost` is in nano-dollars. `kept` adds, per judged task, the share of its last answer that was
    kept. `wrong` counts answers of which less than half was kept. For the `estimated` tasks, which
    went to another tier than they really did, cost and answers are expected values.
    """

    tasks: int = 0
    cost: float = 0.0
    kept: float = 0.0
    wrong: float = 0.0
    judged: int = 0
    estimated: int = 0
    first: Counter[str] = field(default_factory=Counter)

    def figures(self, redo: int) -> Mapping[str, Any]:
        """The sums as they are printed.

        `redo` is what a wrong answer costs, in nano-dollars; it counts in `loss`. `quality` is the
        mean share that was kept, judged or expected, and None if no task has either.
        """
        return {
            "tasks": self.tasks,
            "costUsd": round(self.cost / 1e9, 9),
            "quality": round(self.kept / self.judged, 6) if self.judged else None,
            "loss": round((self.cost + redo * self.wrong) / 1e9, 9),
            "first": dict(self.first),
            "estimated": self.estimated,
        }


def redecide(row: DecisionRow, weights: Weights) -> Decision:
    """Decide a task of the ledger again, from the facts in its row."""
    return advice.redecide(recall.signals(row.detail), recall.situation(row.detail), weights)


def reproduced(row: DecisionRow, weights: Weights) -> bool:
    """Whether deciding the row again gives exactly the decision that it holds. False if it was made
    with other weights than `weights`.
    """
    if row.weights != weights.hash:
        return False
    found = redecide(row, weights)
    kept = row.detail["estimate"]
    return (
        (found.first, found.routed, found.answering, found.cause)
        == (row.first, row.routed, row.answering, row.cause)
        and (found.confidence, found.propensity) == (row.confidence, row.propensity)
        and dict(found.estimate.need) == kept["need"]
        and dict(found.estimate.lower) == kept["lower"]
        and dict(found.estimate.accept) == kept["accept"]
        and dict(found.cost) == row.detail["cost"]
    )


def rerun(
    told: Sequence[TaskHistory], weights: Weights, what_if: WhatIf, redo: int
) -> Mapping[str, Any]:
    """What these tasks cost and how many answers were kept, beside what is expected of the same
    tasks under `what_if`.

    `redo` is the cost of redoing an answer, in nano-dollars, for the loss of both.
    """
    was, would = RerunSums(), RerunSums()
    exact = moved = other = 0
    for task in told:
        if not task.decisions:
            continue
        row = task.decisions[0]
        if row.weights == weights.hash:
            exact += reproduced(row, weights)
        else:
            other += 1
        answers = _answers(task)
        _as_it_was(was, row, task, answers)
        if not what_if.anything:
            continue
        decision = decided(row, weights, what_if)
        if decision.answering == row.answering:
            _as_it_was(would, row, task, answers)
        else:
            moved += 1
            _expected(would, decision, recall.situation(row.detail), row, task)
    made: dict[str, Any] = {
        "tasks": was.tasks,
        "reproduced": exact,
        "otherWeights": other,
        "asItWas": was.figures(redo),
    }
    if what_if.anything:
        made["whatIf"] = {**would.figures(redo), "moved": moved}
    return made


def decided(row: DecisionRow, weights: Weights, what_if: WhatIf) -> Decision:
    """Decide the task of a ledger row again with the changes of `what_if`. Tiers that the operator
    chose for it stay chosen.
    """
    situation = recall.situation(row.detail)
    if situation.rule == "target-1":
        # In older decisions the target was a default. The operator did not ask for it.
        situation = replace(situation, rule=RULE, confidence_target=None, learned=None)
    if what_if.target is not None:
        situation = replace(situation, confidence_target=what_if.target, learned=None)
    if what_if.redo is not None:
        situation = replace(situation, redo_cost=what_if.redo, learned=None)
    if what_if.shipped:
        situation = replace(situation, learned=None)
    if what_if.without:
        left = tuple(t for t in situation.ladder if t.name not in what_if.without)
        floors = tuple(f for f in situation.floors if f.tier not in what_if.without)
        situation = replace(situation, ladder=Ladder(left), floors=floors, warm=None)
    return advice.redecide(recall.signals(row.detail), situation, what_if.weights or weights)


def _answers(task: TaskHistory) -> list[tuple[str, float]]:
    """The tiers that answered, in order, with the kept share of each. Empty if nothing
    was judged.
    """
    ladder = recall.situation(task.decisions[0].detail).ladder
    names = ladder.names
    rank: Callable[[str], int | None] = {name: i for i, name in enumerate(names)}.get
    said = labels.verdicts(task.outcomes, rank, {})
    return [(names[answer.tier], answer.kept) for answer in said.answers if not answer.paired]


def _as_it_was(
    sums: RerunSums, row: DecisionRow, task: TaskHistory, answers: Sequence[tuple[str, float]]
) -> None:
    sums.tasks += 1
    sums.cost += task.cost
    sums.first[row.answering] += 1
    if answers:
        sums.judged += 1
        sums.kept += answers[-1][1]
        sums.wrong += sum(kept < 0.5 for _, kept in answers)


def _expected(
    sums: RerunSums, decision: Decision, situation: Situation, row: DecisionRow, task: TaskHistory
) -> None:
    """Add a task on a tier that did not answer it. Its real cost is scaled by the two forecasts."""
    sums.tasks += 1
    sums.estimated += 1
    sums.first[decision.answering] += 1
    was, now = row.detail["cost"].get(row.answering), decision.cost.get(decision.answering)
    sums.cost += task.cost * now / was if was and now is not None and task.cost else now or 0
    names = situation.ladder.names
    accept = decision.estimate.accept
    chain = [accept[n] for n in names[names.index(decision.answering) :] if n in accept]
    sums.judged += 1
    sums.kept += chain[-1] if chain else 0.0
    sums.wrong += sum(1.0 - kept for kept in chain)
