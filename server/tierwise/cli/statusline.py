"""`tierwise statusline`: prints the line under an agent's prompt.

Claude Code runs it with a JSON object on stdin and shows what it prints. The object names the
session, and by that the gateway finds the conversation.
"""

from __future__ import annotations

import json
import os
import sys
from urllib.parse import quote

from tierwise.config import paths
from tierwise.gateway import running
from tierwise.present import gateway as words
from tierwise.present import ways


def main() -> int:
    """Print the line. Returns 0 in any case, because an agent would show an error instead."""
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    print(line(sys.stdin.read()))
    return 0


def run() -> None:
    """Print an agent's status: the tier that answers and why, its cost, what is left."""
    sys.exit(main())


def line(given: str) -> str:
    """Make the line from the JSON that the agent gave."""
    try:
        session = str(json.loads(given)["session_id"])
    except (ValueError, KeyError, TypeError):
        session = ""
    answer = running.call(paths.state_dir(os.environ), f"/v1/decisions?session={quote(session)}")
    if answer is None:
        return words.NO_GATEWAY
    passing = answer.get("passing")
    own = [one for one in answer["decisions"] if not one.get("agent")]
    if not own:
        return words.passing(passing) if passing else words.NOTHING_YET
    newest, left = own[0], answer["budget"].get("leftUsd")
    decision = newest["decision"]
    forecast = decision["costUsd"].get(decision["answering"])
    spent = [one["costUsd"] for one in answer["decisions"] if "costUsd" in one]
    return words.status_line(
        words.passing(passing) if passing else decision["headline"],
        decision["answering"],
        round(sum(spent) * 1e9) if spent else None,
        None if left is None else round(left * 1e9),
        client_named=newest["clientNamed"] and not passing,
        lowered=newest.get("loweredTo"),
        secrets=newest.get("secrets", 0),
        forecast=None if forecast is None else round(forecast * 1e9),
        because="" if passing else decision["because"],
        others=ways.listed([t for t in decision["estimate"] if t != decision["answering"]]),
    )
