"""Reads a file of the project once: its bytes, their hash, and why its text is not indexed."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePosixPath
from typing import Final

from tierwise.context.kinds import why_noise
from tierwise.core.dataclass import dataclass
from tierwise.syntax import encoding
from tierwise.syntax.languages import of_path

LARGEST_FILE: Final = 512 * 1024
"""Bytes of the largest file whose text is indexed. Of a larger file only the name is kept."""
LONGEST_MEAN_LINE: Final = 1_000
"""Mean characters per line from which a text counts as minified."""

VENDORED: Final = frozenset(
    (
        "node_modules", "bower_components", "jspm_packages", "vendor", "vendors", "third_party",
        "thirdparty", "third-party", "external_libs", "site-packages", "dist-packages", ".venv",
        "venv", "virtualenv", ".tox", ".nox", "__pycache__", ".mypy_cache", ".pytest_cache",
        ".ruff_cache", ".gradle", ".terraform", ".next", ".nuxt", ".yarn", "Pods", "Carthage",
    )
)  # fmt: skip
"""Names of folders that hold other people's code or caches, by the habits of package managers."""
_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_BINARY", 0)
)  # fmt: skip
"""With these flags `open` does not follow a link and does not wait for a fifo that took the place
of a file.
"""


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file that was read: the hash of its bytes, and its text.

    `why` says why the text is not indexed: the file is too large, binary, minified, generated or a
    lock file. `text` is empty then.
    """

    hash: str
    text: str
    why: str = ""


def content_hash(data: bytes) -> str:
    """The hash of a file's bytes that every row of the index carries."""
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def read(path: Path, size: int) -> FileContent | None:
    """The content of a regular file. None if it is gone or cannot be read."""
    if size > LARGEST_FILE:
        return FileContent("", "", "large")
    try:
        handle = os.open(path, _FLAGS)
        with open(handle, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError:
        return None
    digest = content_hash(data)
    if len(data) > LARGEST_FILE:
        return FileContent("", "", "large")
    if b"\0" in data[:8_192] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return FileContent(digest, "", "binary")
    try:
        text = encoding.decode(data)[0]
    except encoding.NotText:
        return FileContent(digest, "", "binary")
    why = why_noise(path.name, text)
    if why is None and len(text) / (text.count("\n") + 1) > LONGEST_MEAN_LINE:
        why = "minified"
    return FileContent(digest, "" if why else text, why or "")


def vendored(folder: str) -> bool:
    """Whether a folder, by its path, holds other people's code, a cache or build results."""
    return folder == "dist" or folder.rpartition("/")[2] in VENDORED


_TEST: Final = re.compile(
    r"(?i)(?:^|/)(?:tests?|specs?|__tests__|testing|features)/|"
    r"(?:^|/)(?:test_[^/]*|[^/]*[._-](?:test|spec)s?\.\w+|conftest\.py)$"
)


def is_test(path: str) -> bool:
    """Whether a file holds tests, by its name and folder."""
    return _TEST.search(path) is not None


_PROSE_SUFFIXES: Final = {
    ".rst": "rst", ".adoc": "plaintext", ".txt": "plaintext", ".text": "plaintext", ".tex": "tex",
    ".xml": "xml", ".svg": "xml", ".csv": "csv", ".tsv": "csv", ".log": "log", ".ini": "ini",
    ".cfg": "ini", ".conf": "ini", ".properties": "properties", ".scss": "scss", ".sass": "sass",
    ".less": "less", ".htm": "html", ".markdown": "markdown", ".diff": "diff", ".patch": "diff",
    ".po": "plaintext", ".snap": "plaintext", ".lock": "plaintext",
}  # fmt: skip


def language_of(path: str) -> str | None:
    """The language id of a file by its name. None for a suffix that is not known.

    A file without a suffix is plain text, unless its name is known, such as `Makefile`.
    """
    known = of_path(path)
    if known is not None:
        return known
    pure = PurePosixPath(path)
    suffix = pure.suffix.lower()
    if not suffix:
        return "makefile" if pure.name.lower() in ("makefile", "dockerfile") else "plaintext"
    return _PROSE_SUFFIXES.get(suffix)
