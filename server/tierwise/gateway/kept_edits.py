"""Keeps the edits whose survival is still to be checked, so that the next gateway finds them.

A gateway may be restarted within the fifteen minutes in which it checks edits. So it keeps them
with the kept content: paths, times and hashes of lines, but no text. If the operator keeps no
content, nothing is written.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.gateway.passed_edits import PassedEdit
from tierwise.store import owner
from tierwise.store.content import Content

NAME: Final = "edits.json"
"""The name of the file in a task's folder of the kept content."""
NOBODY: Final = ""
"""The owner of edits whose gateway has ended."""


@dataclass
class FollowedEdits:
    """A task of an agent, and its edits of which the gateway checks later how much is left.

    `at_ms` (UTC milliseconds) is when its last edit was seen, and `tier` made the edits. `seen`
    counts the task's tool calls that were already searched for edits. `looked_ms` is how long after
    the last edit the files were last checked, -1 if they were not.
    """

    task_id: str
    tier: str
    project: str
    at_ms: int
    seen: int
    edits: list[PassedEdit]
    looked_ms: int = -1

    def looked(self, after_ms: int) -> None:
        """Note that the files were checked this many milliseconds after the last edit."""
        self.looked_ms = after_ms


@dataclass(frozen=True)
class KeptEdits:
    """Stores followed edits in the state folder, so that the next gateway can go on with them.

    `allowed` tells if the operator lets content be kept. If not, nothing is stored.
    """

    content: Content
    allowed: Callable[[], bool]

    def put(self, text: str, task_id: str) -> None:
        """Store the text that `written` made of a task's edits, unless nothing may be kept."""
        if self.allowed():
            self.content.put(task_id, NAME, text)

    def drop(self, task_id: str) -> None:
        """Delete what is kept for a task."""
        self.content.drop(task_id, NAME)

    def taken(self) -> list[FollowedEdits]:
        """Take over the edits of gateways that have ended. Only one gateway gets each of them."""
        found = []
        for task_id in self.content.tasks_with(NAME):
            whose, _ = _read(self.content.get(task_id, NAME))
            if whose != NOBODY and owner.alive(whose) is not False:
                continue
            path = self.content.take(task_id, NAME)
            if path is None:
                continue
            _, one = _read(self.content.get(task_id, path.name))
            self.content.drop(task_id, path.name)
            if one is not None:
                found.append(one)
        return found


def written(one: FollowedEdits, whose: str) -> str:
    """The text in which a followed task is kept. `whose` is the gateway that owns it."""
    return json.dumps(
        {
            "owner": whose,
            "task": one.task_id,
            "tier": one.tier,
            "project": one.project,
            "at": one.at_ms,
            "seen": one.seen,
            "looked": one.looked_ms,
            "edits": [
                {"path": edit.path, "added": _named(edit.added), "removed": _named(edit.removed)}
                for edit in one.edits
            ],
        }
    )


def _read(text: str | None) -> tuple[str, FollowedEdits | None]:
    """Read a kept text: its owner and the followed task, None if it cannot be read."""
    try:
        data = json.loads(text or "")
        return str(data["owner"]), FollowedEdits(
            task_id=str(data["task"]),
            tier=str(data["tier"]),
            project=str(data["project"]),
            at_ms=int(data["at"]),
            seen=int(data["seen"]),
            looked_ms=int(data["looked"]),
            edits=[
                PassedEdit(str(edit["path"]), _hashes(edit["added"]), _hashes(edit["removed"]))
                for edit in data["edits"]
            ],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return NOBODY, None


def _named(lines: Counter[bytes]) -> dict[str, int]:
    return {line.hex(): number for line, number in lines.items()}


def _hashes(said: dict[str, Any]) -> Counter[bytes]:
    return Counter({bytes.fromhex(line): int(number) for line, number in said.items()})
