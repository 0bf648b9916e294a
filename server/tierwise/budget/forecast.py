"""What an attempt will probably cost: mean input, median output, today's prices. For a redo the
tokens of the answer before it count instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from tierwise.budget import tokens
from tierwise.budget.calibration import Calibration
from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier

UNTRAINED: Final = Calibration()


def expected_spend(
    tier: Tier,
    action: str,
    prompt_chars: int,
    prices: PriceTable,
    *,
    at: datetime | None = None,
    calibration: Calibration = UNTRAINED,
    input_tokens: int | None = None,
    steps: int = 1,
) -> int:
    """What one attempt will cost on average, in nano-dollars, without a possible escalation.

    It needs no ledger: without a calibration the action's shipped median output is taken. An
    attempt of several `steps` writes its prompt into the cache once and reads it from there
    afterwards. `input_tokens` replaces `prompt_chars` where the caller counted tokens.
    """
    output = min(calibration.median_output(tier.model, action), tier.max_tokens)
    read = tokens.mean_of_chars(prompt_chars) if input_tokens is None else input_tokens
    if steps == 1:
        usage = Usage(input_tokens=read, output_tokens=output)
        return prices.cost(tier.model, usage, at or datetime.now(UTC), tier.base_url)
    usage = Usage(cache_write_5m_tokens=read, output_tokens=output)
    later = Usage(cache_read_tokens=read, output_tokens=output)
    when = at or datetime.now(UTC)
    first = prices.cost(tier.model, usage, when, tier.base_url)
    return first + (steps - 1) * prices.cost(tier.model, later, when, tier.base_url)


def of_usage(
    usage: Usage, tiers: Iterable[Tier], prices: PriceTable, at: datetime
) -> dict[str, int]:
    """What a call of as many tokens would cost on each tier, in nano-dollars.

    No tier is taken to have any of the prompt in its cache, and none writes more than its longest
    answer.
    """
    costs = {}
    for tier in tiers:
        output = min(usage.output_tokens, tier.max_tokens)
        fresh = Usage(input_tokens=usage.prompt_tokens, output_tokens=output)
        costs[tier.name] = prices.cost(tier.model, fresh, at, tier.base_url)
    return costs
