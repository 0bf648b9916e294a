"""Hunks follow the text: to their own section whatever is typed, or nowhere."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.soak import soak_edits

from tierwise.core.document import Snapshot
from tierwise.edits import diff, matching
from tierwise.edits.anchors import Anchors
from tierwise.edits.offer import asked
from tierwise.edits.proposal import NewText, anchors, make
from tierwise.edits.splice import Splice, Step, reduced

SECTIONS = {
    "toml": ("[a]\nurl = 1\nkey = 1\n", "[b]\nurl = 1\nkey = 1\n", "[c]\nurl = 1\nkey = 1\n"),
    "yaml": ("- id: a\n  k: 1\n", "- id: b\n  k: 1\n", "- id: c\n  k: 1\n"),
    "json": ('  {\n    "k": 1,\n    "id": "a"\n  },\n', '  {\n    "k": 1,\n    "id": "b"\n  },\n',
             '  {\n    "k": 1,\n    "id": "c"\n  }\n'),
    "css": (".a {\n  margin: 0;\n}\n", ".b {\n  margin: 0;\n}\n", ".c {\n  margin: 0;\n}\n"),
    "python": ("def a():\n    x = 1\n    return x\n\n\n", "def b():\n    x = 1\n    return x\n\n\n",
               "def c():\n    x = 1\n    return x\n"),
    "markdown": ("## a\n\n- do it\n\n", "## b\n\n- do it\n\n", "## c\n\n- do it\n"),
    "xml": ("<i>\n  <n>a</n>\n  <k>1</k>\n</i>\n", "<i>\n  <n>b</n>\n  <k>1</k>\n</i>\n",
            "<i>\n  <n>c</n>\n  <k>1</k>\n</i>\n"),
    "go": ("func a() int {\n\treturn 1\n}\n\n", "func b() int {\n\treturn 1\n}\n\n",
           "func c() int {\n\treturn 1\n}\n"),
}  # fmt: skip
"""Three like sections each; the waiting edit is in the second."""
VALUES = ("key = 1", "  k: 1", '    "k": 1,', "  margin: 0;", "    return x", "- do it",
          "  <k>1</k>", "\treturn 1")  # fmt: skip


def waiting(kind: str) -> tuple[str, str, Anchors]:
    """The text, the text with the edit, and the edit's place."""
    one, two, three = SECTIONS[kind]
    value = VALUES[list(SECTIONS).index(kind)]
    base = one + two + three
    after = one + two.replace(f"{value}\n", "proposed\n") + three
    doc = Snapshot("file:///a", "/a", 1, None, base)
    return base, after, anchors(make("e", "t", {"file:///a": NewText(doc, "a", after)}).files[0])


def go(places: Anchors, text: str, way: str) -> None:
    """Let the text read otherwise."""
    if way == "whole text":
        places.reads(text)
    elif way == "lines":
        soak_edits.tell(places, places.text, list(soak_edits.line_splices(places.text, text)))
    elif way == "lines as Neovim tells them":
        told = list(soak_edits.line_splices(places.text, text))
        chance = random.Random(len(text))
        soak_edits.tell(places, places.text, soak_edits.as_neovim_tells(places.text, told, chance))
    elif way == "one range":
        soak_edits.tell(places, places.text, [soak_edits.one_range(places.text, text)])
    else:
        soak_edits.tell(places, places.text, [Splice(0, len(places.text), text)])


WAYS = ("whole text", "lines", "lines as Neovim tells them", "one range", "all of it as a range")


def states(places: Anchors) -> list[str]:
    return [spot.state for spot in places.current()]


def made(places: Anchors) -> str:
    return asked(places.text, places.current(), {s.id for s in places.current()}).after


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", SECTIONS)
def test_a_section_that_is_deleted_takes_its_hunk_along(kind: str, way: str) -> None:
    base, _, places = waiting(kind)
    one, _, three = SECTIONS[kind]
    go(places, one + three, way)
    assert states(places) == ["lost"]
    go(places, base, way)
    assert states(places) == ["pending"], "an undo brings it back"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", SECTIONS)
