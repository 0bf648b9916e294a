"""The body of a request, with what the tier's server understands and nothing else.

Prompt caching depends on breakpoints: the server keeps everything up to a breakpoint for the
tier's model, and reads it back at a fraction of the price. One is set after the system text. A
conversation that goes on has one after its newest answer, which the next turn surely repeats,
and one after this turn, so that its context is read back too. A first turn has neither of these
two: writing is dearer than sending, and most first turns have no second.
"""

from __future__ import annotations

import json
from typing import Any

from tierwise.core.tiers import Tier
from tierwise.models.call import Prompt


def body(tier: Tier, prompt: Prompt, max_tokens: int) -> dict[str, Any]:
    """The arguments of a Messages API call, without `stream`."""
    caching = "caching" in tier.features
    mark: dict[str, str] = {"type": "ephemeral"}
    if prompt.cache != "5m":
        mark["ttl"] = prompt.cache
    messages: list[dict[str, Any]] = [
        {"role": turn.role, "content": turn.text} for turn in prompt.turns
    ]
    system: Any = prompt.system
    if caching:
        system = [_marked(prompt.system, mark)]
        if len(messages) > 2:
            for message in messages[-2:]:
                message["content"] = [_marked(message["content"], mark)]
    found: dict[str, Any] = {
        "model": tier.model,
        "max_tokens": max_tokens,
        "system": system,
        "messages": messages,
    }
    if prompt.tool:
        found["tools"] = [json.loads(prompt.tool)]
    if tier.effort is not None and "effort" in tier.features:
        found["output_config"] = {"effort": tier.effort}
    return found


def _marked(text: str, mark: dict[str, str]) -> dict[str, Any]:
    return {"type": "text", "text": text, "cache_control": mark}
