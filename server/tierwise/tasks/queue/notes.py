"""What the operator wrote for a group. It is kept as content, never in a database."""

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
"""The file of a group's notes, in the content folder with the group's id."""


@dataclass(frozen=True, slots=True)
class GroupNotes:
    """The instruction of a group, and the diagnostic of each job by its id."""

    instruction: str
    problems: dict[str, Diagnostic] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """The documents when the group was queued, by URI. Only those that a job needs lines of, or
    that were not saved.
    """
    unsaved: dict[str, str] = field(default_factory=dict)
    """For each document that was not saved, the digest of its file on disk, by URI."""
    command: tuple[str, ...] = ()
    """The program, with its arguments, that does the jobs. Empty if models make the edits."""

    @property
    def title(self) -> str:
        """The first line of the instruction, shortened."""
        first = self.instruction.strip().partition("\n")[0]
        return first if len(first) <= TITLE else f"{first[: TITLE - 1]}…"


TITLE: Final = 60
"""The most characters of a group's title."""


def put(content: Content, group_id: str, notes: GroupNotes) -> bool:
    """Write the notes of a group to disk. Returns whether that worked."""
    text = _form().dump_json(notes).decode()
    return content.put(group_id, NAME, text, durable=True) is not None


def get(content: Content, group_id: str) -> GroupNotes | None:
    """The notes of a group. None if they are not kept or cannot be read."""
    text = content.get(group_id, NAME)
    if text is None:
        return None
    try:
        return _form().validate_json(text)
    except ValueError:
        return None


def file_digest(path: Path) -> str:
    """The digest of a file's text. Empty if it cannot be read."""
    try:
        return text_digest(encoding.decode(path.read_bytes())[0])
    except (OSError, encoding.NotText):
        return ""


def text_digest(text: str) -> str:
    """A digest of a text, to tell later whether a file is still the same."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@cache
def _form() -> TypeAdapter[GroupNotes]:
    return TypeAdapter(GroupNotes)
