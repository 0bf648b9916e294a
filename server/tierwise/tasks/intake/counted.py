"""What the project's index counts for a request: numbers for the router, without names. An example
is how many files use the selected function.

No number is given before every file was read. The uses of a symbol are given only if they can be
told from others: it is defined once and belongs to no type. While files of a project are still
unread, a change that is wanted everywhere is taken for one in many files. That can only raise the
tier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tierwise.context import facts, project_wish
from tierwise.context.project_wish import ProjectWish
from tierwise.core.actions import KINDS
from tierwise.core.dataclass import dataclass
from tierwise.core.request import ProjectSignals, Request
from tierwise.edits import renamed
from tierwise.index.facts import Uses
from tierwise.tasks.api import Index
from tierwise.tasks.task.scene import Question, Scene
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

REQUEST_MS: Final = 50
"""Milliseconds that a decision waits for the index to look for changed files."""
MANY: Final = 10
"""Until the files are counted, a change everywhere counts as one in this many files. It is the
upper end of the third size class (1, 2-3, 4-10, 11 and more).
"""
NAMES: Final = 8
"""How many names of an instruction are looked up."""
COMPARED: Final = 10
"""The rank of the file with which the best one is compared."""


async def count(task: Task, window: Window) -> None:
    """Put the project's numbers into the task's request, for the router. Without an index there are
    none.
    """
    signals = await of_request(task.request, task.scene, window)
    if signals != task.request.project:
        task.asks_now(Question(replace(task.request, project=signals), task.scene))


async def of_request(
    request: Request, scene: Scene, window: Window, wait_ms: int = REQUEST_MS
) -> ProjectSignals | None:
    """The counts of the project that the router uses for a request. None if there is no index.

    If the index is not ready after `wait_ms` milliseconds, they are unknown. Only a change that is
    wanted everywhere then counts as one in `MANY` files.
    """
    indexes = window.projects.all()
    states = await window.projects.refresh(wait_ms)
    if not states or all(state.state == "off" for state in states):
        return None
    wish = project_wish.of_words(request.instruction)
    if not all(state.complete for state in states):
        return unread(wish)
    found = await _symbol(request, scene, wish, [index for _, index in indexes])
    known = found if found is not None and found.known else None
    files = len(known.paths) if known is not None else None
    if found is None and wish.everywhere:
        files = sum(state.indexed for state in states)
    return ProjectSignals(
        usages=max(known.total - 1, 0) if known is not None else None,
        usage_files=files if known is not None else None,
        fan_in=await _importers(scene, indexes),
        defined=found.defined if found is not None and found.defined else None,
        files=files if wish.everywhere else None,
        clear=await _clear(request, found, [index for _, index in indexes]),
    )


async def _clear(request: Request, symbol: _Counted | None, indexes: Sequence[Index]) -> int | None:
    """How clear it is which file an edit without a selection is about, in percent.

    None if the request is about a symbol of the project, has a selection, asks for no edit, or if
    no file fits it.
    """
    if symbol is not None or request.selection is not None or not KINDS[request.action].edits:
        return None
    found = [await index.find(request.instruction, limit=COMPARED) for index in indexes]
    scores = sorted((file.score for files in found for file in files), reverse=True)
    if not scores:
        return None
    last = scores[COMPARED - 1] if len(scores) >= COMPARED else 0.0
    return round(100 * (1 - last / scores[0]))


def foreseen(request: Request, window: Window) -> Request:
    """The request as the first decision sees it. That does not wait for the index, so the numbers
    of the project are taken as unknown.
    """
    wish = project_wish.of_words(request.instruction)
    return replace(request, project=unread(wish)) if window.projects.all() else request


def unread(wish: ProjectWish) -> ProjectSignals:
    """The project's numbers while some of its files are unread: all unknown. Only a change that is
    wanted everywhere is taken for one in many files.
    """
    return ProjectSignals(files=MANY if wish.everywhere else None)


@dataclass(frozen=True, slots=True)
class _Counted:
    """The counts of a name over all workspace folders: its definitions, its uses (`total`), and the
    files that use it, each with the number of its folder. `known` says whether they are reliable.
    """

    defined: int
    known: bool
    total: int
    paths: frozenset[tuple[int, str]]


async def _symbol(
    request: Request, scene: Scene, wish: ProjectWish, indexes: Sequence[Index]
) -> _Counted | None:
    """The counts of the symbol that a request is about: the one it renames, selects or names as
    code.

    None if it is about no symbol of the project.
    """
    rename = renamed.wish(request.instruction)
    selected = facts.symbol_at(scene.focus, scene.range)
    names = [rename.old] if rename is not None else [selected.name] if selected is not None else []
    for name in [*names, *sorted(wish.certain), *sorted(wish.perhaps)][:NAMES]:
        counted = _sum([await index.uses(name) for index in indexes])
        if counted.defined:
            return counted
    return None


def _sum(found: Sequence[Uses]) -> _Counted:
    defined = sum(uses.defined for uses in found)
    return _Counted(
        defined + sum(uses.member for uses in found),
        defined == 1 and all(uses.complete and not uses.member for uses in found),
        sum(uses.total for uses in found),
        frozenset((n, file.path) for n, uses in enumerate(found) for file in uses.files),
    )


async def _importers(scene: Scene, indexes: Sequence[tuple[Path, Index]]) -> int | None:
    """How many files import the file that is worked on. None if it is in no workspace folder."""
    if scene.focus is None or scene.focus.path is None:
        return None
    path = Path(scene.focus.path)
    for root, index in indexes:
        if path.is_relative_to(root):
            return len(await index.importers(path.relative_to(root).as_posix()))
    return None
