"""Step 2 of the spine: what this task sends, after the operator's consent where it is needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tierwise.context import collect as context
from tierwise.context import diffs, secrets
from tierwise.context.test_target import TestTarget
from tierwise.core.actions import KINDS
from tierwise.core.context import LeftOut
from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest, Ignored
from tierwise.present import notices, questions
from tierwise.present.left_out import sentences
from tierwise.tasks.intake import test_place
from tierwise.tasks.intake.requests import relative
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


async def collect(task: Task, window: Window) -> None:
    """Collect what this run sends. Raises `Ignored` or `ContextTooLarge`; asks once per ignored
    file."""
    roots = tuple(window.documents.roots())

    def name(doc: Snapshot) -> str:
        return relative(doc, roots)

    scene = task.scene
    found = context.Materials(
        scene.focus,
        scene.range,
        scene.attached,
        scene.open,
        name,
        window.ignore,
        await asyncio.to_thread(_tests, task, window, name),
    )
    asked = context.needs_confirmation(found)
    if asked is not None and asked[0] not in window.confirmed:
        path, why = asked
        question = questions.send_ignored(path, why)
        answer = await window.listener.ask(question.text, question.options)
        if answer != questions.SEND:
            raise Ignored(f"{path} {why}, so it is not sent without your yes.")
        window.confirmed.add(path)
    pack = await asyncio.to_thread(context.collect, task.request, found)
    words, gone = diffs.without(task.request.instruction, lambda path: _hard(path, window))
    wish = secrets.redact(words, pack.secrets)
    left_out = (*pack.left_out, *(LeftOut(path, notices.CHANGES_IGNORED) for path in gone))
    pack = replace(pack, secrets=wish.secrets, left_out=left_out)
    task.run.collected(pack, wish.text, sentences(pack))
    for sentence in task.run.notices:
        task.noticed(sentence)


def _tests(task: Task, window: Window, name: Callable[[Snapshot], str]) -> TestTarget | None:
    """Where the tests go that are asked for, and what is there; None for any other request."""
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


def _read(path: Path, window: Window) -> Snapshot | None:
    if not path.is_file():
        return None
    try:
        return window.documents.snapshot(path.as_uri())
    except BadRequest:
        return None


def _hard(path: str, window: Window) -> bool:
    return window.ignore.judge_shown(path).kind == "hard"
