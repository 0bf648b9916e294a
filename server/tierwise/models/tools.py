"""The tool-call form of an edit, for servers of which the operator said that they understand it.

The tool is offered, never forced: some models refuse a forced one. The arguments of the tool call
stream into the answer as a fence of their own, which `edits.answer` reads like blocks.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tierwise.core.actions import KINDS, Action
from tierwise.core.tiers import Tier

FEATURE: Final = "edit_tool"
NAME: Final = "edit_files"
TOOL: Final[dict[str, Any]] = {
    "name": NAME,
    "description": "Make the edit that was asked for, in any number of files at once.",
    "input_schema": {
        "type": "object",
        "required": ["edits"],
        "properties": {
            "edits": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["path"],
                    "properties": {
                        "path": {"type": "string", "description": "path within the workspace"},
                        "search": {
                            "type": "string",
                            "description": "whole lines as they are; empty makes the file",
                        },
                        "replace": {"type": "string", "description": "the lines to put there"},
                        "rename_to": {"type": "string", "description": "a new path"},
                        "delete": {"type": "boolean", "description": "remove the file"},
                    },
                },
            }
        },
    },
}


def offered(tier: Tier, action: Action) -> str:
    """The tool to send with an action, as JSON; "" if none is offered."""
    return json.dumps(TOOL) if FEATURE in tier.features and KINDS[action].edits else ""


def opening() -> str:
    """The text put before the arguments of a tool call, so that an answer has them in a fence."""
    return f"\n```{NAME}\n"


def closing() -> str:
    """The text put after the arguments of a tool call: the end of their fence."""
    return "\n```\n"