def test_lines_typed_above_move_a_hunk(kind: str, way: str) -> None:
    base, after, places = waiting(kind)
    go(places, "typed\n\n" + base, way)
    assert states(places) == ["pending"]
    assert made(places) == "typed\n\n" + after


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", SECTIONS)
def test_an_applied_hunk_is_turned_over_by_undo_and_redo(kind: str, way: str) -> None:
    base, after, places = waiting(kind)
    turn = asked(places.text, places.current(), {"1.1"})
    places.expect(turn.after, turn.spots)
    places.put([replace(spot, offered=True) for spot in places.current()])
    for _ in range(2):
        go(places, after, way)
        assert states(places) == ["applied"]
        go(places, base, way)
        assert states(places) == ["pending"]


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_change_inside_a_hunk_makes_it_stale_until_it_is_undone(kind: str) -> None:
    base, after, places = waiting(kind)
    spot = places.current()[0]
    for at in range(spot.start, spot.end):
        places.step(Step(base, Splice(at, at, "x").on(base), Splice(at, at, "x")))
        assert states(places) == ["lost"]
        places.step(Step(places.text, base, Splice(at, at + 1, "")))
        assert states(places) == ["pending"]
    assert made(places) == after


def test_generated_edits_land_in_their_own_section_or_nowhere() -> None:
    by_way, _ = soak_edits.soak(1_600, seed=20)
    assert not [example for tally in by_way.values() for example in tally.examples]
    assert all(2 * tally.refused < tally.could for tally in by_way.values())


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n"]), max_size=14)


@settings(max_examples=300, deadline=None)
@given(LINES, LINES)
def test_shared_runs_are_equal_in_order_and_apart(a: list[str], b: list[str]) -> None:
    i = j = 0
    for run in matching.blocks(a, b):
        assert run.old >= i
        assert run.new >= j
        assert a[run.old : run.old + run.size] == b[run.new : run.new + run.size]
        i, j = run.old + run.size, run.new + run.size


def test_400_changes_of_like_lines_are_found_one_by_one() -> None:
    chance, old = random.Random(1), ["  key = 1\n"] * 10_000
    new = list(old)
    for n in chance.sample(range(0, 10_000, 10), 400):
        new[n] = f"  key = {n + 2}\n"
    assert len(diff.hunks("".join(old), "".join(new))) == 400


@settings(max_examples=600, deadline=None)
@given(
    st.lists(st.sampled_from(["  a\n", "  b\n", "c\n", "\n", "  a 🎉\n"]), max_size=8),
    st.lists(st.sampled_from(["  a\n", "  b\n", "c\n", "\n"]), min_size=1, max_size=3),
    st.integers(0, 8),
    st.integers(0, 2**32),
    st.booleans(),
    st.booleans(),
)
def test_lines_told_with_their_neighbours_are_the_lines_that_came_or_went(
    rest: list[str], lines: list[str], at: int, seed: int, gone: bool, crlf: bool
) -> None:
    """However Neovim tells it: the same change, as whole lines, beginning and ending on a line."""
    ends = "\r\n" if crlf else "\n"
    above, below = ("".join(part).replace("\n", ends) for part in (rest[:at], rest[at:]))
    chunk = "".join(lines).replace("\n", ends)
    one, other = above + below, above + chunk + below
    before, after = (other, one) if gone else (one, other)
    start = len(above)
    made = Splice(start, start + len(chunk), "") if gone else Splice(start, start, chunk)
    (told,) = soak_edits.as_neovim_tells(before, [made], random.Random(seed))
    assert told.on(before) == after
    found = reduced(told, before)
    assert found.on(before) == after
    assert (found.start == found.end) is not gone
    assert bool(found.text) is not gone
    piece = before[found.start : found.end] or found.text
    assert found.start == 0 or before[found.start - 1] == "\n"
    assert piece.endswith("\n")


@pytest.mark.parametrize("told", [
    Splice(0, 12, "a = 1\nb = 2\nc = 3\n"),
    Splice(0, 11, "a = 1\nx = 1\nb = 2"),
    Splice(4, 5, "2"),
    Splice(0, 5, "a = 1 + 1"),
    Splice(6, 6, "x = 1\n"),
    Splice(0, 6, ""),
])  # fmt: skip
def test_a_change_that_repeats_more_or_brings_no_line_stays_as_it_was_told(told: Splice) -> None:
    assert reduced(told, "a = 1\nb = 2\n") == told
