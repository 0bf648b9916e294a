"""Finds the files of the project that a request may need beside the open ones.

The project's index only names files. Each is read from disk now, and the pieces to show are found
in that text. `context.collect` decides whether they may be sent, as for any open file.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from tierwise.context import facts, project_wish
from tierwise.context.focus import asked_about, focus_of
from tierwise.context.project import ProjectFiles
from tierwise.context.project_wish import ProjectWish
from tierwise.core.actions import KINDS, Action
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.core.request import Request
from tierwise.edits import renamed
from tierwise.index import content
from tierwise.present import notices
from tierwise.syntax.languages import of_path
from tierwise.syntax.mentions import mentions
from tierwise.syntax.symbols import definitions, words
from tierwise.tasks.api import Index
from tierwise.tasks.intake import project_card, unseen
from tierwise.tasks.task.scene import Scene
from tierwise.tasks.window.window import Window

REQUEST_MS: Final = 50
"""Milliseconds that a request waits for the index. Then it goes on with what there is."""
WHOLE_MS: Final = 3_000
"""Milliseconds that a change waits for the index, if it would leave the project broken where a file
is missing.
"""
EVERYWHERE: Final = 400
"""The most files read for a change everywhere. The operator is told of the rest."""
BESIDE: Final = 24
"""The most files read beside an edit: those with the names it uses, its callers, its tests."""
CALLERS: Final = 12
"""How many of these may be files that use one name which the selection defines."""
OUTLINED: Final = 10
"""How many files are outlined for a question."""
NAMES: Final = 40
"""How many names are looked up for one request."""
_CHANGES: Final = re.compile(
    r"^\W*(?:please\s+)?(?:rename|move|change|replace|update|add|remove|delete|drop|make|convert"
    r"|migrate|extract|inline|introduce|turn|switch|use)\b",
    re.IGNORECASE,
)


async def gather(
    request: Request, scene: Scene, window: Window, *, patient: bool = False
) -> ProjectFiles | None:
    """The files of the project for a request. None if it needs none, or nothing is known.

    With `patient` it waits up to `WHOLE_MS` for an index that is not complete.
    """
    if scene.with_project is False:
        return None
    wish = project_wish.of_words(request.instruction)
    every = window.projects.all()
    if not every or not _concerns(request.action, scene, wish):
        return None
    documents = (*window.documents.open_documents(), *scene.documents.values())
    paths = {doc.path for doc in documents if doc.path is not None}
    indexes = _Indexes(every, await asyncio.to_thread(_real, paths))
    changes = KINDS[request.action].edits or _CHANGES.match(request.instruction) is not None
    spread = changes and (wish.everywhere or renamed.wish(request.instruction) is not None)
    notes = await indexes.refresh(whole=spread or patient)
    if not changes:
        return await _answering(request, scene, wish, indexes, window, notes)
    names = await _names(request, scene, wish, indexes)
    if names:
        return await _everywhere(scene, names, indexes, window, notes)
    if KINDS[request.action].fits_in:
        return await _beside(scene, indexes, notes)
    return await _answering(request, scene, wish, indexes, window, notes)


def _concerns(action: Action, scene: Scene, wish: ProjectWish) -> bool:
    """Whether a request may be about the project. Most questions are not."""
    kind = KINDS[action]
    if scene.with_project or kind.fits_in:
        return True
    return kind.of_project and bool(wish.certain | wish.perhaps or wish.files)


def _real(paths: Iterable[str]) -> frozenset[str]:
    return frozenset(os.path.realpath(path) for path in paths)


@dataclass(frozen=True, slots=True)
class _IndexedFile:
    """A file in an index: its path below the root, and the hash of the bytes that the
    index read.
    """

    index: Index
    inside: str
    digest: str


@dataclass
class _Indexes:
    """The indexes of all folders, used as one. `opened` are the real paths of open documents."""

    all: Sequence[tuple[Path, Index]]
    opened: frozenset[str]
    _hashes: dict[Path, _IndexedFile] = field(default_factory=dict)

    async def refresh(self, *, whole: bool) -> tuple[str, ...]:
        """Look for changed files. Returns a sentence for each index that is not complete.

        With `whole` it waits up to `WHOLE_MS` for all files, otherwise only `REQUEST_MS`.
        """
        states = await asyncio.gather(*(i.refresh(wait_ms=REQUEST_MS) for _, i in self.all))
        if whole and any(state.state in ("cold", "catching up") for state in states):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WHOLE_MS / 1000):
                    await asyncio.gather(*(index.ready() for _, index in self.all))
            states = await asyncio.gather(*(index.status() for _, index in self.all))
        return tuple(
            notices.index_unready(state.indexed, state.files)
            for state in states
            if state.state in ("cold", "catching up")
        )

    async def defined(self, name: str) -> Sequence[tuple[Path, str]]:
        """Where a name is defined, except inside functions: the file and the level of each."""
        found = []
        for root, index in self.all:
            for one in await index.definitions(name):
                if one.level != "local":
                    found.append((self._path(root, index, one.path, one.hash), one.level))
        return found

    async def users(self, name: str) -> list[Path]:
        """The files that use a name: folder by folder, in each those with the most uses first."""
        return [
            self._path(root, index, file.path, file.hash)
            for root, index in self.all
            for file in (await index.uses(name)).files
        ]

    async def answering(self, question: str) -> list[Path]:
        """Files for a question, best first."""
        found = [
            (file.score, self._path(root, index, file.path, file.hash))
            for root, index in self.all
            for file in await index.find(question, limit=OUTLINED)
        ]
        return [path for _, path in sorted(found, key=lambda f: -f[0])][:OUTLINED]

    async def read(self, paths: Iterable[Path], most: int) -> tuple[list[Snapshot], int]:
        """The texts of the first `most` files that are not open, and how many more there are.

        If a file is not what the index has, the index is told to read it again.
        """
        read, left = await asyncio.to_thread(_read_closed, list(paths), self.opened, most)
        for path, found in read.items():
            known = self._hashes.get(path)
            if known is not None and (found is None or found[0] != known.digest):
                await known.index.changed(known.inside)
        return [found[1] for found in read.values() if found is not None and found[1].text], left

    def _path(self, root: Path, index: Index, inside: str, digest: str) -> Path:
        path = root / inside
        self._hashes[path] = _IndexedFile(index, inside, digest)
        return path


_Read = tuple[str, Snapshot]
"""The hash of a file's bytes, and its text."""


