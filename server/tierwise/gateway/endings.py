"""How a call ended, as its task, its client and its ledger are told."""

from __future__ import annotations

import json
from typing import Final

from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.views import TaskState
from tierwise.gateway.attempts import NOT_CONFIGURED, REDIRECTED, Attempt
from tierwise.present.causes import cause

LOOPS: Final = frozenset({"tool_use", "pause_turn"})
"""Reasons to stop after which an agent asks again by itself."""


def state_of(attempt: Attempt) -> tuple[TaskState, str | None]:
    """Where a task stands after a call: its loop goes on, it was answered, or it broke off."""
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
    """The end of a stream whose server went away: an error event, as the server itself sends one.

    `tail` is the end of what came. An event that was cut in its middle is closed as a ping first:
    clients pass those over unread, where half an event would break their reading.
    """
    closed = b"" if tail.endswith(b"\n\n") or not tail else b"\nevent: ping\n\n"
    error = {"type": "api_error", "message": "The model's server broke off its answer."}
    said = json.dumps({"type": "error", "error": error})
    return closed + f"event: error\ndata: {said}\n\n".encode()
