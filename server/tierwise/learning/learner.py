"""The learner: adds what the operator's verdicts teach to the shipped estimate of each task.

P(need <= t) = sigmoid(shipped logit + shift), P(kept at the top) = sigmoid(top + shift). A cut is
the border between two tiers and has one shift. The model is an interval-censored ordinal one: a
verdict on an answer says only whether its tier suffices. It may be wrong at two rates: kept though
wrong, discarded though right. A second answer to the same task is judged given that the first one
failed, so a pair of answers is worth more than two tasks.

Each shift is a sum of weights: for all tasks, for the action, for action and language, for the
project, and for a few signals. Every weight has a mean and a variance. The start variance holds it
near zero until there is evidence (shrinkage). What all cuts share is a weight of its own, since an
operator who wants more wants more at every cut.

One answer is one extended Kalman step with a diagonal covariance: O(features), pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Adjustment
from tierwise.learning import opinions, spend
from tierwise.learning.belief import LEAST, Belief, Sufficiency, belief, sufficiency
from tierwise.learning.observation import SCALE, LearnerAnswer, LearnerTask, Observation

VARIANCES: Final = {
    "all": 4.0,
    "slope": 0.05,
    "action": 0.8,
    "cell": 0.6,
    "project": 0.3,
    "signal": 0.005,
}
"""Prior variance of a weight, in squared logits, by level: wide levels may move far, a signal
little. They were chosen on simulated worlds other than those reported (`make bench-learning`), that
of signals also on the developer outcomes: larger ones lost there and gained nothing in the worlds.
"""
HEADS: Final = {"base": 0.5, "cut": 0.2, "top": 0.5}
"""Factor on the prior variances for the weights that all cuts share, for those of one cut, and for
those of the top."""
FLIPS: Final = (2.0, 8.0)
"""Beta prior of both flip rates, mean 0.20. Assuming too little noise drifts to the top."""
SETTLED_FLIPS: Final = (0.02, 0.02)
"""Flip rates of a verdict that a check, a rating, an undo or two minutes of survival confirm."""
ALIKE_BY_CHANCE: Final = 0.02
"""How often an edit that does not suffice is the same as the one that was kept."""
PAIRS: Final = (2.0, 2.0)
"""Beta prior of how often an edit that suffices is written differently from the kept one. Nobody
can see which edits those are, so a differing edit counts by the chance that it suffices."""
MOST_STEP: Final = 0.25
"""The most logits by which one answer may move one shift."""
BASE_REACH: Final = 0.5
REACH_PER_50: Final = 0.25
"""A shift is at most 0.5 logit, and 0.25 more for every 50 outcomes."""
SURE: Final = 0.25
"""A shift may exceed its reach up to its mean minus this many standard deviations. So strong
evidence that the shipped estimate is far off counts without a thousand tasks. The gate and the
bound on drift limit it."""
SUREST: Final = 3.0
"""The most logits (95 %) that the learner takes from the shipped estimate: on other work than that
of its fit it is too sure, and a certain estimate could not learn."""
HALF_LIFE_MS: Final = 60 * 86_400_000
"""Evidence loses half of its weight in 60 days."""

Weight = tuple[float, float]
"""Mean and variance."""
Weights = Mapping[str, Weight]


@dataclass(frozen=True, slots=True)
class LearnedState:
    """What was learned, in logits: weights by feature for all borders between tiers (`base`), for
    each border (`cuts`), and for P(kept at the top).

    - `flips` counts the operator's clicks that were confirmed or refuted later: (kept though wrong,
      discarded and wrong, discarded though right, kept and right).
    - `pairs` counts shadow answers that suffice: (written differently, the same).
    - `opinions` counts the tiers that second opinions named, by the tier that was needed.
    - `spend` holds what answers really cost compared with their forecast.
    - `outcomes` counts the tasks learned from (it fades), `at_ms` is the time of the last one.

    Names of features hold actions, languages and project keys, never text.
    """

    base: Weights = field(default_factory=dict)
    cuts: tuple[Weights, ...] = ({}, {})
    top: Weights = field(default_factory=dict)
    flips: tuple[float, float, float, float] = (*FLIPS, *FLIPS)
    pairs: tuple[float, float] = PAIRS
    opinions: opinions.Counts = opinions.SHIPPED
    spend: spend.Ratios = field(default_factory=dict)
    outcomes: float = 0.0
    at_ms: int = 0

    @property
    def flip_rates(self) -> tuple[float, float]:
        """The rates of wrong verdicts: (kept though wrong, discarded though right)."""
        wrong_kept, wrong_discarded, right_discarded, right_kept = self.flips
        return (
            wrong_kept / (wrong_kept + wrong_discarded),
            right_discarded / (right_discarded + right_kept),
        )

    @property
    def pair_rates(self) -> tuple[float, float]:
        """How often a shadow answer misleads: (the same as the kept answer but wrong, different but
        right).

        A shadow answer is one of the cheapest tier that is only compared with the kept one.
        """
        otherwise, same = self.pairs
        return ALIKE_BY_CHANCE, otherwise / (otherwise + same)

    @property
    def reach(self) -> float:
        """The most that a shift may be, in logits. It grows with the number of outcomes."""
        return BASE_REACH + REACH_PER_50 * self.outcomes / 50


def believed(state: LearnedState, task: LearnerTask) -> Belief:
    """What the learned state expects of a task, per tier: P(need <= tier), P(answer is kept)."""
    top = _clip(_mean(state.top, task.features), 2 * state.reach)
    return belief(task.logits, shifts(state, task), top, task.accept)


def shifts(state: LearnedState, task: LearnerTask) -> tuple[float, ...]:
    """What the state adds to the shipped logits of a task, one for each border between tiers.

    A shift is limited to `LearnedState.reach`, unless it is sure of being larger. A shipped logit
    that is surer than `SUREST` is also pulled back to it.
    """
    given = task.features
    base, spread = _mean(state.base, given), _spread(state.base, given, HEADS["base"])
    made = []
    for logit, own in zip(task.logits, _padded(state.cuts, len(task.logits)), strict=True):
        shift = base + _mean(own, given)
        sure = abs(shift) - SURE * math.sqrt(spread + _spread(own, given, HEADS["cut"]))
        made.append(_added(logit, _clip(shift, max(state.reach, sure))) - logit)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class OperatorLine:
    """What was learned from all tasks of the operator, as a line on the shipped logit.

    The logit is that of P(the cheapest tier suffices). `shift` is in logits at the line's centre. A
    `slope` of 1 is the shipped one.
    """

    shift: float
    slope: float


def operator_line(state: LearnedState) -> OperatorLine:
    """What this state learned from all tasks together, as a line on the shipped logit."""
    shift, turn = (state.base.get(name, (0.0, 0.0))[0] for name in ("all", "slope"))
    return OperatorLine(_clip(shift, state.reach), 1.0 + turn / SCALE)


def adjustment(state: LearnedState, task: LearnerTask, basis: str = "") -> Adjustment:
    """What was learned of a task, in the form that the router takes. `basis` names the learned
    state.
    """
    return Adjustment(shifts(state, task), (), basis, believed(state, task).kept[-1])


def probability(
    now: Belief, answer: LearnerAnswer, failed: int | None, state: LearnedState
) -> float:
    """P(the operator keeps this answer), given that tier `failed` was just discarded."""
    wrong, right = _flips(state, answer)
    suffices = sufficiency(now, answer.tier, failed).p
    return suffices * (1 - right) + (1 - suffices) * wrong


def update(state: LearnedState, seen: Observation) -> LearnedState:
    """The state after one more task. Pure. A task without a verdict only lets evidence age."""
    state = aged(state, seen.at_ms)
    heads = _Heads(state, len(seen.task.logits))
    flips = list(state.flips)
    failed: int | None = None
    for answer in seen.answers:
        heads.learn(seen.task, answer, failed, _flips(state, answer))
        if answer.settled and answer.clicked is not None:
            flips[_flip(answer.clicked, answer.kept >= 0.5)] += 1.0
        failed = answer.tier if answer.refuted else None
    if seen.overkill is not None and seen.overkill > 0:
        below = LearnerAnswer(seen.overkill - 1, 1.0, 2.0, settled=True)
        heads.learn(seen.task, below, None, SETTLED_FLIPS)
    return replace(
        state,
        base=heads.base,
        cuts=tuple(heads.cuts),
        top=heads.top,
        flips=(flips[0], flips[1], flips[2], flips[3]),
        pairs=_paired(state, seen),
        opinions=_opinions(state, seen),
        spend=spend.learned(state.spend, seen.task.cell, seen.task.costs, seen.answers),
        outcomes=state.outcomes + bool(seen.answers or seen.overkill),
        at_ms=max(state.at_ms, seen.at_ms),
    )


def aged(state: LearnedState, at_ms: int) -> LearnedState:
    """The state at a later time: its evidence has faded. Within an hour nothing changes."""
    age = at_ms - state.at_ms
    if not state.at_ms or age < 3_600_000:
        return state
    left = 2.0 ** (-age / HALF_LIFE_MS)
    start = (*FLIPS, *FLIPS)
    flips = [s + (f - s) * left for f, s in zip(state.flips, start, strict=True)]
    return replace(
        state,
        base=_decayed(state.base, left, HEADS["base"]),
        cuts=tuple(_decayed(own, left, HEADS["cut"]) for own in state.cuts),
        top=_decayed(state.top, left, HEADS["top"]),
        flips=(flips[0], flips[1], flips[2], flips[3]),
        opinions=opinions.aged(state.opinions, left),
        pairs=(
            PAIRS[0] + (state.pairs[0] - PAIRS[0]) * left,
            PAIRS[1] + (state.pairs[1] - PAIRS[1]) * left,
        ),
        spend={k: (total * left, count * left) for k, (total, count) in state.spend.items()},
        outcomes=state.outcomes * left,
        at_ms=at_ms,
    )


class _Heads:
    """The weights of a state while it learns from one task."""

    def __init__(self, state: LearnedState, cuts: int) -> None:
        self.base = dict(state.base)
        self.cuts = [dict(own) for own in _padded(state.cuts, cuts)]
        self.top = dict(state.top)

    def learn(
        self,
        task: LearnerTask,
        answer: LearnerAnswer,
        failed: int | None,
        flips: tuple[float, float],
    ) -> None:
        """Take one Kalman step on every weight that the answer's probability depends on."""
        given = task.features
        base = _mean(self.base, given)
        logits = [
            _added(logit, base + _mean(own, given))
            for logit, own in zip(task.logits, self.cuts, strict=True)
        ]
        now = belief(logits, (), _mean(self.top, given), task.accept)
        found = sufficiency(now, answer.tier, failed)
        wrong, right = flips
        seen = found.p * (1 - right) + (1 - found.p) * wrong
        seen = max(LEAST, min(1 - LEAST, seen))
        noise = seen * (1 - seen) / max(answer.weight, 1e-6)
        moves = [
            (head, slope, factor, _spread(head, given, factor))
            for head, slope, factor in self._slopes(found, 1.0 - wrong - right)
        ]
        total = noise + sum(slope * slope * spread for _, slope, _, spread in moves)
        gain = (answer.kept - seen) / total
        for head, slope, factor, spread in moves:
            step = abs(spread * slope * gain)
            pull = gain * min(1.0, MOST_STEP / step) if step else gain
            for name, x in given.items():
                mean, variance = head.get(name) or (0.0, _prior(name) * factor)
                along = variance * x * slope
                head[name] = (mean + along * pull, variance - along * along / total)

    def _slopes(
        self, found: Sufficiency, scale: float
    ) -> list[tuple[dict[str, Weight], float, float]]:
        made = [(self.cuts[cut], slope * scale, HEADS["cut"]) for cut, slope in found.cuts if slope]
        shared = scale * sum(slope for _, slope in found.cuts)
        if shared:
            made.append((self.base, shared, HEADS["base"]))
        made.append((self.top, found.top * scale, HEADS["top"]))
        return made


