"""Why a path may not be changed, or only with consent. Each reason is a clause, to be joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core.path_concern import PathCode, PathConcern

LISTED: Final = 40
"""The most files whose paths a question lists. Further ones are counted. The preview has all."""
WORDS: Final[Mapping[PathCode, str]] = {
    "outside": "it lies outside the workspace",
    "unresolved": "the path does not resolve",
    "not_ordinary": "it is no ordinary file",
    "link": "{path} is a link to {other}",
    "second_name": "{path} is known by another name too, which would change with it",
    "twin": "{path} differs from {other} only in case or accents",
    "tool_folder": "{path} is part of what runs or configures tools",
    "tool_file": "{path} runs code or configures tools",
    "home_file": "{path} is a hidden file of your home folder",
    "deleted": "{path} will be deleted",
    "control_characters": "the path has control characters",
    "device_or_host": "the path names a device or another machine",
    "climbs": "the path climbs out of its folder",
    "backslashes": "the path has backslashes",
    "stream_or_drive": "the path names a stream or a drive",
    "dot_or_space": "the path ends in a dot or a space",
    "device": "the path names a device",
    "percent_encoded": "the path is percent-encoded",
    "home_start": "the path starts at a home folder",
    "not_local": "it is not a local file",
    "kept_back": "it is kept back by an ignore file",
    "not_part": "{path} was not part of the request",
}

KEPT_BACK: Final[Mapping[str, str]] = {
    "git": "is ignored by git",
    "outside": "lies outside the workspace",
}
"""Why a file needs consent before it is sent. The words follow its name."""


def concerns(found: Sequence[PathConcern]) -> str:
    """All reasons against a change, joined. "" if there is none."""
    return ". ".join(_clause(each) for each in found)


def left_out(path: str, found: Sequence[PathConcern]) -> str:
    """Says that a file of a proposal was left out, because it may not be written."""
    return f"{path} was left out: {concerns(found)}"


def unasked(files: Sequence[str]) -> str:
    """Says that a proposal changes files that were not part of the request."""
    if len(files) == 1:
        return concerns((PathConcern("not_part", files[0]),))
    listed = ", ".join(files[:LISTED])
    rest = f" and {len(files) - LISTED} more" if len(files) > LISTED else ""
    return f"{len(files)} files were not part of the request: {listed}{rest}"


def not_editable(name: str, found: Sequence[PathConcern]) -> str:
    """Says that a file which the operator wants to edit may not be edited."""
    return f"{name} cannot be edited: {concerns(found)}."


def opened_since(path: str) -> str:
    """Says that a file which the proposal creates is open in the editor by now."""
    return f"{path} is open in the editor now. Save it under another name, or redo the task."


def forbidden_since(path: str, found: Sequence[PathConcern]) -> str:
    """Says that a file may not be written now, though it might be when the edit was proposed."""
    return f"{path} may not be written any more: {concerns(found)}."


def changed_since(found: Sequence[PathConcern]) -> str:
    """Says why an edit needs a new task: a reason against it arose after it was proposed."""
    return f"{concerns(found)}. It was not so when this was proposed; redo the task."


def not_taken_back(found: Sequence[PathConcern]) -> str:
    """Says that an edit cannot be undone, because undo would write what may not be written."""
    return f"It cannot be taken back: {concerns(found)}."


def _clause(concern: PathConcern) -> str:
    return WORDS[concern.code].format(path=concern.path or "the file", other=concern.other)
