"""The corpus of answers holds what it says: enough of everything, and no slip in a verdict."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import get_args

import pytest

from tests.corpus.answers import Answer, Position, Task, tasks
from tests.corpus.answers.form import TEXT_ACTIONS, Action, Outcome, Shape

TASKS = 60
LANGUAGES = 18
EACH_ACTION = 3
EACH_SHAPE = 13
MARKED = 9
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
    assert sum(answer.verdict == "marked" for _, answer in PAIRS) >= MARKED


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


BLOCKS = [(t, a) for t, a in PAIRS if a.verdict == "right" and "<<<< SEARCH" in a.text]


@pytest.mark.parametrize(("task", "answer"), BLOCKS, ids=[answer.name for _, answer in BLOCKS])
def test_blocks_followed_by_hand_lead_to_the_right_text(task: Task, answer: Answer) -> None:
    text = re.sub(r"<think>.*?</think>", "", answer.text.replace("\r\n", "\n"), flags=re.DOTALL)
    paths = {file.path: file.text for file in task.files}
    after = {path: text.replace("\r\n", "\n") for path, text in paths.items()}
    known = sorted({*paths, *(path for outcome in answer.right for path in outcome)})
    blocks = re.compile(r"<<<<<<< SEARCH\n(.*?)=======\n(.*?)>>>>>>> REPLACE", re.DOTALL)
    path = task.file.path
    end = 0
    done: set[tuple[str, str, str]] = set()
    for block in blocks.finditer(text):
        named = [p for line in text[end : block.start()].split("\n") for p in known if p in line]
        path, end = [path, *named][-1], block.end()
        old, new = block[1], block[2]
        if (path, old, new) not in done:
            done.add((path, old, new))
            after[path] = _replaced(after.get(path, ""), old, new, task)
    changed = {path: text for path, text in after.items() if text.strip() != _plain(paths, path)}
    rights = [{p: _plain(outcome, p) for p in outcome} for outcome in answer.right]
    assert {path: text.strip() for path, text in changed.items()} in rights


def _plain(texts: Mapping[str, str], path: str) -> str:
    return texts.get(path, "").replace("\r\n", "\n").strip()


def _replaced(text: str, old: str, new: str, task: Task) -> str:
    """`text` with a block applied; of several places the one within the selection counts."""
    if not text:
        return new
    text = text if text.endswith("\n") else text + "\n"
    selected = task.selection.text.replace("\r\n", "\n")
    if text.count(old) == 1:
        return text.replace(old, new)
    assert text.count(selected) == 1
    assert selected.count(old) == 1
    return text.replace(selected, selected.replace(old, new))


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