def _flips(state: LearnedState, answer: LearnerAnswer) -> tuple[float, float]:
    if answer.settled:
        return SETTLED_FLIPS
    return state.pair_rates if answer.paired else state.flip_rates


def would_have_done(now: Belief, answer: LearnerAnswer, state: LearnedState) -> float:
    """The chance that a shadow answer suffices although it differs from the kept one."""
    wrong, right = state.pair_rates
    would = now.kept[answer.tier] * right
    return would / (would + (1 - now.kept[answer.tier]) * (1 - wrong))


def _opinions(state: LearnedState, seen: Observation) -> opinions.Counts:
    """The counts of opinions after one more task, if it had an opinion and a verdict."""
    counts = state.opinions
    if seen.said is None or not seen.answers or seen.task.top + 1 != len(counts):
        return counts
    likely = [row[seen.said] / math.fsum(row) for row in counts]
    now = believed(state, seen.task)
    found = opinions.chances(now, seen.answers, lambda answer: _flips(state, answer), likely)
    return opinions.learned(counts, seen.said, found)


def _paired(state: LearnedState, seen: Observation) -> tuple[float, float]:
    """The counts of pairs after one more task."""
    otherwise, same = state.pairs
    for answer in seen.answers:
        if answer.paired and answer.kept >= 0.5:
            same += 1.0
        elif answer.paired and not answer.refuted:
            shipped = belief(seen.task.logits, accept=seen.task.accept)
            otherwise += would_have_done(shipped, answer, state)
    return otherwise, same


