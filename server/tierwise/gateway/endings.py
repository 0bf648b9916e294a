"""How a call ended: the new state of its task, and what the client is sent."""

from __future__ import annotations

import json
from typing import Final

from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.views import TaskState
from tierwise.gateway.attempts import NOT_CONFIGURED, REDIRECTED, Attempt
from tierwise.present.causes import cause

LOOPS: Final = frozenset({"tool_use", "pause_turn"})
"""Stop reasons after which an agent makes another call by itself."""


def state_of(attempt: Attempt) -> tuple[TaskState, str | None]:
    """The state of a task after a call, and the name of its error if it failed.

    The state is "running" if the agent will make another call.
    """
    if attempt.failure == NOT_CONFIGURED:
        return "failed", NotConfigured.name
    if attempt.failure is not None or attempt.tap.failed is not None:
        return "failed", ModelError.name
    if not attempt.tap.whole:
        return "cancelled", None
    return ("running" if attempt.tap.stop_reason in LOOPS else "answered"), None


def unreached(attempt: Attempt) -> str:
    if attempt.failure == REDIRECTED:
        return (
            f"{attempt.tier.label} ({attempt.tier.model}): its server names another address, and"
            " the gateway follows none. Set base_url, or ANTHROPIC_BASE_URL, to the right one."
        )
    why = cause(attempt.failure or "network")
    return f"{attempt.tier.label} ({attempt.tier.model}) did not answer: {why}. Try again."


def broken_off(tail: bytes) -> bytes:
    """The bytes that end a stream whose server disappeared: an error event like the server's own.

    `tail` are the last bytes that came. If they are the middle of an event, that event is closed
    as a ping first: clients ignore pings, but half an event would break their parser.
    """
    closed = b"" if tail.endswith(b"\n\n") or not tail else b"\nevent: ping\n\n"
    error = {"type": "api_error", "message": "The model's server broke off its answer."}
    said = json.dumps({"type": "error", "error": error})
    return closed + f"event: error\ndata: {said}\n\n".encode()
