"""Estimates and decides with what was learned from outcomes. No other file combines routing with
learning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision, Reason, Signals
from tierwise.core.situation import RULE, Situation
from tierwise.core.tiers import Ladder
from tierwise.learning import learner
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, LearnerTask, features
from tierwise.learning.own_record import OwnRecord
from tierwise.routing import estimate as estimates
from tierwise.routing import explain, policy
from tierwise.routing.first import choose
from tierwise.routing.reading import readings
from tierwise.routing.weights import Weights


@dataclass(frozen=True, slots=True)
class Advised:
    """A decision, and the facts it was made from. They include what was learned, so that the same
    decision can be made again.
    """

    decision: Decision
    situation: Situation


def decide(
    signals: Signals,
    situation: Situation,
    weights: Weights,
    cell: Cell,
    memory: Memory,
    *,
    basis: str = "",
    id: str = "",
    reasons: bool = True,
) -> Advised:
    """Decide with what was learned from earlier tasks (`memory`). Pure.

    Until that has passed its test on past tasks (its gate is closed), the shipped estimate decides
    alone. If `situation` already holds what was learned, the task was decided before, and that is
    used again.
    """
    signs = explain.why(signals, weights) if reasons else ()
    told = situation.learned is not None
    if not told and not memory.live:
        return Advised(redecide(signals, situation, weights, id=id, signs=signs), situation)
    task = task_of(signals, situation, weights, cell)
    if not told:
        added = learner.adjustment(memory.state, task, basis)
        named = {level: name for name, level in _levels_down(situation.ladder, weights)}
        taken = named.get(memory.takes(task))
        situation = replace(situation, learned=replace(added, first=taken))
    decision = redecide(signals, situation, weights, id=id, signs=signs)
    if reasons:
        reason = _reason(task, situation.ladder, len(weights.cuts), memory, compared=not told)
        decision = replace(decision, reasons=(reason, *decision.reasons))
    return Advised(decision, situation)


def with_record(decision: Decision, action: str, own: OwnRecord) -> Decision:
    """The same decision with one more reason: how often the operator kept this tier's answers to
    such actions, if that is known.

    The note explains and changes nothing, so it is kept with the reasons.
    """
    found = own.of(action, decision.answering)
    if found is None:
        return decision
    reason = Reason.of(
        "note", "kept", tier=decision.answering, kept=found.kept, judged=found.judged
    )
    return replace(decision, reasons=(*decision.reasons, reason))


def redecide(
    signals: Signals,
    situation: Situation,
    weights: Weights,
    *,
    id: str = "",
    signs: Sequence[Reason] = (),
) -> Decision:
    """Make a decision from these facts alone. The same facts always give exactly the same decision.
    Pure.
    """
    found = estimates.estimate(signals, weights, situation.ladder, situation.learned)
    return policy.decide(signals, found, situation, id=id, weights=weights.hash, signs=signs)


def task_of(signals: Signals, situation: Situation, weights: Weights, cell: Cell) -> LearnerTask:
    """The task in the form that the learner learns from. It holds a tier's rank (see `levels`) and
    not its name, so that it fits any list of tiers.
    """
    logits = tuple(reading.mean for reading in readings(signals, weights))
    cuts = len(weights.cuts)
    plain = estimates.estimate(signals, weights, situation.ladder)
    first = choose(signals, plain, replace(situation, rule=RULE)).bound
    costs: list[float] = [0.0] * (cuts + 1)
    for tier, level in reversed(list(levels(situation.ladder, len(weights.cuts)).items())):
        costs[level] = float(situation.cost.get(tier, 0))
    return LearnerTask(
        cell=cell,
        logits=logits,
        features=features(cell, signals.values, logits),
        costs=tuple(costs),
        redo=float(situation.redo_cost),
        shipped=levels(situation.ladder, cuts)[first],
        accept=plain.accept[situation.ladder.top],
    )


def levels(ladder: Ladder, cuts: int) -> dict[str, int]:
    """The rank of each tier among the models that the shipped weights were fitted on, 0 for the
    cheapest.
    """
    return dict(zip(ladder.names, estimates.levels(ladder, cuts), strict=True))


def _levels_down(ladder: Ladder, weights: Weights) -> list[tuple[str, int]]:
    """Tiers with their levels, the dearest first. In a dict by level, the cheapest of equals
    remains.
    """
    return list(reversed(levels(ladder, len(weights.cuts)).items()))


def _reason(
    task: LearnerTask, ladder: Ladder, cuts: int, memory: Memory, *, compared: bool
) -> Reason:
    """What was learned, and whether it changed the tier that the router takes first."""
    outcomes = memory.evidence.outcomes
    if not compared:
        return Reason.of("route", "learned", outcomes=outcomes, taken=None, shipped=None)
    named = {level: tier for tier, level in reversed(list(levels(ladder, cuts).items()))}
    taken, shipped = named.get(memory.takes(task)), named.get(task.shipped)
    return Reason.of("route", "learned", outcomes=outcomes, taken=taken, shipped=shipped)
