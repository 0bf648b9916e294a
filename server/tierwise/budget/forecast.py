"""What an attempt will probably cost: mean input, median output, today's prices."""

from __future__ import annotations

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
) -> int:
    """Mean cost of one attempt in nano-dollars; escalation is the policy's business.

    Needs no ledger: without a calibration the action's shipped median output counts.
    """
    output = calibration.median_output(tier.model, action)
    usage = Usage(
        input_tokens=tokens.mean_of_chars(prompt_chars),
        output_tokens=min(output, tier.max_tokens),
    )
    return prices.cost(tier.model, usage, at or datetime.now(UTC), tier.base_url)