def _read_closed(
    paths: Sequence[Path], opened: frozenset[str], most: int
) -> tuple[dict[Path, _Read | None], int]:
    """The first `most` files that are not open, with their text, and how many more there are."""
    folders: dict[Path, str] = {}
    found: dict[Path, _Read | None] = {}
    left = 0
    for path in dict.fromkeys(paths):
        folder = path.parent
        if folder not in folders:
            folders[folder] = os.path.realpath(folder)
        # The index holds no links, so only the folder's path has to be resolved.
        if os.path.join(folders[folder], path.name) in opened:
            continue
        if len(found) < most:
            found[path] = _read(path)
        else:
            left += 1
    return found, left


def _read(path: Path) -> _Read | None:
    try:
        found = content.read(path, path.stat(follow_symlinks=False).st_size)
    except OSError:
        return None
    if found is None:
        return None
    return found.hash, Snapshot(path.as_uri(), str(path), None, of_path(str(path)), found.text)


async def _names(
    request: Request, scene: Scene, wish: ProjectWish, indexes: _Indexes
) -> frozenset[str]:
    """The names whose every use is to change. Empty if the change is local."""
    rename = renamed.wish(request.instruction)
    if rename is not None:
        if wish.everywhere:
            return frozenset((rename.old,))
        levels = [level for _, level in await indexes.defined(rename.old)]
        return frozenset((rename.old,)) if levels == ["top"] else frozenset()
    if not wish.everywhere:
        return frozenset()
    named = [*sorted(wish.certain), *sorted(wish.perhaps)][:NAMES]
    found = [name for name in named if await indexes.defined(name)]
    symbol = facts.symbol_at(scene.focus, scene.range)
    if not found and symbol is not None:
        found = [symbol.name]
    return frozenset(found)


