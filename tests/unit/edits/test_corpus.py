"""The corpus of natural answers through the real engine: right, refused or marked, all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.corpus.answers import Answer, Task, tasks
from tests.support.desk import Desk

from tierwise.core.document import Position, Range
from tierwise.present.checks import sentence
from tierwise.syntax.positions import LineIndex
from tierwise.tasks.proposing.drafts import Draft


def drafted(desk: Desk, task: Task, answer: Answer) -> Draft:
    """The draft of one answer, in a workspace that holds the files of its task."""
    desk.write({file.path: file.text for file in task.files})
    index = LineIndex(task.file.text)
    ends = (task.selection.start, task.selection.end)
    start, end = (index.from_wire(at.line, at.character, "utf-16") for at in ends)
    return desk.draft(
        task.file.path, Range(Position(start.line, start.character), end), answer.text,
        action=task.action, instruction=task.instruction, stop_reason=answer.stop_reason,
        language=task.file.language,
        attached=tuple(f.path for f in task.files[1:] if f.role == "attached"),
        opened=tuple(f.path for f in task.files[1:] if f.role == "open"),
    )  # fmt: skip


def outcome(draft: Draft) -> dict[str, str] | None:
    """What a draft offers: the new text of every file it changes."""
    if draft.proposal is None or any(f.key == "cut" for f in draft.failed):
        return None
    return {f.path: f.after for f in draft.proposal.files if f.kind in ("text", "create")}


EVERY = [(task, answer) for task in tasks() for answer in task.answers]


@pytest.mark.parametrize(("task", "answer"), EVERY, ids=[answer.name for _, answer in EVERY])
def test_an_answer_ends_right_or_refused_or_marked(
    task: Task, answer: Answer, tmp_path: Path
) -> None:
    draft = drafted(Desk(tmp_path), task, answer)
    found = outcome(draft)
    if found is not None and found not in answer.right:
        assert draft.failed, answer.note


def test_usable_answers_end_right(tmp_path: Path) -> None:
    usable = right = 0
    missed = []
    for number, (task, answer) in enumerate(EVERY):
        if not answer.usable or task.action in ("explain", "review", "commit"):
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        draft = drafted(Desk(folder), task, answer)
        usable += 1
        if outcome(draft) in answer.right or (not answer.right and outcome(draft) is None):
            right += 1
        else:
            missed.append((answer.name, answer.shapes, [sentence(f) for f in draft.failed]))
    assert right >= 0.9 * usable, (right, usable, missed)
