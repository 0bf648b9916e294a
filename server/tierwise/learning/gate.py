"""The gate: the learned state decides nothing until it has proved itself, and stops when it fails.

Every task is judged before it is learned from (prequentially). Two things are compared: how
probable the shipped and the learned model called what the operator then did, and what each one's
first tier would have cost in all. Evidence is forgotten with a half-life in tasks, so that a good
past cannot cover a bad present: the same test that lets the state go live takes it back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.learning import spend, stakes
from tierwise.learning.belief import Belief, belief
from tierwise.learning.learner import LearnedState, believed, probability, would_have_done
from tierwise.learning.observation import LearnerAnswer, Observation

NEEDED: Final = 100
"""Outcomes that the gate needs before it may open."""
PAIRED_COUNTS: Final = 3
"""Outcomes that a comparison with a shadow answer counts in addition to its own: it is about two
tiers at once, one of them the tier in question."""
NEEDED_INFORMATIVE: Final = 30
"""How many of the outcomes must be informative (discards, two answers, trials, ratings, overrides):
an apply hardly distinguishes two policies."""
Z90: Final = 1.28
Z95: Final = 1.96
FADE: Final = 0.5 ** (1 / 400)
"""The share of its weight that a judgement keeps per task: half after 400 tasks."""
MOST_DRIFT: Final = 0.145
"""The share of first answers by the top tier may rise by 15 points on clicks alone. The bound is
on a share in which old tasks fade; the plain share differs from it by at most half a point."""
DRIFT_FADE: Final = 0.5 ** (1 / 60)
"""Fading per task of that share, so that it covers about the last hundred tasks."""
PROVEN: Final = 0.10
"""The share may rise further only if going straight to the top is measured to save this share of
the loss, with the 90 % bound, by settled verdicts (checks, undos, ratings, survival) on at least
`PROVEN_TASKS` tasks. So a series of discards in a bad mood moves it by 15 points at most."""
PROVEN_TASKS: Final = 30
CLIP: Final = 5.0
"""Most weight one trial may have in the doubly robust estimate."""

Why = Literal["few", "uninformative", "dearer", "worse", "unsure", "live"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Running sums over judged tasks: does the learned state do better than the shipped weights?

    All but the three counts and `improved` fade, so that recent tasks weigh most. `weight` is the
    faded number of tasks. Loss is spend plus what wrong answers cost.

    - `gain` is how much better the learned state foretold the verdicts (log-loss per task).
    - `saved` is the loss saved per task, in units of one wrong answer by the top tier. Both are
      (sum, sum of squares).
    - `tops` are faded numbers of tasks that start at the top tier: (shipped, learned).
    - `rises` are about settled tasks that only the learned state would start at the top: their
      number, sum and sum of squares of the loss that this saves, and the loss without it.
    """

    outcomes: int = 0
    informative: int = 0
    paired: int = 0
    weight: float = 0.0
    gain: tuple[float, float] = (0.0, 0.0)
    saved: tuple[float, float] = (0.0, 0.0)
    tops: tuple[float, float] = (0.0, 0.0)
    rises: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    live: bool = False
    improved: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """What the learned state saved while it decided: tasks, sum and squares of the loss saved per
    task, and the shipped state's loss, in nano-dollars. It is only shown, and it does not fade."""


@dataclass(frozen=True, slots=True)
class Improvement:
    """What the learned state saved while it decided.

    `share` is the part of the shipped weights' loss (spend and redos together) that was saved,
    `within` half the width of its 95 % interval.
    """

    tasks: int
    share: float
    within: float


@dataclass(frozen=True, slots=True)
class GateVerdict:
    """Whether the learned state may choose tiers, and why or why not.

    `needed` is how many more outcomes are needed at least, 0 if the number is not the reason.
    """

    live: bool
    why: Why
    needed: int = 0


