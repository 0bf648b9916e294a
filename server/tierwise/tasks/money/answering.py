"""Which tier answered a call that a team's gateway gave to another model than was asked."""

from __future__ import annotations

from dataclasses import replace

from tierwise.budget.model_ids import normal
from tierwise.core.tiers import Ladder, Tier


def answering(ladder: Ladder, asked: Tier, model: str) -> Tier | None:
    """The tier that answered instead of the one that was asked; None where that one did.

    `model` is what the gateway says it asked, "" where nobody says. A model of no tier here keeps
    the name of the tier that was asked. The address stays as well: that is where the call went.
    """
    if not model or normal(model) == normal(asked.model):
        return None
    found = next((tier for tier in ladder if normal(tier.model) == normal(model)), None)
    return replace(found or replace(asked, model=model), base_url=asked.base_url)
