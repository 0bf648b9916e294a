"""Finds the document that a path in an answer means. Everything that names a file uses this.

The order is: the task's own file under any of its names, a sent document by its URI, a file on
disk, and then a name that only one of the sent files has. A relative path is looked for in the
workspace folder of the task's own file first, then in the other folders.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest
from tierwise.core.folders import folder_name
from tierwise.present import errors
from tierwise.tasks.intake.requests import relative
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


class Unreadable(Exception):
    """Raised for an existing file that cannot be read as text. The message is a sentence."""


class Paths:
    """The files of a task and of its workspace, by the names an answer may give them."""

    def __init__(self, task: Task, window: Window) -> None:
        self.task = task
        self.window = window
        self.roots = tuple(window.documents.roots())
        self.sent = tuple(task.scene.shown.values())
        every = (*window.documents.open_documents(), *self.sent)
        self._open = {_real(doc.path): doc for doc in every if doc.path is not None}
        self._found: dict[tuple[str, bool], tuple[str, Snapshot | None]] = {}

    def shown(self, doc: Snapshot) -> str:
        """The path of a document as it is shown and sent."""
        return relative(doc, self.roots)

    def known(self, name: str) -> bool:
        """Whether a name is that of an existing file."""
        try:
            return self.find(name)[1] is not None
        except Unreadable:
            return True

    def is_foreign(self, name: str) -> bool:
        """Whether a name means another file than the task's own. False if it has none."""
        focus = self.task.scene.focus
        return focus is not None and self.find(name)[0] != focus.uri

    def find(self, name: str, *, new: bool = False) -> tuple[str, Snapshot | None]:
        """The URI and the document that a path in an answer means. The document is None if there is
        no such file. The URI is "" if the path cannot lead to a local file.

        With `new` the answer wants to make the file, so only an existing file of exactly this path
        is found. Raises `Unreadable` for a file that is no text.
        """
        key = (name, new)
        if key not in self._found:
            self._found[key] = self._find(name, new)
        return self._found[key]

    def at(self, path: Path) -> Snapshot | None:
        """The document at a local path: the open one, however its URI is spelled, else the file on
        disk. None if there is no file.

        Raises `Unreadable` for a file that is no text.
        """
        opened = self._open.get(_real(str(path)))
        if opened is not None:
            return opened
        if not path.is_file():
            return None
        try:
            return self.window.documents.snapshot(path.as_uri())
        except BadRequest as error:
            raise Unreadable(errors.sentence(error)) from None

    def _find(self, name: str, new: bool) -> tuple[str, Snapshot | None]:
        focus = self.task.scene.focus
        if focus is not None and name in self._names(focus):
            return focus.uri, focus
        for doc in self.sent:
            if name == doc.uri or (doc.path is None and name == self.shown(doc)):
                return doc.uri, doc
        places = self._places(name)
        for place in places:
            if (found := self.at(place)) is not None:
                return found.uri, found
        if not new and (alike := self._by_end(name)) is not None:
            return alike.uri, alike
        if not places:
            return "", None
        return Path(os.path.abspath(places[0])).as_uri(), None

    def _names(self, doc: Snapshot) -> set[str]:
        """Every name by which an answer may name a document."""
        names = {self.shown(doc), doc.uri}
        if doc.path is not None:
            names.add(doc.path)
            path = Path(doc.path)
            names |= {
                path.relative_to(root).as_posix()
                for root in self.roots
                if path.is_relative_to(root)
            }
        return names

    def _places(self, name: str) -> list[Path]:
        """Where a path may lead, the likeliest first."""
        if name.startswith("file:"):
            parts = urlsplit(name)
            local = parts.netloc in ("", "localhost") and parts.path
            return [Path(unquote(parts.path))] if local else []
        path = Path(name)
        if path.is_absolute():
            return [path]
        home = self._home()
        ordered = sorted(self.roots, key=lambda root: root != home)
        named = [
            root / PurePosixPath(name).relative_to(label)
            for root in ordered
            if (label := folder_name(root, self.roots))
            and len(self.roots) > 1
            and PurePosixPath(name).is_relative_to(label)
        ]
        first = [root / path for root in ordered[:1]]
        there = [place for place in first if place.exists()]
        return [*there, *named, *first, *(root / path for root in ordered[1:])]

    def _home(self) -> Path | None:
        """The innermost workspace folder that the task's own file lies in, None if it lies in none.
        For a task without a file of its own it is the first folder.
        """
        focus = self.task.scene.focus
        if focus is None or focus.path is None:
            return self.roots[0] if self.roots else None
        own = [root for root in self.roots if Path(focus.path).is_relative_to(root)]
        return max(own, key=lambda root: len(root.parts), default=None)

    def _by_end(self, name: str) -> Snapshot | None:
        """The sent file whose path ends like this. None if there is not exactly one."""
        wanted = PurePosixPath(name).parts
        found = [
            doc
            for doc in self.sent
            if wanted and PurePosixPath(doc.path or self.shown(doc)).parts[-len(wanted) :] == wanted
        ]
        return found[0] if len(found) == 1 else None


def _real(path: str | None) -> str:
    return os.path.realpath(path or "")
