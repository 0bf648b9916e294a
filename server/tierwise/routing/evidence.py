"""A second opinion as evidence: a cheap model named a tier, and that changes the estimate.

The estimate is of the need, the cheapest tier whose answer would do. Opinion and estimate are fused
by Bayes: P(need | said) is in proportion to P(need) x P(said | need). An opinion is worth asking
for if it is expected to save more than its price.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Situation
from tierwise.core.tiers import Ladder
from tierwise.routing import first

Table = Sequence[Sequence[float]]
"""P(said | needed): a row per tier that is needed, a column per tier said; empty as shipped."""
RIGHT: Final = (0.80, 0.17, 0.03)
"""How often an opinion names the tier that is needed, one beside it, one farther away: assumed,
until `bench_opinion` measures it with a key. For each needed tier the shares are scaled to a sum
of 1."""
STEPS_DOWN: Final = 1
"""Tiers by which an opinion may lower the tier of the estimate. So text that steers the opinion
never gets a task for the top of three tiers onto the cheapest one."""


def said(situation: Situation) -> str | None:
    """The tier that a second opinion (a cheap model's word on the request) named.

    None if there is no opinion, or if the decision rule in force does not use it as evidence.
    """
    named = situation.opinion
    fits = named is not None and named in situation.ladder and situation.rule == "loss-2"
    return named if fits else None


def fused(estimate: Estimate, named: str, ladder: Ladder, table: Table = ()) -> Estimate:
    """The estimate after an opinion that named a tier. Only `need` and its lower bound change."""
    place, count = ladder.rank(named), len(ladder.names)
    says = [likelihood(needed, count, table)[place] for needed in range(count)]
    need, lower = (
        _after([shares[name] for name in ladder.names], says)
        for shares in (estimate.need, estimate.lower)
    )
    names = ladder.names
    return replace(
        estimate,
        need=dict(zip(names, need, strict=True)),
        lower=dict(zip(names, lower, strict=True)),
    )


def choose(signals: Signals, estimate: Estimate, situation: Situation) -> first.First:
    """The tier to ask first, with the opinion taken into account.

    It is at most one tier below the tier that would be asked without the opinion.
    """
    told, ladder = said(situation), situation.ladder
    plain = first.choose(signals, estimate, situation)
    if told is None:
        return plain
    found = first.choose(signals, fused(estimate, told, ladder, situation.opinion_table), situation)
    least = ladder.names[max(0, ladder.rank(plain.bound) - STEPS_DOWN)]
    tier = ladder.higher(found.bound, least)
    return replace(found, point=tier, bound=tier, guarded=False)


def worth(signals: Signals, estimate: Estimate, situation: Situation) -> float:
    """How much an opinion is expected to save, in nano-dollars of spend and wrong answers.

    The chances are those of the estimate's lower bound.
    """
    ladder = situation.ladder
    plain = first.choose(signals, estimate, situation)
    if not plain.losses:
        return 0.0
    names, saved = ladder.names, 0.0
    exact = _exact([estimate.lower[name] for name in names])
    for place, named in enumerate(names):
        chance = math.fsum(
            p * likelihood(needed, len(names), situation.opinion_table)[place]
            for needed, p in enumerate(exact)
        )
        told = choose(signals, estimate, replace(situation, opinion=named))
        saved += chance * (told.losses[plain.bound] - told.losses[told.bound])
    return max(0.0, saved)


def likelihood(needed: int, count: int, table: Table = ()) -> Sequence[float]:
    """P(said | needed): how often an opinion names each tier if tier `needed` is the one needed.

    It is read from `table`, the learned one, if that has `count` tiers; else it is assumed.
    """
    if len(table) == count:
        return table[needed]
    shares = [RIGHT[min(abs(said - needed), len(RIGHT) - 1)] for said in range(count)]
    total = math.fsum(shares)
    return [share / total for share in shares]


def _after(need: Sequence[float], says: Sequence[float]) -> list[float]:
    """P(need <= tier) after the opinion.

    `need` is P(need <= tier) before it. `says` holds, per needed tier, how likely the opinion was.
    """
    joint = [p * likely for p, likely in zip(_exact(need), says, strict=True)]
    total = math.fsum(joint) or 1.0
    summed = [math.fsum(joint[: n + 1]) / total for n in range(len(joint) - 1)]
    return [*(min(1.0, share) for share in summed), 1.0]


def _exact(need: Sequence[float]) -> list[float]:
    return [max(0.0, p - below) for p, below in zip(need, (0.0, *need), strict=False)]
