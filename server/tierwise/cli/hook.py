"""`tierwise hook`: an agent runs it as its hook, and it forwards the hook's input to the gateway.

It prints nothing and always exits with 0. The output of a hook would become part of the
conversation, and a failing hook may stop the agent.
"""

from __future__ import annotations

import json
import os
import sys

from tierwise.config import paths
from tierwise.gateway import running


def main() -> int:
    """Forward one event from stdin. Returns 0 in any case."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    carry(sys.stdin.read())
    return 0


def run() -> None:
    """Tell the gateway what an agent gave its hook, on stdin; for Claude Code's settings."""
    sys.exit(main())


def carry(given: str) -> None:
    """Send an event to the gateway. Nothing happens if it is no event or no gateway runs."""
    try:
        event = json.loads(given)
    except ValueError:
        return
    if isinstance(event, dict):
        running.call(paths.state_dir(os.environ), "/v1/hooks", event)
