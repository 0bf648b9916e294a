"""What the operator wrote for a group: kept as content, never in a database."""

from __future__ import annotations

import hashlib
from dataclasses import field
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from tierwise.core.dataclass import dataclass
from tierwise.core.request import Diagnostic
from tierwise.store.content import Content
from tierwise.syntax import encoding

NAME: Final = "queue.json"
"""The file of a group's notes in the folder that bears the group's id."""


@dataclass(frozen=True, slots=True)
class GroupNotes:
    """The instruction of a group, and the diagnostics of its jobs by their ids."""

    instruction: str
    problems: dict[str, Diagnostic] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """The documents as they were when it was queued, by URI, where a job is about some lines of
    one or where it was not saved."""
    unsaved: dict[str, str] = field(default_factory=dict)
    """The digest of the file on disk, by URI, of each document that was not saved."""
    command: tuple[str, ...] = ()
    """The program and its arguments that does the jobs; empty where models are asked for edits."""

    @property
    def title(self) -> str:
        """The first line of the instruction, shortened."""
        first = self.instruction.strip().partition("\n")[0]
        return first if len(first) <= TITLE else f"{first[: TITLE - 1]}…"


TITLE: Final = 60
"""Characters of a group's title at most."""


def put(content: Content, group_id: str, notes: GroupNotes) -> bool:
    """Keep the notes of a group, on the disk. Returns whether they could be kept."""
    text = _form().dump_json(notes).decode()
    return content.put(group_id, NAME, text, durable=True) is not None


def get(content: Content, group_id: str) -> GroupNotes | None:
    """The notes of a group; None where they are no longer kept."""
    text = content.get(group_id, NAME)
    if text is None:
        return None
    try:
        return _form().validate_json(text)
    except ValueError:
        return None


def file_digest(path: Path) -> str:
    """The name of a file's text; empty where it cannot be read."""
    try:
        return text_digest(encoding.decode(path.read_bytes())[0])
    except (OSError, encoding.NotText):
        return ""


def text_digest(text: str) -> str:
    """The name of a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@cache
def _form() -> TypeAdapter[GroupNotes]:
    return TypeAdapter(GroupNotes)
