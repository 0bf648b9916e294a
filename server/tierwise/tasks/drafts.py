"""Step 7 of the spine: from an answer to a draft proposal, read, placed and checked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from tierwise.core.request import EDITING
from tierwise.edits import answer as answers
from tierwise.edits import check
from tierwise.edits.check import Failed
from tierwise.edits.proposal import FileEdit, Proposal, make
from tierwise.tasks.attempts import Answer
from tierwise.tasks.placing import Misplaced, new_texts
from tierwise.tasks.task import Task
from tierwise.tasks.world import World


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it would be shown: a proposal, or text alone (`proposal` None).

    `failed` holds the free checks that did not pass.
    """

    answer: Answer
    proposal: Proposal | None = None
    failed: tuple[Failed, ...] = ()


def draft(task: Task, answer: Answer, world: World) -> Draft:
    """Read an answer. One without any edit is text for the operator, whatever was asked."""
    edits = task.request.action in EDITING
    read = answers.read(answer.text, stop_reason=answer.result.stop_reason, edits=edits)
    if read.kind == "text" or (not edits and read.problem == "cut off"):
        cut = (Failed("cut", "the answer was cut off"),) if edits and read.problem else ()
        return Draft(answer, None, cut)
    try:
        texts = new_texts(task, read, world)
    except Misplaced as error:
        return Draft(answer, None, (Failed("place", str(error)),))
    proposal = make(uuid.uuid4().hex[:12], task.id, texts)
    proposal = _confined(task, proposal, world)
    failed = check.check(
        proposal,
        instruction=task.request.instruction,
        scope=task.scene.documents.keys(),
        problem=read.problem,
    )
    return Draft(answer, proposal if proposal.files else None, failed)


def _confined(task: Task, proposal: Proposal, world: World) -> Proposal:
    """Each file judged by real path; what may not be written is left out, what is odd asks."""
    files = []
    notes = [proposal.note] if proposal.note else []
    for file in proposal.files:
        names = [(file.uri, file.path)]
        if file.to_uri is not None and file.to_path is not None:
            names.append((file.to_uri, file.to_path))
        asks: list[str] = []
        for uri, path in names:
            refused, asked = _judged(task, file, uri, path, world)
            if refused:
                notes.append(f"{path} was left out: {refused}")
                break
            asks += [asked] if asked else []
        else:
            if file.kind == "delete":
                asks.insert(0, f"{file.path} will be deleted")
            files.append(replace(file, confirm=asks[0] if asks else None))
    return replace(proposal, files=tuple(files), note=". ".join(notes))


def _judged(task: Task, file: FileEdit, uri: str, path: str, world: World) -> tuple[str, str]:
    """Why a file may not be written, and else why it needs an explicit yes; "" for neither."""
    confine, focus = world.confine, task.scene.focus
    local = confine.path_of(uri)
    if focus is not None and uri == focus.uri and (local is None or not confine.roots):
        return "", ""
    if local is None:
        return "it is not a local file", ""
    judged = confine.judge(local)
    if judged.verdict == "refused":
        return judged.why, ""
    if world.ignore.judge(local).kind == "hard":
        return "it is kept back by an ignore file", ""
    if judged.verdict == "confirm":
        return "", judged.why
    known = uri in task.scene.documents or uri == file.to_uri or task.request.action == "test"
    return "", "" if known else f"{path} was not part of the request"
