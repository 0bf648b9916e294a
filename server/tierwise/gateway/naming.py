"""Tells what the model name in a body means: a tier, "let the router decide", or another model.

The operator can also name a tier by the first word of a turn.
"""

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
"""The tier name in the headers of a call to a model that belongs to no tier."""
THREAD_CAPABILITY: Final = "capability_rejected: beta_header:message-threads-2026-08-12"
"""A client that sends only the new part of a conversation looks for this text in an error. It then
sends the whole conversation."""


def tier_named(model: str, ladder: Ladder, routed: Collection[str]) -> str | None:
    """The tier that a model name means.

    None for one of the `routed` names, which leave it to the router. `OTHER` for any other model.
    """
    if model.partition("[")[0] in routed:
        return None
    for tier in ladder:
        if model == tier.name or normal(tier.model) == normal(model):
            return tier.name
    return OTHER


def bound_by_team(call: Call, named: str | None, ladder: Ladder) -> str | None:
    """The tier that a client named, raised to the team's floor for the action and then lowered to
    the team's highest tier. None if the client named none.
    """
    if named is None:
        return None
    floor = call.rules.floors.get(action_of(call.headers))
    if floor is not None and floor in ladder and ladder.rank(floor) > ladder.rank(named):
        named = floor
    return deciding.lowest(ladder, named, call.rules.max_tier)


def tier_word(said: str, ladder: Ladder, kind: Kind) -> tuple[str | None, str]:
    """The tier that the first word of a turn names, and the words without it.

    A turn can begin with a tier, such as `@opus`. Agents also write `@` before the names of files,
    so an unknown name is no error and gives None.
    """
    if kind != "turn":
        return None, said
    try:
        return split_tier_word(said, ladder)
    except UnknownTier:
        return None, said


def cheapest(call: Call, ladder: Ladder) -> Tier:
    """The cheapest tier that accepts the body of a call. Raises `Refusal` if none does."""
    found = accepts.cheapest(ladder, call.body.data, call.chars)
    if found is None:
        accepts.require(ladder.get(ladder.cheapest), call.body.data, call.chars, ladder)
        raise AssertionError("a body that no tier takes is refused")
    return found


def foreign(call: Call) -> Tier:
    """A tier object for a model that belongs to no tier.

    Its calls go to the default server unchanged, and their cost is booked.
    """
    most = call.body.data.get("max_tokens")
    return Tier(OTHER, call.model, most if isinstance(most, int) else 0)


def no_thread(call: Call) -> None:
    """Raise `Refusal` for a body that has only the new part of a conversation.

    Most of the billed text is missing from it. So its cost cannot be bounded, and another model
    could not answer it. The client then sends the whole conversation.
    """
    thread = call.body.data.get("thread")
    if isinstance(thread, Mapping) and thread.get("type") == "continue":
        raise Refusal(
            "invalid_request_error",
            f"thread: the gateway needs the whole conversation ({THREAD_CAPABILITY}).",
        )
