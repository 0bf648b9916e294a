"""Reads a file on disk as a document."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from tierwise.core.document import Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.syntax import encoding
from tierwise.syntax.languages import of_path

LARGEST: Final = 5_000_000
"""Bytes of the largest file that is read. A larger one is no context for a model."""


def snapshot(uri: str, path: str | None) -> Snapshot:
    """The file of a URI as it is on disk. `path` is its local path. Raises `BadRequest` if it
    cannot be read as text or is larger than `LARGEST`.
    """
    name = uri.rsplit("/", 1)[-1][:80]
    if path is None:
        raise BadRequest(ErrorReason.of("not_open", name=name))
    try:
        if Path(path).stat().st_size > LARGEST:
            reason = ErrorReason.of("file_too_large", name=name, megabytes=LARGEST // 1_000_000)
            raise BadRequest(reason)
        raw = Path(path).read_bytes()
    except FileNotFoundError:
        raise BadRequest(ErrorReason.of("no_file", name=name)) from None
    except (OSError, ValueError):
        raise BadRequest(ErrorReason.of("cannot_be_read", name=name)) from None
    try:
        text, _ = encoding.decode(raw)
    except encoding.NotText as error:
        raise BadRequest(ErrorReason.of(error.code, name=name)) from None
    return Snapshot(uri, path, None, of_path(path), text)


def path_of(uri: str) -> str | None:
    """The local path of a file URI. None for any other URI."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or (parts.netloc and parts.netloc != "localhost"):
        return None
    path = unquote(parts.path)
    if len(path) > 2 and path[0] == "/" and path[2] == ":":
        path = path[1:]
    return path if path and "\0" not in path else None
