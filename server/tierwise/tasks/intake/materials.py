"""Collects the documents and files that a task sends to the model, and asks for consent if that is
needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tierwise.context import collect as context
from tierwise.context import diffs, secrets
from tierwise.context.collect import Materials
from tierwise.context.project import ProjectFiles
from tierwise.context.test_target import TestTarget
from tierwise.core.actions import KINDS
from tierwise.core.context import LeftOut, Pack
from tierwise.core.document import Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest, Ignored
from tierwise.edits import renamed
from tierwise.present import notices, questions
from tierwise.present.left_out import sentences
from tierwise.tasks.intake import changes, project, project_offer, test_place, unseen
from tierwise.tasks.intake.requests import relative
from tierwise.tasks.task.scene import Question
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

DIFFS = ("git-commit", "gitcommit", "diff", "git-rebase")
"""Languages of documents that may hold the diff to commit."""


async def collect(task: Task, window: Window) -> None:
    """Collect the context of a run and keep it in the run. If an ignore rule names the task's own
    file, it asks, once per file, whether that may be sent.

    Raises `Ignored` if it may not, `ContextTooLarge`, and `BadRequest` for a commit message without
    a change.
    """
    roots = tuple(window.documents.roots())

    def name(doc: Snapshot) -> str:
        return relative(doc, roots)

    scene = task.scene
    found = Materials(
        scene.focus,
        scene.range,
        scene.attached,
        scene.open,
        name,
        window.ignore,
        tests=await asyncio.to_thread(_tests, task, window, name),
        project=await project.gather(task.request, scene, window),
        in_view=scene.in_view,
    )
    wished, given = task.request.instruction, ""
    if task.request.action == "commit":
        wished, given = diffs.parted(wished)
        found = await _of_change(found, given, window)
    asked = context.needs_confirmation(found)
    if asked is not None and asked[0] not in window.confirmed:
        path, rule = asked
        question = questions.send_ignored(path, rule)
        answer = await window.listener.ask(question.text, question.options)
        if answer != questions.SEND:
            raise Ignored(
                ErrorReason.of("git_ignored" if rule == "git" else "outside_unasked", path=path)
            )
        window.confirmed.add(path)
    pack = await asyncio.to_thread(context.collect, task.request, found)
    look = window.ignore.look()
    words, gone = diffs.without(wished, lambda path: look.judge_shown(path).kind == "hard")
    wish = secrets.redact(words, pack.secrets)
    left_out = (*pack.left_out, *(LeftOut(path, notices.CHANGES_IGNORED) for path in gone))
    pack = replace(pack, secrets=wish.secrets, left_out=left_out)
    others = await _beside(task, found.project, pack, name, window)
    task.run.collected(pack, wish.text, (*sentences(pack), *others))
    for sentence in task.run.notices:
        task.noticed(sentence)


async def _beside(
    task: Task,
    found: ProjectFiles | None,
    pack: Pack,
    name: Callable[[Snapshot], str],
    window: Window,
) -> tuple[str, ...]:
    """Note which files of the project are sent. Returns sentences about them and the others."""
    if found is None:
        return await asyncio.to_thread(_unseen, task, window)
    paths = {item.path for item in pack.items}
    sent = tuple(doc for doc in found.all if name(doc) in paths)
    scene = replace(task.scene, project=sent)
    task.asks_now(Question(task.request, scene))
    left = (notices.not_sent_uses(found.unread, min(found.names)),) if found.unread else ()
    tokens = project_offer.tokens_of(pack, found, name)
    cost = project_offer.cost_of(tokens, window.tier(task.decision.answering), window)
    return (*notices.sent_of_project(len(sent), cost), *left, *found.notes)


async def _of_change(found: Materials, given: str, window: Window) -> Materials:
    """The materials of a commit message: only a diff.

    It is the diff in the words (`given`) or the document, or else git's. Raises `BadRequest` if git
    has none.
    """
    focus = found.focus
    if focus is not None and not given and focus.language in DIFFS:
        shown = diffs.parted(focus.text)[1]
        if shown:
            return replace(found, range=None, changes=diffs.shortened(shown, changes.MOST))
    if not given:
        roots = window.documents.roots()
        own = Path(focus.path) if focus is not None and focus.path is not None else None
        around = [root for root in roots if own is not None and own.is_relative_to(root)]
        home = around or list(roots) or ([own.parent] if own is not None else [])
        if not home:
            raise BadRequest(changes.NO_GIT)
        given = await changes.of_git(max(home, key=lambda root: len(root.parts)))
    return replace(found, focus=None, range=None, changes=diffs.shortened(given, changes.MOST))


def _tests(task: Task, window: Window, name: Callable[[Snapshot], str]) -> TestTarget | None:
    """Where the requested tests go, and what is there. None for any other request."""
    focus = task.scene.focus
    if not KINDS[task.request.action].elsewhere or focus is None or focus.path is None:
        return None
    own = Path(focus.path)
    around = [root for root in window.documents.roots() if own.is_relative_to(root)]
    root = max(around, key=lambda root: len(root.parts), default=own.parent)
    place = test_place.find(own, root)
    task.run.tests_go_to(place.path)
    doc = focus if place.path == own else _read(place.path, window)
    made = Snapshot(place.path.as_uri(), str(place.path), None, None, "")
    return TestTarget(
        name(doc or made),
        doc,
        tuple(d for p in place.helpers if (d := _read(p, window)) is not None),
        _read(place.example, window) if place.example is not None else None,
        place.framework,
    )


def _unseen(task: Task, window: Window) -> tuple[str, ...]:
    """A notice about files that use the old name and that a rename does not see. Empty if there are
    none, and for any other request.
    """
    focus, wish = task.scene.focus, renamed.wish(task.request.instruction)
    if wish is None or not KINDS[task.request.action].edits or focus is None or focus.path is None:
        return ()
    own = Path(focus.path)
    root = next((r for r in window.documents.roots() if own.is_relative_to(r)), None)
    if root is None:
        return ()
    seen = [doc.path for doc in task.scene.documents.values() if doc.path is not None]
    look = window.ignore.look()
    found = unseen.users(wish.old, own, root, seen, lambda path: look.judge(path).kind == "open")
    return (notices.not_looked_at(wish.old, found),) if found else ()


def _read(path: Path, window: Window) -> Snapshot | None:
    if not path.is_file():
        return None
    try:
        return window.documents.snapshot(path.as_uri())
    except BadRequest:
        return None
