"""What each model accepts: a client shapes a body for the model that it thinks it talks to.

A body that another model would reject is not routed there, and it is not repaired: the client is
told which field it is and which tiers take it. The one thing that is taken out is `temperature`,
which the newer models refuse in any value, and a header names it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from tierwise.budget.model_ids import normal
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Ladder, Tier
from tierwise.gateway.message import Body, messages
from tierwise.gateway.refusal import Refusal

LEAST_CHARS: Final = 6
"""Characters per token that no whole body exceeds; a body too large by this is too large."""
DROPPED: Final = "temperature"


@dataclass(frozen=True, slots=True)
class Accepts:
    """What one model refuses. `thinking` lists the types it refuses; tokens None is unknown."""

    thinking: frozenset[str] = frozenset()
    effort: bool = True
    forced_tools: bool = True
    sampling: bool = True
    prefill: bool = True
    system_messages: bool = True
    context: int | None = None
    output: int | None = None


EVERYTHING: Final = Accepts()


def of(tier: Tier) -> Accepts:
    """What the model of a tier takes; a model that is not listed takes everything."""
    return _table().get(normal(tier.model), EVERYTHING)


def refused(tier: Tier, body: Body, chars: int) -> str | None:
    """The field of a body that the tier's model rejects; None where it takes it.

    `chars` is the length of the body. `temperature` is no reason, since it is taken out.
    """
    takes = of(tier)
    thinking = body.get("thinking")
    if isinstance(thinking, Mapping) and thinking.get("type") in takes.thinking:
        return f"thinking.type '{thinking['type']}'"
    config = body.get("output_config")
    if not takes.effort and isinstance(config, Mapping) and "effort" in config:
        return "output_config.effort"
    choice = body.get("tool_choice")
    forced = isinstance(choice, Mapping) and choice.get("type") in ("any", "tool")
    if not takes.forced_tools and forced:
        return "tool_choice (a forced tool)"
    if not takes.sampling:
        for name in ("top_p", "top_k"):
            if body.get(name) is not None:
                return name
    said = messages(body)
    if not takes.prefill and said and said[-1]["role"] == "assistant":
        return "messages (the last one is the assistant's)"
    if not takes.system_messages and any(m["role"] == "system" for m in said):
        return "messages (one has the role system)"
    most = body.get("max_tokens")
    if takes.output is not None and isinstance(most, int) and most > takes.output:
        return f"max_tokens {most}"
    if takes.context is not None and chars // LEAST_CHARS > takes.context:
        return f"messages (more than its window of {takes.context:,} tokens)"
    return None


def dropped(tier: Tier, body: Body) -> frozenset[str]:
    """The fields of a routed body that are left out because this tier's model refuses them."""
    return frozenset({DROPPED}) if DROPPED in body and not of(tier).sampling else frozenset()


def require(tier: Tier, body: Body, chars: int, ladder: Ladder) -> None:
    """Raise `Refusal` where the tier's model would reject the body; it names who takes it."""
    field = refused(tier, body, chars)
    if field is None:
        return
    others = [t.label for t in ladder if refused(t, body, chars) is None]
    ways = f"{' and '.join(others)} would take it" if others else "no tier takes it"
    raise Refusal(
        "invalid_request_error",
        f"{field}: {tier.label} ({tier.model}) was routed and rejects this; {ways}. "
        "Name a model that takes it, or leave the field out.",
    )


def cheapest(ladder: Ladder, body: Body, chars: int) -> Tier | None:
    """The cheapest tier that takes a body; None where none does."""
    return next((tier for tier in ladder if refused(tier, body, chars) is None), None)


@cache
def _table() -> Mapping[str, Accepts]:
    text = resources.files("tierwise.gateway").joinpath("accepts.toml").read_text("utf-8")
    return {model: _row(row) for model, row in tomllib.loads(text).items()}


def _row(row: Mapping[str, Any]) -> Accepts:
    return Accepts(**{**row, "thinking": frozenset(row.get("thinking", ()))})
