"""The corpus of answers holds what it says: enough of everything, and no slip in a verdict."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from tests.corpus.answers import Answer, Position, Task, tasks
from tests.corpus.answers.form import TEXT_ACTIONS, Action, Outcome, Shape

TASKS = 16
LANGUAGES = 9
EACH_ACTION = 0
EACH_SHAPE = 0
ANSWERS = 4
TASK_IDS = [task.name for task in tasks()]
PAIRS = [(task, answer) for task in tasks() for answer in task.answers]


def test_there_is_enough_of_everything() -> None:
    shapes = Counter(shape for _, answer in PAIRS for shape in answer.shapes)
    actions = Counter(task.action for task in tasks())
    languages = {task.file.language for task in tasks()}
    assert len(tasks()) >= TASKS
    assert len(languages) >= LANGUAGES, languages
    assert {a: actions[a] for a in get_args(Action) if actions[a] < EACH_ACTION} == {}
    assert {s: shapes[s] for s in get_args(Shape) if shapes[s] < EACH_SHAPE} == {}
    assert set(shapes) <= set(get_args(Shape))


@pytest.mark.parametrize("task", tasks(), ids=TASK_IDS)
def test_a_task_is_whole(task: Task) -> None:
    assert len(task.answers) >= ANSWERS
    assert len({file.path for file in task.files}) == len(task.files)
    selection, text = task.selection, task.file.text
    assert _between(text, selection.start, selection.end) == selection.text
    assert task.instruction or task.action not in ("edit", "generate", "chat")
    assert bool(task.diff) == (task.action == "commit")
    assert len({answer.text for answer in task.answers}) == len(task.answers)


@pytest.mark.parametrize(("task", "answer"), PAIRS, ids=[answer.name for _, answer in PAIRS])
def test_a_verdict_agrees_with_itself(task: Task, answer: Answer) -> None:
    before = {file.path: file.text for file in task.files}
    for outcome in (*answer.right, *answer.marked):
        assert outcome
        for path, text in outcome.items():
            assert text != before.get(path), "a result that changes nothing"
            assert "\r" not in text.replace("\r\n", ""), "a line end that no editor writes"
            assert ("\r\n" in text) == ("\r\n" in before.get(path, "")), "mixed line ends"
    assert answer.text.strip()
    assert "@@ original" not in answer.text
    assert not _same(answer.right, answer.marked)
    assert bool(answer.right) or answer.verdict != "right"
    assert bool(answer.marked) or answer.verdict != "marked"
    assert answer.may_refuse or answer.verdict != "refused"
    if answer.verdict == "refused" and task.action not in TEXT_ACTIONS:
        assert not answer.usable
    if "cut" in answer.shapes:
        assert answer.stop_reason == "max_tokens"
        assert not answer.right
        assert not answer.marked
        assert not answer.usable
    if {"question", "refusal"} & set(answer.shapes):
        assert answer.verdict == "refused"
        assert not answer.right
    if "crlf" in answer.shapes:
        assert "\r\n" in answer.text or "\r\n" in task.file.text


def test_nothing_counts_as_an_end_but_what_is_listed() -> None:
    task = next(task for task in tasks() if task.action == "edit")
    right = next(answer for answer in task.answers if answer.verdict == "right")
    refused = next(answer for answer in task.answers if answer.verdict == "refused")
    other = {task.file.path: task.file.text + "x"}
    assert right.accepts(right.right[0], marked=False)
    assert right.accepts(right.right[0], marked=True)
    assert not right.accepts(other, marked=True)
    assert not right.accepts({**right.right[0], "other.py": ""}, marked=True)
    assert refused.accepts(None, marked=False)
    assert not refused.accepts(other, marked=True)


def _same(some: tuple[Outcome, ...], others: tuple[Outcome, ...]) -> bool:
    return any(dict(one) == dict(other) for one in some for other in others)


def _between(text: str, start: Position, end: Position) -> str:
    lines = text.split("\n")
    assert (start.line, start.character) <= (end.line, end.character)
    assert end.line < len(lines)

    def offset(place: Position) -> int:
        units = lines[place.line].encode("utf-16-le")
        assert place.character * 2 <= len(units)
        inside = units[: place.character * 2].decode("utf-16-le")
        return sum(len(line) + 1 for line in lines[: place.line]) + len(inside)

    return text[offset(start) : offset(end)]
