"""Step 2 of the spine: what this task sends, after the operator's consent where it is needed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tierwise.context import collect as context
from tierwise.context import diffs, secrets
from tierwise.core.context import LeftOut
from tierwise.core.document import Snapshot
from tierwise.core.errors import Ignored
from tierwise.present import notices, questions
from tierwise.present.left_out import sentences
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
        scene.focus, scene.range, scene.attached, scene.open, name, window.ignore
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


def _hard(path: str, window: Window) -> bool:
    return window.ignore.judge_shown(path).kind == "hard"
