"""What a task will probably cost: mean input, median output, today's prices."""

from __future__ import annotations

from datetime import UTC, datetime

from tierwise.budget import tokens
from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier


def expected_spend(
    tier: Tier,
    action: str,
    prompt_chars: int,
    prices: PriceTable,
    *,
    at: datetime | None = None,
) -> int:
    """Mean cost of one attempt in nano-dollars; escalation is the policy's business."""
    usage = Usage(
        input_tokens=tokens.mean_of_chars(prompt_chars),
        output_tokens=min(tokens.MEDIAN_OUTPUT.get(action, 400), tier.max_tokens),
    )
    return prices.cost(tier.model, usage, at or datetime.now(UTC))
