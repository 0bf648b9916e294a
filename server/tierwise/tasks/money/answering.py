"""Finds the tier that answered if a team's gateway used another model than the one asked for."""

from __future__ import annotations

from dataclasses import replace

from tierwise.budget.model_ids import normal
from tierwise.core.tiers import Ladder, Tier


def answering(ladder: Ladder, asked: Tier, model: str) -> Tier | None:
    """The tier that answered in place of the one that was asked. None if the asked one did.

    `model` is the model that the gateway says it used, "" if it says none. A model of no tier here
    keeps the name of the asked tier. The address also stays, because the call went there.
    """
    if not model or normal(model) == normal(asked.model):
        return None
    found = next((tier for tier in ladder if normal(tier.model) == normal(model)), None)
    return replace(found or replace(asked, model=model), base_url=asked.base_url)
