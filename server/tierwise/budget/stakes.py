"""What is at stake in a decision: the probable spend on each tier, and the cost of a redo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tierwise.budget import forecast
from tierwise.budget.calibration import Calibration
from tierwise.budget.prices import PriceTable
from tierwise.budget.redo import redo_cost
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Ladder


@dataclass(frozen=True, slots=True)
class Stakes:
    """In nano-dollars: what a wrong answer costs the operator, and one attempt on each tier."""

    redo_cost: int
    cost: Mapping[str, int]


def stakes(
    ladder: Ladder,
    action: str,
    prompt_chars: int,
    prices: PriceTable,
    redo_base: int,
    *,
    at: datetime | None = None,
    calibration: Calibration = forecast.UNTRAINED,
    input_tokens: int | None = None,
    steps: int = 1,
) -> Stakes:
    """What is at stake for a prompt of `prompt_chars` characters.

    `redo_base` is what a wrong answer to the median task costs, in nano-dollars. `input_tokens`
    replaces `prompt_chars` where the caller counted tokens.
    """
    output = calibration.median_output(ladder.get(ladder.top).model, action)
    return Stakes(
        redo_cost(redo_base, prompt_chars, output, input_tokens=input_tokens, steps=steps),
        {
            tier.name: forecast.expected_spend(
                tier,
                action,
                prompt_chars,
                prices,
                at=at,
                calibration=calibration,
                input_tokens=input_tokens,
                steps=steps,
            )
            for tier in ladder
        },
    )