def _flip(clicked: bool, right: bool) -> int:
    """The index of the Beta count that a click adds to, once it is known whether the answer was
    right.
    """
    return (3 if clicked else 2) if right else (0 if clicked else 1)


def _decayed(weights: Weights, left: float, factor: float) -> Weights:
    made = {}
    for name, (mean, variance) in weights.items():
        prior = 1.0 / (_prior(name) * factor)
        evidence = max(1.0 / variance - prior, 0.0)
        kept = evidence * left
        scale = left * (prior + evidence) / (prior + kept)
        made[name] = (mean * scale, 1.0 / (prior + kept))
    return made


def _spread(head: Weights, given: Mapping[str, float], factor: float) -> float:
    return sum(
        (head[name][1] if name in head else _prior(name) * factor) * x * x
        for name, x in given.items()
    )


def _mean(weights: Weights, given: Mapping[str, float]) -> float:
    return math.fsum(weights[name][0] * x for name, x in given.items() if name in weights)


def _prior(name: str) -> float:
    return VARIANCES[name.partition(":")[0]]


def _padded(cuts: Sequence[Weights], size: int) -> list[Weights]:
    return [cuts[i] if i < len(cuts) else {} for i in range(size)]


def _added(logit: float, shift: float) -> float:
    """A shipped logit with the learned shift added.

    A logit beyond `SUREST` counts as `SUREST`. A shift in the other direction first uses up what
    lies beyond. So certainty is doubted, but the order of tasks stays, which a plain clip would
    lose.
    """
    sure = _clip(logit, SUREST)
    if logit == sure or (shift > 0) == (logit > 0):
        return sure + shift
    return min(SUREST, logit + shift) if logit > 0 else max(-SUREST, logit + shift)


def _clip(value: float, reach: float) -> float:
    return max(-reach, min(reach, value))
