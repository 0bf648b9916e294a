"""`tierwise hook`: carries what an agent gives its hooks to the gateway.

It prints nothing and ends well whatever happens: what a hook prints becomes part of the
conversation, and one that fails may stop the agent.
"""

from __future__ import annotations

import json
import os
import sys

from tierwise.config import paths
from tierwise.gateway import running


def main() -> int:
    """Carry one event. Always exit 0."""
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    carry(sys.stdin.read())
    return 0


def run() -> None:
    """Tell the gateway what an agent gave its hook, on stdin; for Claude Code's settings."""
    sys.exit(main())


def carry(given: str) -> None:
    """Tell the gateway about an event. Input that is no event is ignored, and so is a gateway that
    is not there.
    """
    try:
        event = json.loads(given)
    except ValueError:
        return
    if isinstance(event, dict):
        running.call(paths.state_dir(os.environ), "/v1/hooks", event)