def judge(evidence: Evidence) -> GateVerdict:
    """Decide whether the learned state may choose tiers, from the evidence so far."""
    missing = NEEDED - evidence.outcomes - PAIRED_COUNTS * evidence.paired
    if missing > 0:
        return GateVerdict(False, "few", missing)
    if evidence.informative < NEEDED_INFORMATIVE:
        return GateVerdict(False, "uninformative", NEEDED_INFORMATIVE - evidence.informative)
    gain, error = _mean(evidence.gain, evidence.weight)
    saved, saved_error = _mean(evidence.saved, evidence.weight)
    if saved + (Z90 * saved_error if evidence.live else 0.0) < 0:
        return GateVerdict(False, "dearer")
    if evidence.live:
        return GateVerdict(False, "worse") if gain + Z90 * error < 0 else GateVerdict(True, "live")
    return GateVerdict(True, "live") if gain - Z90 * error > 0 else GateVerdict(False, "unsure")


def judged(evidence: Evidence, state: LearnedState, seen: Observation, wanted: int) -> Evidence:
    """The evidence with one more task, judged by a state that has not learned from it yet.

    `wanted` is the tier the state would have taken first, before the limit on starts at the top.
    """
    if not seen.answers:
        return evidence
    task = seen.task
    now = believed(state, task)
    plain = belief(task.logits, accept=task.accept)
    gain = _log_likelihood(now, seen, state) - _log_likelihood(plain, seen, state)
    taken = bounded(wanted, task.shipped, task.top, evidence)
    costs = _known(seen, spend.corrected(state.spend, task.cell, task.costs))
    saved = base = 0.0
    if costs:
        base = _loss(seen, task.shipped, now, costs, state)
        saved = base - _loss(seen, taken, now, costs, state) if taken != task.shipped else 0.0
    unit = (task.redo + costs[-1] if costs else 0.0) or 1.0
    made = Evidence(
        outcomes=evidence.outcomes + 1,
        informative=evidence.informative + seen.informative,
        paired=evidence.paired + any(answer.paired for answer in seen.answers),
        weight=evidence.weight * FADE + 1,
        gain=_added(evidence.gain, gain),
        saved=_added(evidence.saved, saved / unit),
        tops=(
            evidence.tops[0] * DRIFT_FADE + (task.shipped == task.top),
            evidence.tops[1] * DRIFT_FADE + (taken == task.top),
        ),
        rises=_risen(evidence, seen, wanted, now, costs, state),
        live=evidence.live,
        improved=_improved(evidence, saved, base),
    )
    return replace(made, live=judge(made).live)


def bounded(wanted: int, shipped: int, top: int, evidence: Evidence) -> int:
    """The tier the learned state wants, or the shipped one where it would start at the top too
    often.
    """
    rise = drift(evidence) + (1 - DRIFT_FADE)
    if wanted == top != shipped and rise > allowed_drift(evidence):
        return shipped
    return wanted


def gain(evidence: Evidence) -> dict[str, float]:
    """How much better than the shipped weights the learned state foretold which answers are kept.

    It is log-loss per task, with the distance to its bound (1.28 standard errors).
    """
    mean, error = _mean(evidence.gain, evidence.weight)
    width = Z90 * error if math.isfinite(error) else 0.0
    return {"logLoss": round(mean, 6), "within": round(width, 6)}


def improvement(evidence: Evidence) -> Improvement | None:
    """What the learned state saved while it decided; None if it never did."""
    tasks, total, squares, base = evidence.improved
    if not tasks or base <= 0:
        return None
    mean = total / tasks
    spread = math.sqrt(max(squares / tasks - mean * mean, 0.0) / tasks)
    return Improvement(int(tasks), total / base, Z95 * spread * tasks / base)


def drift(evidence: Evidence) -> float:
    """By how much the learned state lately raised the share of starts at the top tier, -1 to 1."""
    shipped, learned = evidence.tops
    return (learned - shipped) * (1 - DRIFT_FADE)


def allowed_drift(evidence: Evidence) -> float:
    """The most by which the learned state may raise the share of starts at the top tier:
    `MOST_DRIFT`, or 1 if going straight to the top is proven to be cheaper.
    """
    number, total, squares, base = evidence.rises
    if number < PROVEN_TASKS:
        return MOST_DRIFT
    mean, error = _mean((total, squares), number)
    return 1.0 if mean - Z90 * error > PROVEN * base / number else MOST_DRIFT


