"""What logged turns cost at list prices, and an estimate of their cost if they were routed.

It assumes that every tier would have used the same tokens, that a turn stays on its tier, and that
an answer which is not kept costs the whole turn again one tier up. How often that happens comes
from the router's estimate, which was made from other people's tasks. Code that shows these figures
must say so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import field

from tierwise.budget.model_ids import normal
from tierwise.budget.prices import PriceTable
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.tiers import Ladder, Tier
from tierwise.report.claude_code import LoggedTurn


@dataclass
class RoutedSums:
    """Sums over turns, with money in nano-dollars. `cost` is what the turns cost at list prices,
    and `routed` their expected cost if they had been routed. `redos` is the expected number of
    turns that would be asked again one tier up.

    `unknown` names models without a list price. They were counted at the dearest known rate.
    """

    turns: int = 0
    calls: int = 0
    cost: int = 0
    routed: float = 0.0
    redos: float = 0.0
    first: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    unknown: set[str] = field(default_factory=set)


def add_up(
    turns: Iterable[LoggedTurn],
    ladder: Ladder,
    prices: PriceTable,
    decide: Callable[[LoggedTurn], Decision],
) -> RoutedSums:
    """What turns cost, and their expected cost if `decide` had chosen their tiers. Pure if `decide`
    is.
    """
    sums = RoutedSums()
    listed = {row.model for row in prices.rows}
    for turn in turns:
        decision = decide(turn)
        rank = ladder.rank(decision.answering)
        wrong = 1.0 - decision.estimate.need[decision.answering]
        sums.turns += 1
        sums.calls += turn.steps
        sums.first[decision.answering] += 1
        sums.routed += _on(turn, ladder.tiers[rank], prices)
        if rank + 1 < len(ladder):
            sums.redos += wrong
            sums.routed += wrong * _on(turn, ladder.tiers[rank + 1], prices)
        for call in turn.calls.values():
            prompt = call.usage.input_tokens + call.usage.cache_read_tokens
            prompt += call.usage.cache_write_5m_tokens + call.usage.cache_write_1h_tokens
            sums.cost += prices.rate(call.model, call.at, prompt).cost(call.usage)
            sums.models[call.model] += 1
            if call.model not in listed and normal(call.model) not in listed:
                sums.unknown.add(call.model)
    return sums


def _on(turn: LoggedTurn, tier: Tier, prices: PriceTable) -> int:
    """The cost in nano-dollars of a turn's tokens on a tier, at the prices of that time."""
    total = 0
    for call in turn.calls.values():
        used = call.usage
        prompt = used.input_tokens + used.cache_read_tokens
        prompt += used.cache_write_5m_tokens + used.cache_write_1h_tokens
        total += prices.rate(tier.model, call.at, prompt, tier.base_url).cost(used)
    return total
