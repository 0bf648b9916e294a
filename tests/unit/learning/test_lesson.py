"""A lesson on its way to a team: nothing is lost of it, and nothing but numbers can be in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.actions import KINDS
from tierwise.learning import lesson
from tierwise.learning.lesson import Lesson
from tierwise.learning.observation import (
    REFERENCE,
    Cell,
    LearnerAnswer,
    LearnerTask,
    Observation,
    features,
)

PROJECT = "0a1b2c3d"
SHARES = st.floats(0, 1)
RANKS = st.integers(0, 2)
ANSWERS = st.builds(
    LearnerAnswer, RANKS, SHARES, st.floats(0, 10), st.booleans(), st.none() | st.booleans(),
    st.none() | st.floats(0, 1e12), st.booleans(),
)  # fmt: skip


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    cell = Cell(
        draw(st.sampled_from(sorted(KINDS))),
        draw(st.none() | st.sampled_from(["python", "c++", "objective-c", "c#"])),
        PROJECT,
    )
    logits = tuple(draw(st.lists(st.floats(-9, 9), min_size=2, max_size=2)))
    signals = draw(st.dictionaries(st.sampled_from(sorted(REFERENCE)), st.floats(-99, 99)))
    costs = draw(st.just(()) | st.tuples(*[st.floats(0, 1e12)] * 3))
    task = LearnerTask(
        cell, logits, features(cell, signals, logits), costs, draw(st.floats(0, 1e12)),
        draw(RANKS), draw(SHARES),
    )  # fmt: skip
    return Observation(
        task, tuple(draw(st.lists(ANSWERS, min_size=1, max_size=4))), draw(st.none() | RANKS),
        draw(st.floats(0.001, 1)), draw(st.booleans()), draw(st.integers(0, 2**42)),
        draw(st.none() | RANKS),
    )  # fmt: skip


@given(observations(), st.integers(0, 2**42))
def test_a_lesson_arrives_as_it_left(seen: Observation, ripe_ms: int) -> None:
    sent = Lesson("0123456789abcdef", ripe_ms, seen)
    there = json.loads(json.dumps(lesson.to_json(sent)))
    assert lesson.from_json(there, PROJECT) == sent


def a_lesson() -> dict[str, Any]:
    cell = Cell("fix", "python", PROJECT)
    task = LearnerTask(
        cell, (0.5, 1.0), features(cell, {"words": 3.0}, (0.5, 1.0)), (1.0, 2.0, 3.0)
    )
    seen = Observation(task, (LearnerAnswer(0, 1.0),))
    return lesson.to_json(Lesson("0123456789abcdef", 5, seen))


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a lesson."""
    if isinstance(data, dict):
        return [p for key, value in data.items() for p in places(value, (*path, key))] + [path]
    if isinstance(data, list):
        return [p for n, value in enumerate(data) for p in places(value, (*path, n))] + [path]
    return [path]


CANARIES = ["CANARY secret = 'hunter2'", "/home/olga/src/canary.py", {"CANARY": 1}, ["CANARY"]]


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("place", [p for p in places(a_lesson()) if p])
def test_a_text_is_refused_wherever_it_stands(place: tuple[Any, ...], canary: Any) -> None:
    found = a_lesson()
    inner = found
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = canary
    with pytest.raises(ValueError, match="no lesson"):
        lesson.from_json(found, PROJECT)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1, 1e300, True, None])
@pytest.mark.parametrize("name", ["redo", "propensity", "accept", "atMs", "ripeMs", "shipped"])
def test_a_number_that_cannot_be_true_is_refused(name: str, odd: Any) -> None:
    with pytest.raises(ValueError, match="no lesson"):
        lesson.from_json({**a_lesson(), name: odd}, PROJECT)


def test_a_name_that_is_unknown_here_is_no_signal() -> None:
    with pytest.raises(ValueError, match="no lesson"):
        lesson.from_json({**a_lesson(), "signals": {"says.hunter2": 1.0}}, PROJECT)


@pytest.mark.parametrize("language", ["my secret language", "C" * 99, "ünique"])
def test_a_language_that_reads_like_text_is_left_out(language: str) -> None:
    cell = Cell("fix", language, PROJECT)
    task = LearnerTask(cell, (0.5, 1.0), features(cell, {}, (0.5, 1.0)))
    sent = Lesson("0123456789abcdef", 5, Observation(task, (LearnerAnswer(0, 1.0),)))
    there = lesson.from_json(lesson.to_json(sent), PROJECT)
    assert there.seen.task.cell == replace(cell, language=None)
