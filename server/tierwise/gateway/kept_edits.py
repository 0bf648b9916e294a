"""Edits that are still to be looked at, kept where the next gateway finds them.

A gateway may be started again within the fifteen minutes. What it follows lies with the kept
content: hashes of lines, paths and times, never a line, and nothing where no content is kept.
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
"""The file of a task, in its folder of the kept content."""
NOBODY: Final = ""
"""The owner of what a gateway left behind when it ended."""


@dataclass
class FollowedEdits:
    """A task whose edits are followed, since `at_ms` (UTC milliseconds), when the last one passed.

    `tier` made them. `seen` counts the task's calls that were looked through for edits, `looked_ms`
    is how long after the last edit the files were last looked at; -1 where they were not.
    """

    task_id: str
    tier: str
    project: str
    at_ms: int
    seen: int
    edits: list[PassedEdit]
    looked_ms: int = -1

    def looked(self, after_ms: int) -> None:
        """Note that the files were looked at so long after the last edit."""
        self.looked_ms = after_ms


@dataclass(frozen=True)
class KeptEdits:
    """What is followed, in the kept content. `allowed` says whether any may be kept."""

    content: Content
    allowed: Callable[[], bool]

    def put(self, text: str, task_id: str) -> None:
        """Keep what `written` made of a followed task."""
        if self.allowed():
            self.content.put(task_id, NAME, text)

    def drop(self, task_id: str) -> None:
        """Keep it no longer."""
        self.content.drop(task_id, NAME)

    def taken(self) -> list[FollowedEdits]:
        """What gateways that are gone had still to look at; each is given to one gateway alone."""
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
    """A followed task as it is kept, with its owner."""
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
    """The owner of a kept text and what it says; None where it cannot be read."""
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
