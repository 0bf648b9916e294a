"""The settings by which each known agent calls the gateway. These are pure functions.

Only the agent's settings of the user are meant. A project's files may be shared with others, so
they must not contain a token.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from tierwise.core.dataclass import dataclass

MODEL: Final = "claude-auto"
WINDOW: Final = 200_000
"""The context window in tokens that agents assume: that of the smallest model of a ladder."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of one agent. `file` is relative to the home folder.

    `merge` is merged into a JSON file that may exist already. `text` is a whole file, written only
    if none exists. `shows` is a sentence on how that agent shows the tier.
    """

    title: str
    file: str
    shows: str
    merge: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""

    @property
    def shown(self) -> str:
        """The settings as text, to be shown or written."""
        return self.text or json.dumps(self.merge, indent=2) + "\n"


def setups(url: str, token: str, *, hooks: bool = False) -> Mapping[str, Setup]:
    """The settings of every known agent, by its name on the command line.

    `hooks` adds hooks that report outcomes to the gateway, for agents that have hooks.
    """
    return {
        "claude-code": _claude_code(url, token, hooks=hooks),
        "opencode": _opencode(url, token),
        "continue": _continue(url, token),
        "aider": _aider(url, token),
    }


def merged(there: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """Merge our settings into an agent's (`there`). In a list ours come last. Everything else stays
    in its order.
    """
    found = dict(there)
    for name, value in ours.items():
        old = found.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            found[name] = merged(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            found[name] = [*old, *(one for one in value if one not in old)]
        else:
            found[name] = value
    return found


def _claude_code(url: str, token: str, *, hooks: bool) -> Setup:
    return Setup(
        "Claude Code",
        ".claude/settings.json",
        "the line under the prompt shows tier, cost and what is left",
        {
            "model": MODEL,
            "env": {
                "ANTHROPIC_BASE_URL": url,
                "ANTHROPIC_AUTH_TOKEN": token,
                "ENABLE_TOOL_SEARCH": "true",
                "CLAUDE_CODE_MAX_CONTEXT_TOKENS": str(WINDOW),
            },
            "statusLine": {"type": "command", "command": "tierwise statusline"},
            **({"hooks": _hooks()} if hooks else {}),
        },
    )


def _hooks() -> Mapping[str, Any]:
    """Hooks of Claude Code for exactly those events that the gateway learns from."""
    found: dict[str, Any] = {}
    for event in ("UserPromptSubmit", "PostToolUse", "PostToolUseFailure", "Stop"):
        entry: dict[str, Any] = {"hooks": [{"type": "command", "command": "tierwise hook"}]}
        if event.startswith("PostToolUse"):
            entry["matcher"] = "Bash|Edit|MultiEdit|Write|NotebookEdit"
        found[event] = [entry]
    return found


def _opencode(url: str, token: str) -> Setup:
    return Setup(
        "opencode",
        ".config/opencode/opencode.json",
        "it cannot show the tier; `tierwise top` does",
        {
            "model": "anthropic/tierwise",
            "provider": {
                "anthropic": {
                    "options": {"baseURL": f"{url}/v1", "apiKey": token},
                    "models": {
                        "tierwise": {
                            "name": "Tierwise",
                            "limit": {"context": WINDOW, "output": 32_000},
                        }
                    },
                }
            },
        },
    )


def _continue(url: str, token: str) -> Setup:
    return Setup(
        "Continue",
        ".continue/config.yaml",
        "it cannot show the tier; `tierwise top` does",
        text=(
            "name: Tierwise\nversion: 0.0.1\nschema: v1\nmodels:\n  - name: Tierwise\n"
            "    provider: anthropic\n    model: tierwise\n"
            f"    apiBase: {url}/v1/\n    apiKey: {token}\n"
            "    capabilities: [tool_use]\n    roles: [chat, edit, apply]\n"
        ),
    )


def _aider(url: str, token: str) -> Setup:
    return Setup(
        "aider",
        ".aider.conf.yml",
        "it cannot show the tier; `tierwise top` does",
        text=(
            "model: anthropic/tierwise\nshow-model-warnings: false\nset-env:\n"
            f"  - ANTHROPIC_API_BASE={url}\n  - ANTHROPIC_BASE_URL={url}\n"
            f"  - ANTHROPIC_API_KEY={token}\n"
        ),
    )
