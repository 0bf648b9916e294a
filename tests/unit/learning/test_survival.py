"""Survival of applied edits, from single texts to whole scripted sessions."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.session import STEPS, Session

from tierwise.learning import survival
from tierwise.learning.kept_or_undone import Watched
from tierwise.learning.survival import moved, pieces, reverted, untouched

BEFORE = "import os\n\n\ndef add(a, b):\n    return a+b\n\n\nprint(add(1, 2))\n"
OLD = "    return a+b\n"
NEW = '    """Add two numbers."""\n    return a + b\n'
AFTER = BEFORE.replace(OLD, NEW)
EDIT = (BEFORE.index(OLD), BEFORE.index(OLD) + len(OLD), NEW)


def share(now: str) -> float:
    return survival.survival(moved(pieces([EDIT], BEFORE), AFTER, now), now).share


@pytest.mark.parametrize(
    ("now", "least", "most"),
    [
        (AFTER, 1.0, 1.0),
        (AFTER.replace("    ", "\t"), 1.0, 1.0),
        ("# header\n" + AFTER + "# footer\n", 1.0, 1.0),
        (AFTER.replace("print", "assert"), 1.0, 1.0),
        (AFTER.replace("two numbers", "a and b"), 0.3, 0.8),
        (AFTER.replace(NEW, "    raise NotImplementedError\n"), 0.0, 0.1),
        (BEFORE, 0.0, 0.1),
        ("", 0.0, 0.1),
    ],
)
def test_what_is_left_of_an_edit(now: str, least: float, most: float) -> None:
    assert least <= share(now) <= most


def test_an_undo_is_seen_around_what_was_typed_elsewhere() -> None:
    followed = moved(pieces([EDIT], BEFORE), AFTER, "# one\n" + AFTER + "# two\n")
    now = "# one\n" + BEFORE + "# two\n"
    back = moved(followed, "# one\n" + AFTER + "# two\n", now)
    assert reverted(back, now)
    assert not untouched(back, now)


@given(
    head=st.text("ab\n", max_size=40),
    tail=st.text("ab\n", max_size=40),
    old=st.text("ab \n", max_size=20),
    new=st.text("abc \n", max_size=20),
)
@settings(deadline=None)
def test_taking_an_edit_back_is_always_seen(head: str, tail: str, old: str, new: str) -> None:
    before, after = head + old + tail, head + new + tail
    followed = pieces([(len(head), len(head) + len(old), new)], before)
    assert untouched(followed, after)
    back = moved(followed, after, before)
    assert reverted(back, before)
    assert untouched(moved(back, before, after), after)
    found = survival.survival(followed, after)
    assert (found.four_gram, found.no_revert) == (1.0, 1.0)


@given(seed=st.integers(0, 10**9), steps=st.lists(st.sampled_from(STEPS), max_size=10))
@settings(max_examples=40, deadline=None)
def test_any_session_says_one_thing_in_the_end(seed: int, steps: list[str]) -> None:
    session = Session(seed)
    for step in steps:
        session.play(step)  # type: ignore[arg-type]
    assert session.finish() in ("undone", "editedAfter", "survived")
    assert session.watched.due_ms is None
    for event in session.events:
        if event.kind == "survived":
            four_gram, no_revert = (float(part) for part in (event.value or "").split("/"))
            assert 0 <= four_gram <= 1
            assert 0 <= no_revert <= 1


def test_scripted_sessions_are_attributed_right() -> None:
    wrong, total = 0, 600
    for seed in range(total):
        session, chosen = Session(seed), random.Random(seed + 10**6)
        for _ in range(chosen.randint(0, 8)):
            session.play(chosen.choice(STEPS))
        wrong += session.finish() != session.state
    assert 1 - wrong / total >= 0.99, f"{wrong} of {total} wrong"


def test_checks_come_at_their_times_and_end() -> None:
    watched = Watched(0)
    watched.apply("u", BEFORE, AFTER, [EDIT], 0)
    said, now = [], 0
    while (due := watched.due_ms) is not None:
        now = due
        said += watched.tick(now, lambda _: AFTER)
    assert [e.after_ms for e in said] == [0, 5_000, 30_000, 120_000, 300_000, 600_000, 900_000]
    assert {(e.kind, e.value) for e in said} == {("survived", "1.00/1.00")}


def test_a_text_that_passes_through_the_old_one_is_no_undo() -> None:
    watched = Watched(0)
    watched.apply("u", BEFORE, AFTER, [EDIT], 0)
    watched.tick(0, lambda _: AFTER)
    watched.seen("u", BEFORE, 3_000)
    other = BEFORE.replace("a+b", "sum((a, b))")
    watched.seen("u", other, 3_400)
    kinds = [e.kind for e in watched.tick(5_000, lambda _: other)]
    assert kinds == ["editedAfter", "survived"]


def test_a_file_that_was_made_and_deleted_is_undone() -> None:
    watched = Watched(0)
    watched.create("u", "x = 1\n", 0)
    watched.tick(5_000, lambda _: None)
    assert [e.kind for e in watched.tick(6_000, lambda _: None)] == ["undone"]


def test_a_watched_edit_costs_little() -> None:
    """The bar of 2 ms is for `make bench`; this one only catches another order of growth."""
    lines = [f"    value_{i} = left[{i}] + right[{i % 7}]\n" for i in range(5_000)]
    before = "".join(lines)
    start = len("".join(lines[:2_000]))
    new = "".join(f"    other_{i} = total({i})\n" for i in range(30))
    after = before[:start] + new + before[start:]
    watched = Watched(0)
    watched.apply("u", before, after, [(start, start, new)], 0)
    begun = time.process_time()
    text = after
    for n in range(50):
        text = f"# {n}\n" + text
        watched.seen("u", text, n)
        watched.survival()
    assert (time.process_time() - begun) / 50 < 0.02


@pytest.mark.parametrize(
    ("lines", "told"),
    [(range(1, 4), True), (range(5), True), (range(1, 3), False), (range(2, 3), False),
     (range(2, 4), False), (range(4, 5), False)],
)  # fmt: skip
def test_problems_of_a_part_of_an_edit_say_nothing_of_it(lines: range, told: bool) -> None:
    watched = Watched(0)
    before = "a\nb\nc\nd\ne\n"
    watched.apply("f", before, "a\nB\nC\nD\ne\n", [(2, 8, "B\nC\nD\n")], 0)
    assert watched.within("f", lines) is told
    assert not watched.within("g", lines)
