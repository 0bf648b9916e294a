"""What a warm prompt cache is worth: the cost of staying on a tier against that of leaving it.

A conversation sends its whole prefix again with every turn. The tier that has it cached reads it
for a tenth of the input price or less. On any other tier it must first be written. So a cheaper
tier can be dearer for many turns.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tierwise.budget.prices import PriceTable
from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage
from tierwise.core.situation import WarmThread
from tierwise.core.tiers import Ladder, Tier

SMALLEST_PREFIX: Final = 512
"""Tokens below which the 5.5 models cache nothing (model page of the API)."""

TURNS_AHEAD: Final = 4
"""Turns that a conversation is expected to have still, when nothing is known of it."""

MOST_TURNS: Final = 200
"""Turns after which the search for a break-even ends. Leaving then counts as never paying off."""


@dataclass(frozen=True, slots=True)
class CachedTurn:
    """What a turn adds, in tokens: `fresh` of input and `output` of answer."""

    fresh: int = 1_500
    output: int = 800


@dataclass(frozen=True, slots=True)
class Prefix:
    """A conversation so far: its tokens, and the tiers that have them cached at this moment."""

    tokens: int
    warm: frozenset[str]


def turn_cost(
    tier: Tier, prefix: int, turn: CachedTurn, prices: PriceTable, at: datetime, *, warm: bool
) -> int:
    """Nano-dollars of one turn on a prefix of `prefix` tokens.

    With `warm` the prefix is read from the cache, otherwise it is written to it. A prefix that is
    too short, or a tier without a cache, pays the input price for it.
    """
    cached = prefix if prefix >= SMALLEST_PREFIX and "caching" in tier.features else 0
    usage = Usage(
        input_tokens=prefix - cached,
        output_tokens=turn.output,
        cache_read_tokens=cached if warm else 0,
        cache_write_5m_tokens=turn.fresh + (0 if warm else cached),
    )
    return prices.cost(tier.model, usage, at, tier.base_url)


def spend(
    tier: Tier,
    prefix: Prefix,
    turns: int,
    prices: PriceTable,
    at: datetime,
    turn: CachedTurn | None = None,
) -> int:
    """Nano-dollars of the next `turns` turns on one tier, the prefix growing with each.

    A cold tier pays for writing the prefix once and is warm from its second turn on.
    """
    step = turn or CachedTurn()
    total, length, warm = 0, prefix.tokens, tier.name in prefix.warm
    for _ in range(turns):
        total += turn_cost(tier, length, step, prices, at, warm=warm)
        length, warm = length + step.fresh + step.output, True
    return total


def break_even(
    stay: Tier,
    leave_for: Tier,
    prefix: Prefix,
    prices: PriceTable,
    at: datetime,
    turn: CachedTurn | None = None,
) -> int | None:
    """After how many turns `leave_for` has cost no more than `stay`; `None` if never."""
    step = turn or CachedTurn()
    length, gap = prefix.tokens, 0
    warm_stay, warm_leave = stay.name in prefix.warm, leave_for.name in prefix.warm
    for turns in range(1, MOST_TURNS + 1):
        gap += turn_cost(leave_for, length, step, prices, at, warm=warm_leave)
        gap -= turn_cost(stay, length, step, prices, at, warm=warm_stay)
        if gap <= 0:
            return turns
        length, warm_stay, warm_leave = length + step.fresh + step.output, True, True
    return None


def warm_thread(
    warm: str,
    prefix: Prefix,
    ladder: Ladder,
    prices: PriceTable,
    at: datetime,
    *,
    turns: int = TURNS_AHEAD,
    turn: CachedTurn | None = None,
) -> WarmThread | None:
    """The facts about a warm conversation that a decision needs; `None` when nothing is cached."""
    if prefix.tokens < SMALLEST_PREFIX or warm not in ladder:
        return None
    tier = ladder.get(warm)
    return WarmThread(
        warm,
        prefix.tokens,
        {t.name: spend(t, prefix, turns, prices, at, turn) for t in ladder},
        {t.name: break_even(tier, t, prefix, prices, at, turn) for t in ladder if t.name != warm},
    )
