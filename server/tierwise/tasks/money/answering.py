"""Finds the tier that answered if a team's gateway used another model than the one asked for."""

from __future__ import annotations

from dataclasses import replace

from tierwise.budget.model_ids import normal
from tierwise.core.tiers import Ladder, Tier


def answering(ladder: Ladder, asked: Tier, model: str) -> Tier | None:
    """The tier that answered in place of the tier `asked`. None if `asked` itself answered.

    `model` is the model that the gateway says it used, "" if it says none. If no tier here has that
    model, the result has it under the name of the asked tier. The address is always that of the
    asked tier, because the call went there.
    """
    if not model or normal(model) == normal(asked.model):
        return None
    found = next((tier for tier in ladder if normal(tier.model) == normal(model)), None)
    return replace(found or replace(asked, model=model), base_url=asked.base_url)