async def _everywhere(
    scene: Scene, names: frozenset[str], indexes: _Indexes, window: Window, notes: tuple[str, ...]
) -> ProjectFiles:
    paths: list[Path] = []
    for name in sorted(names):
        paths += [path for path, _ in await indexes.defined(name)]
    for name in sorted(names):
        paths += sorted(await indexes.users(name))
    if notes:
        paths += await asyncio.to_thread(_looked_for, scene, names, indexes, window)
    docs, unread = await indexes.read(paths, EVERYWHERE)
    return ProjectFiles(names, True, tuple(docs), unread=unread, notes=notes)


def _looked_for(
    scene: Scene, names: frozenset[str], indexes: _Indexes, window: Window
) -> list[Path]:
    """Files that use a name, found by a search of the disk, while the index is not complete. It
    searches only the workspace folder of the request's own file.
    """
    focus = scene.focus
    if focus is None or focus.path is None:
        return []

    def may(path: Path) -> bool:
        return window.ignore.judge(path).kind == "open"

    own = Path(focus.path)
    roots = [root for root, _ in indexes.all if own.is_relative_to(root)]
    return [
        root / path
        for root in roots[:1]
        for name in sorted(names)
        for path in unseen.users(name, own, root, [focus.path], may)
        if _in_code(name, root / path)
    ]


def _in_code(name: str, path: Path) -> bool:
    """Whether a file uses a name outside of strings and comments."""
    found = _read(path)
    return found is not None and mentions(name, found[1].text, found[1].language) != ()


async def _beside(scene: Scene, indexes: _Indexes, notes: tuple[str, ...]) -> ProjectFiles | None:
    """The files to read beside an edit: those that define the names it uses, and those that use or
    test what it defines. None if there are none.
    """
    focus, span = scene.focus, scene.range
    if focus is None or span is None:
        return None
    place = focus_of(focus, span)
    own = {
        s.name
        for s in definitions(focus.text, focus.language)
        if span.start.line <= s.at.line <= span.end.line or s == place.symbol
    }
    counted = _by_count(asked_about(place))
    paths: list[Path] = []
    for name in [name for name in counted if name not in own][:NAMES]:
        found = await indexes.defined(name)
        if len(found) == 1 and found[0][1] == "top":
            paths.append(found[0][0])
    for name in sorted(own):
        found = await indexes.defined(name)
        if len(found) == 1 and found[0][1] == "top":
            users = await indexes.users(name)
            tests = [path for path in users if content.is_test(path.as_posix())]
            paths += [*tests[:2], *users[:CALLERS]]
    docs, _ = await indexes.read(paths, BESIDE)
    return ProjectFiles(docs=tuple(docs), notes=notes) if docs else None


def _by_count(text: str) -> list[str]:
    """The names of a text, the most frequent first."""
    counts: Mapping[str, int] = {name: text.count(name) for name in words(text)}
    return sorted(counts, key=lambda name: (-counts[name], name))


async def _answering(
    request: Request,
    scene: Scene,
    wish: ProjectWish,
    indexes: _Indexes,
    window: Window,
    notes: tuple[str, ...],
) -> ProjectFiles | None:
    """The files for a question: those that define the names in it, those that answer it, to be
    outlined, and the card.

    None for a question that names nothing of the project, unless the operator asked for the project
    (`with_project`).
    """
    named: list[str] = []
    paths: list[Path] = []
    for name in [*sorted(wish.certain), *sorted(wish.perhaps)][:NAMES]:
        found = await indexes.defined(name)
        if found and (name in wish.certain or len(found) == 1):
            named.append(name)
            paths += [path for path, _ in found[:3]]
    best = await indexes.answering(request.instruction)
    files = [path for path in best if path.name in {name.rsplit("/")[-1] for name in wish.files}]
    if not named and not files and not scene.with_project:
        return None
    docs, _ = await indexes.read([*paths, *best], OUTLINED + len(paths))
    uris = {path.as_uri() for path in best}
    outlined = tuple(doc for doc in docs if doc.uri in uris)
    roots = [root for root, _ in indexes.all]
    card = await asyncio.to_thread(project_card.card, roots, window.ignore)
    return ProjectFiles(frozenset(named), docs=tuple(docs), outlined=outlined, card=card,
                        notes=notes)  # fmt: skip
