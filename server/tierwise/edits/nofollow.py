"""Changes files on disk without following any link, from the workspace folder down.

A path that was judged may be replaced by a link before it is used. So nothing is opened by
its whole path: every folder is opened from the one above it, refusing links, and the change
is made in the folder that is held open.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NO_FOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_DIRECTORY: Final = getattr(os, "O_DIRECTORY", 0)
_BY_FOLDER: Final = os.open in os.supports_dir_fd
"""Whether the system can open a file relative to an open folder (all but Windows can)."""


def create(root: Path, path: Path, text: str) -> None:
    """Create a file with its folders, but never replace an existing one. Raises `OSError`."""
    with _parent(root, path, make=True) as (folder, name):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
        opened = os.open(name, flags, 0o644, dir_fd=folder)
        with open(opened, "w", encoding="utf-8", newline="") as file:
            file.write(text)


def delete(root: Path, path: Path) -> None:
    """Delete a file. Raises `OSError`."""
    with _parent(root, path) as (folder, name):
        os.unlink(name, dir_fd=folder)


def rename(root: Path, path: Path, to_root: Path, to: Path) -> None:
    """Give a file another name, but never replace an existing one. Raises `OSError`."""
    with _parent(root, path) as (here, old), _parent(to_root, to, make=True) as (there, new):
        os.link(old, new, src_dir_fd=here, dst_dir_fd=there, follow_symlinks=False)
        os.unlink(old, dir_fd=here)


@contextmanager
def _parent(root: Path, path: Path, *, make: bool = False) -> Iterator[tuple[int | None, str]]:
    """Open the folder of `path`, without following a link. Yields its descriptor and the name of
    the file in it.

    The caller passes resolved paths. With `make` missing folders are made. Where the system opens
    no file relative to a folder (Windows) it yields None and the whole path. Raises `OSError`.
    """
    *folders, name = path.relative_to(root).parts
    if not _BY_FOLDER:
        whole = root.joinpath(*folders)
        if make:
            whole.mkdir(parents=True, exist_ok=True)
        if whole.resolve() != whole:
            raise OSError("a folder became a link")
        yield None, os.fspath(whole / name)
        return
    here = os.open(root, os.O_RDONLY | _DIRECTORY)
    try:
        for folder in folders:
            if make:
                try:
                    os.mkdir(folder, dir_fd=here)
                except FileExistsError:
                    pass
            inner = os.open(folder, os.O_RDONLY | _DIRECTORY | _NO_FOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        yield here, name
    finally:
        os.close(here)
