"""What each model accepts. A client makes a body for the model that it believes it talks to, and
another model may reject it.

Such a body is neither routed to that model nor repaired. The client is told which field is wrong
and which tiers accept it. Only `temperature` is removed, because the newer models refuse any value
of it. A header of the answer then names it.
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
"""No body has fewer tokens than its characters divided by this. A body that does not fit a context
window by this measure certainly does not fit."""
DROPPED: Final = "temperature"


@dataclass(frozen=True, slots=True)
class Accepts:
    """What one model accepts in a body. A flag is true if the model accepts that feature, and
    `thinking` lists the types of thinking that it refuses.

    `context` and `output` are its limits in tokens, None if they are unknown.
    """

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
    """What the model of a tier accepts. A model that is not listed accepts everything."""
    return _table().get(normal(tier.model), EVERYTHING)


def refused(tier: Tier, body: Body, chars: int) -> str | None:
    """The field of a body that the tier's model rejects. None if the model accepts the body.

    `chars` counts the characters of text in the body. `temperature` is never named, because the
    gateway removes it before it sends the body.
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
    """The fields that the gateway removes from a routed body because this tier's model refuses
    them.
    """
    return frozenset({DROPPED}) if DROPPED in body and not of(tier).sampling else frozenset()


def require(tier: Tier, body: Body, chars: int, ladder: Ladder) -> None:
    """Raise `Refusal` if the tier's model would reject the body. Its sentence names the tiers whose
    models accept it.
    """
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
    """The cheapest tier whose model accepts a body. None if there is none."""
    return next((tier for tier in ladder if refused(tier, body, chars) is None), None)


@cache
def _table() -> Mapping[str, Accepts]:
    text = resources.files("tierwise.gateway").joinpath("accepts.toml").read_text("utf-8")
    return {model: _row(row) for model, row in tomllib.loads(text).items()}


def _row(row: Mapping[str, Any]) -> Accepts:
    return Accepts(**{**row, "thinking": frozenset(row.get("thinking", ()))})
