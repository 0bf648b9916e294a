"""What a client names: a tier's model, a routed name, another model, a tier in its first word."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from tierwise.budget.model_ids import normal
from tierwise.core.errors import UnknownTier
from tierwise.core.tiers import Ladder, Tier
from tierwise.gateway import accepts, deciding
from tierwise.gateway.call import Call, action_of
from tierwise.gateway.kinds import Kind
from tierwise.gateway.refusal import Refusal
from tierwise.routing.overrides import split_tier_word

OTHER: Final = "other"
"""The tier in the headers of a call to a model that is no tier's."""
THREAD_CAPABILITY: Final = "capability_rejected: beta_header:message-threads-2026-08-12"
"""What a client that sends only the new part of a conversation looks for in an error, to send all
of it instead."""


def tier_named(model: str, ladder: Ladder, routed: Collection[str]) -> str | None:
    """The tier that a model name stands for; None for one of the `routed`, `OTHER` for no tier."""
    if model.partition("[")[0] in routed:
        return None
    for tier in ladder:
        if model == tier.name or normal(tier.model) == normal(model):
            return tier.name
    return OTHER


def bound_by_team(call: Call, named: str | None, ladder: Ladder) -> str | None:
    """The tier that a client named, raised to the team's floor and lowered to its highest."""
    if named is None:
        return None
    floor = call.rules.floors.get(action_of(call.headers))
    if floor is not None and floor in ladder and ladder.rank(floor) > ladder.rank(named):
        named = floor
    return deciding.lowest(ladder, named, call.rules.max_tier)


def tier_word(said: str, ladder: Ladder, kind: Kind) -> tuple[str | None, str]:
    """A tier named by the first word of a turn; agents' own mentions begin with the same sign."""
    if kind != "turn":
        return None, said
    try:
        return split_tier_word(said, ladder)
    except UnknownTier:
        return None, said


def cheapest(call: Call, ladder: Ladder) -> Tier:
    """The cheapest tier that takes the shape of a call. Raises `Refusal` where none does."""
    found = accepts.cheapest(ladder, call.body.data, call.chars)
    if found is None:
        accepts.require(ladder.get(ladder.cheapest), call.body.data, call.chars, ladder)
        raise AssertionError("a body that no tier takes is refused")
    return found


def foreign(call: Call) -> Tier:
    """A model that is no tier's, at the default server: passed as it is, priced and booked."""
    most = call.body.data.get("max_tokens")
    return Tier(OTHER, call.model, most if isinstance(most, int) else 0)


def no_thread(call: Call) -> None:
    """Refuse a body that holds only the new part of a conversation.

    What it would be billed for is not in it, so it can neither be bounded nor given to another
    model. Its client then sends the whole conversation.
    """
    thread = call.body.data.get("thread")
    if isinstance(thread, Mapping) and thread.get("type") == "continue":
        raise Refusal(
            "invalid_request_error",
            f"thread: the gateway needs the whole conversation ({THREAD_CAPABILITY}).",
        )