def _improved(evidence: Evidence, saved: float, base: float) -> tuple[float, float, float, float]:
    """The sums of what was saved, after one more task. They change only while the state decides."""
    if not evidence.live:
        return evidence.improved
    tasks, total, squares, before = evidence.improved
    return (tasks + 1, total + saved, squares + saved * saved, before + base)


def _risen(
    evidence: Evidence,
    seen: Observation,
    wanted: int,
    now: Belief,
    costs: Sequence[float],
    state: LearnedState,
) -> tuple[float, float, float, float]:
    task = seen.task
    if not (costs and wanted == task.top and seen.began <= task.shipped < task.top):
        return evidence.rises
    if not all(answer.settled for answer in seen.answers):
        return evidence.rises
    here = _loss(seen, task.shipped, now, costs, state)
    saves = here - _loss(seen, task.top, now, costs, state)
    number, total, squares, base = (FADE * sum for sum in evidence.rises)
    return (number + 1, total + saves, squares + saves * saves, base + here)


def _log_likelihood(now: Belief, seen: Observation, state: LearnedState) -> float:
    """Log-probability of the verdicts on a task, each given the ones before it."""
    total, failed = 0.0, None
    for answer in seen.answers:
        p = max(0.001, min(0.999, probability(now, answer, failed, state)))
        total += answer.kept * math.log(p) + (1 - answer.kept) * math.log(1 - p)
        failed = answer.tier if answer.refuted else None
    return total


def _known(seen: Observation, costs: Sequence[float]) -> tuple[float, ...]:
    """Costs per tier in nano-dollars: the actual cost of each answer, else the learned forecast."""
    actual = {a.tier: a.cost for a in seen.answers if a.cost is not None}
    return tuple(actual.get(rank, cost) for rank, cost in enumerate(costs))


def _loss(
    seen: Observation, first: int, now: Belief, costs: Sequence[float], state: LearnedState
) -> float:
    """The loss of starting at `first`: from the answers where they show it, else expected.

    From the tier of the first answer on upwards, discards and the kept answer are facts. Below it
    nothing was seen, so the belief is used. Where the first tier was drawn (trials are on), the
    difference between facts and belief is weighted by the inverse of the propensity, `CLIP` at
    most: the doubly robust estimate.
    """
    verdicts = {answer.tier: _share(answer, now, state) for answer in seen.answers}
    start, redo = seen.answers[0].tier, seen.task.redo
    if first < start:
        return stakes.expected(now, first, costs, redo)
    total, open_share = 0.0, 1.0
    for tier in range(first, len(costs)):
        kept = verdicts.get(tier)
        if kept is None:
            passed = any(k >= 0.5 for t, k in verdicts.items() if t < tier)
            kept = now.kept[-1] if passed else now.kept[tier]
        total += open_share * (costs[tier] + redo * (1 - kept))
        open_share *= 1 - kept
    if first == start and seen.propensity < 1:
        model = stakes.expected(now, first, costs, redo)
        total = model + min(CLIP, 1 / seen.propensity) * (total - model)
    return total


def _share(answer: LearnerAnswer, now: Belief, state: LearnedState) -> float:
    """The share of an answer that was kept.

    For a shadow answer that differs from the kept one, it is the chance that it would have been
    kept, by Bayes.
    """
    if not answer.paired or answer.refuted or answer.kept >= 0.5:
        return answer.kept
    return would_have_done(now, answer, state)


def _added(sums: tuple[float, float], value: float) -> tuple[float, float]:
    return (sums[0] * FADE + value, sums[1] * FADE + value * value)


def _mean(sums: tuple[float, float], weight: float) -> tuple[float, float]:
    """The mean and its standard error; (0, infinity) if the weight is at most 1.

    `sums` are the sum of the values and that of their squares.
    """
    if weight <= 1:
        return 0.0, math.inf
    mean = sums[0] / weight
    return mean, math.sqrt(max(sums[1] / weight - mean * mean, 0.0) / weight)
