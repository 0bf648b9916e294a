"""Reads and edits files on disk the way an editor would, for `tierwise try`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.syntax import encoding
from tierwise.syntax.positions import LineIndex
from tierwise.tasks.window.disk import path_of


def read(path: Path) -> str:
    """Read the text of a file with its line ends. Raises `BadRequest` if it is no text."""
    try:
        return encoding.decode(path.read_bytes())[0]
    except encoding.NotText as error:
        raise BadRequest(ErrorReason.of(error.code, name=path.name)) from None


def apply(edit: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Apply a workspace edit to the files on disk.

    Yields each changed URI with its new text, or None if there is no file there any more. Positions
    are UTF-32. A file keeps its encoding, its byte order mark and its line ends.
    """
    for change in edit["documentChanges"]:
        match change.get("kind"):
            case "create":
                path = local(change["uri"])
                path.parent.mkdir(parents=True, exist_ok=True)
                path.open("xb").close()
            case "delete":
                local(change["uri"]).unlink()
                yield change["uri"], None
            case "rename":
                old, new = local(change["oldUri"]), local(change["newUri"])
                new.parent.mkdir(parents=True, exist_ok=True)
                old.rename(new)
                yield change["oldUri"], None
                yield change["newUri"], read(new)
            case _:
                uri = change["textDocument"]["uri"]
                yield uri, _changed(local(uri), change["edits"])


def local(uri: str) -> Path:
    """The local path of a URI. Raises `BadRequest` if it has none."""
    path = path_of(uri)
    if path is None:
        raise BadRequest("The server edited something that is no local file.")
    return Path(path)


def _changed(path: Path, edits: list[dict[str, Any]]) -> str:
    raw = path.read_bytes()
    text = read(path)
    index = LineIndex(text)

    def offset(place: Mapping[str, int]) -> int:
        return index.offset(index.from_wire(place["line"], place["character"], "utf-32"))

    spans = [(offset(e["range"]["start"]), offset(e["range"]["end"]), e["newText"]) for e in edits]
    for start, end, new in sorted(spans, reverse=True):
        text = text[:start] + new + text[end:]
    path.write_bytes(encoding.encode(text, raw))
    return text
