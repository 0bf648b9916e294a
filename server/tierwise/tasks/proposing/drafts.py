"""Reads an answer, places its edits in the files and checks them. The result is a draft: the answer
as it would be shown.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace

from tierwise.core.actions import KINDS
from tierwise.core.check import FailedCheck
from tierwise.core.dataclass import dataclass
from tierwise.edits import answer as answers
from tierwise.edits import free_checks
from tierwise.edits.answer import Problem, ReadAnswer
from tierwise.edits.asked import AskedEdit
from tierwise.edits.proposal import Proposal, make
from tierwise.tasks.proposing import confining, verifying
from tierwise.tasks.proposing.paths import Paths
from tierwise.tasks.proposing.placement_error import PlacementError
from tierwise.tasks.proposing.placing import new_texts
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it would be shown: a proposal, or only text (`proposal` is None).

    `failed` has the free checks that did not pass.
    """

    answer: Answer
    proposal: Proposal | None = None
    failed: tuple[FailedCheck, ...] = ()


async def draft(task: Task, answer: Answer, window: Window, *, chosen: bool = False) -> Draft:
    """Read, place and check an answer. The operator's own command runs only if all else passed.

    An answer without any edit is text for the operator, whatever was asked. `chosen` says that the
    operator picked the code and its place.
    """
    draft = await asyncio.to_thread(made, task, answer, window, chosen=chosen)
    if draft.proposal is None or draft.failed:
        return draft
    return replace(draft, failed=await verifying.verified(draft.proposal, window))


def made(task: Task, answer: Answer, window: Window, *, chosen: bool = False) -> Draft:
    """Read an answer, find where its edits go, and run the free checks. `chosen` says that the
    operator picked the code and its place.
    """
    edits = KINDS[task.request.action].edits
    known = Paths(task, window).known
    reason = answer.result.stop_reason
    read = answers.read(answer.text, stop_reason=reason, edits=edits, known=known)
    never = task.request.action == "commit"
    if never or (not edits and (read.kind == "text" or read.problem is not None)):
        return Draft(answer, None, _of_text(read, edits))
    if read.problem is not None and not read.changes and not read.fences:
        return Draft(answer, None, free_checks.of_problem(read.problem))
    try:
        new = new_texts(task, read, window, chosen=chosen)
    except PlacementError as error:
        misplaced = FailedCheck("place", error.code, detail=error.detail)
        return Draft(answer, None, free_checks.of_problem(read.problem) or (misplaced,))
    if read.kind == "text" and not new.texts:
        return Draft(answer, None, _of_text(read, edits))
    proposal = make(task.edit_id or uuid.uuid4().hex[:12], task.id, new.texts)
    proposal = confining.confined(task, proposal, window)
    held = asked(task, read.problem)
    if read.whole is not None and not read.whole.text.strip() and not _to_remove(held):
        return Draft(answer, None, (FailedCheck("empty", "empty_answer"),))
    failed = free_checks.check(proposal, held)
    if new.doubt is not None:
        failed = (*failed, FailedCheck("place", new.doubt))
    return Draft(answer, proposal if proposal.files else None, failed)


def asked(task: Task, problem: Problem | None = None) -> AskedEdit:
    """What was asked for and on which documents, for the free checks to compare a task's proposal
    with.

    `problem` is what reading the answer found, such as that it was cut off.
    """
    scene, request = task.scene, task.request
    complaints = request.diagnostics or ()
    return AskedEdit(
        action=request.action,
        instruction=request.instruction,
        focus=scene.focus.uri if scene.focus is not None else None,
        span=scene.place,
        attached=frozenset(d.uri for d in scene.attached),
        open=frozenset(d.uri for d in scene.open),
        problem=problem,
        diagnostics=frozenset(d.line - 1 for d in complaints),
        documents=scene.shown,
        shown=frozenset(d.uri for d in scene.project),
    )


def _to_remove(held: AskedEdit) -> bool:
    """Whether an empty answer may be right: the request speaks of removing, or has diagnostics."""
    return held.says("remov", "delet", "drop", "clear", "unused", "dead") or bool(held.diagnostics)


def _of_text(read: ReadAnswer, edits: bool) -> tuple[FailedCheck, ...]:
    if not edits:
        return ()
    if read.problem is not None:
        return free_checks.of_problem(read.problem)
    return () if read.prose.strip() else (FailedCheck("empty", "empty_answer"),)
