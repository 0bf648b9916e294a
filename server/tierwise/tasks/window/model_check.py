"""Checks the models of the tiers. It asks each server once for its list of models."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import TierwiseError
from tierwise.core.tiers import Ladder, Tier
from tierwise.models import model_list
from tierwise.models.client import ModelClient
from tierwise.models.model_list import ModelFacts, Remark
from tierwise.present import errors

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Inspected:
    """What one server of a tier says about the tier's model (`facts`), with remarks for the
    operator. `key` says whether there is a key for it.

    `unlisted` says why there is no list of models. It is empty if there is one.
    """

    tier: Tier
    key: bool
    facts: ModelFacts | None
    remarks: tuple[Remark, ...]
    unlisted: str = ""


async def inspect(
    ladder: Ladder, client: ModelClient, today: date, *, ask: bool = True, within: float = 5.0
) -> Sequence[Inspected]:
    """Check the model at every server of every tier. Without a key, or with `ask` False, the
    shipped table is used.
    """
    lists: dict[tuple[str, str | None], tuple[ModelFacts, ...] | str] = {}
    found = []
    for tier in ladder:
        for place in tier.places:
            key = client.key(place)
            where = (client.endpoint(place), key)
            if where not in lists:
                lists[where] = await _list(place, client, within) if ask and key else "not asked"
            listed = lists[where]
            known: tuple[ModelFacts, ...] = () if isinstance(listed, str) else listed
            found.append(
                Inspected(
                    place,
                    key is not None,
                    model_list.find(place.model, known),
                    model_list.judge(place, today, known),
                    listed if isinstance(listed, str) else "",
                )
            )
    return found


def warnings(found: Sequence[Inspected]) -> Sequence[str]:
    """Sentences about the models for the operator to see at the start, each once."""
    told = [r.text for one in found for r in one.remarks if r.level == "warning"]
    return tuple(dict.fromkeys(told))


async def _list(tier: Tier, client: ModelClient, within: float) -> tuple[ModelFacts, ...] | str:
    try:
        return await client.models(tier, within)
    except TierwiseError as error:
        log.info("no model list for %s (%s)", tier.name, error.name)
        return errors.sentence(error)
