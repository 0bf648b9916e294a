"""Answers to edits to hunks: every form read, nothing placed where it does not belong."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.core.document import Snapshot
from tierwise.edits import answer, diff, named
from tierwise.edits.answer import Replace
from tierwise.edits.offer import asked
from tierwise.edits.place import NotFound, apply_block
from tierwise.edits.proposal import FileEdit, NewText, anchors, make
from tierwise.syntax.positions import LineIndex, split_lines

BLOCK = "src/a.py\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n"


@pytest.mark.parametrize(
    ("text", "kind", "paths"),
    [
        (BLOCK, "blocks", ["src/a.py"]),
        ("Sure:\n\n" + BLOCK + "\nand\n\n" + BLOCK.replace("a.py", "b.py"), "blocks",
         ["src/a.py", "src/b.py"]),
        ("src/a.py\n```python\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE\n```\n", "blocks",
         ["src/a.py"]),
        ("new.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE", "blocks", ["new.py"]),
        ("```python\nx = 1\n```", "whole", []),
        ("Here it is:\n```\nx\n```\nDone.", "whole", []),
        ("```\na\n```\n```\nb\n```", "fences", []),
        ("just words", "text", []),
        ("", "text", []),
    ],
)  # fmt: skip
def test_every_form_is_read(text: str, kind: str, paths: list[str]) -> None:
    read = answer.read(text)
    assert read.kind == kind
    assert [r.path for r in read.changes] == paths
    assert read.problem is None


def test_a_fence_in_chat_is_text_and_a_cut_answer_is_a_failed_check() -> None:
    assert answer.read("```\nx\n```", edits=False).kind == "text"
    assert answer.read(BLOCK, stop_reason="max_tokens").problem == "cut off"
    assert answer.read("```python\nx = 1", stop_reason="max_tokens").problem == "cut off"
    assert answer.read("```python\nx = 1").problem == "cut off"
    assert answer.read(BLOCK[:-20]).problem == "cut off"
    assert answer.read(BLOCK + ">>>>>>> REPLACE\n").problem == "garbled"


@pytest.mark.parametrize(
    ("text", "old", "new", "result"),
    [
        ("a\nb\nc\n", "b\n", "x\n", "a\nx\nc\n"),
        ("a\r\nb\r\nc\r\n", "b\n", "x\n", "a\r\nx\r\nc\r\n"),
        ("    a\n    b\n", "a\nb\n", "a\nx\n", "    a\n    x\n"),
        ("a  \nb\n", "a\nb\n", "x\n", "x\n"),
        ("last", "last\n", "end\n", "end"),
        ("a\r\nb\nc\r\n", "b\nc\n", "x\ny\nz\n", "a\r\nx\ny\r\nz\r\n"),
        ("\ufeffa\nb\n", "a\n", "x\n", "\ufeffx\nb\n"),
        (
            "\tif a:\n\t\tb\n",
            "if a:\n    b\n",
            "if a:\n    b\n    if c:\n        d\n",
            "\tif a:\n\t\tb\n\t\tif c:\n\t\t\td\n",
        ),
        ("a\n\nb\n", "\na\n\nb\n\n", "\na\n\nc\n\n", "a\n\nc\n"),
        ("f( a,  b )\n", "f( a, b )\n", "g(a)\n", "g(a)\n"),
        ("a\nb\nc\n", "b\n", "", "a\nc\n"),
    ],
)
def test_a_block_is_placed(text: str, old: str, new: str, result: str) -> None:
    assert apply_block(text, Replace("a", old, new)).text == result


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("b\nb\n", "b\n"),
        ("  b\n    b\n", "b\n"),
        ("a\n", "z\n"),
        ("a\n", ""),
        ("ab\n", "b\n"),
        ("a\n  b\n", "  a\nb\n"),
    ],
)
def test_a_block_that_fits_nowhere_or_twice_is_refused(text: str, old: str) -> None:
    with pytest.raises(NotFound):
        apply_block(text, Replace("a", old, "x\n"))


def test_of_like_places_the_one_in_the_selection_is_meant() -> None:
    text = "def f():\n    return 1\n\ndef g():\n    return 1\n"
    block = Replace("a", "    return 1\n", "    return 2\n")
    assert apply_block(text, block, (3, 4)).text == text[:-2] + "2\n"
    with pytest.raises(NotFound, match="lines_ambiguous"):
        apply_block(text, block, (0, 4))


def test_a_block_about_dividers_is_placed_by_the_reading_that_fits() -> None:
    text = "Title\n=======\ntext\n"
    answered = f"a.rst\n<<<<<<< SEARCH\n{text}=======\nTitle\n=======\nmore\n>>>>>>> REPLACE\n"
    block = answer.read(answered).changes[0]
    assert isinstance(block, Replace)
    assert apply_block(text, block).text == "Title\n=======\nmore\n"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("**src/a.py**", "src/a.py"),
        ("### `src/a.py`", "src/a.py"),
        ("File: src/my file.py:", "src/my file.py"),
        ("# src/a.py", "src/a.py"),
        ("Makefile", "Makefile"),
        ("Here is the change:", ""),
        ("", ""),
    ],
)
def test_a_path_is_told_from_a_sentence(line: str, path: str) -> None:
    assert named.path_in(line) == path


def test_blocks_without_a_path_follow_the_last_and_files_come_and_go() -> None:
    text = (
        "Two things:\n\n" + BLOCK + "\n<<<<<<< SEARCH\nx\n=======\ny\n>>>>>>> REPLACE\n"
        "\nsrc/b.py\n<<<<<<< RENAME\nsrc/c.py\n>>>>>>> RENAME\n"
        "src/d.py\n<<<<<<< DELETE\n>>>>>>> DELETE\n"
    )
    read = answer.read(text)
    assert read.problem is None
    assert read.prose == "Two things:"
    assert read.changes[1:] == (
        Replace("src/a.py", "x\n", "y\n"),
        answer.Rename("src/b.py", "src/c.py"),
        answer.Delete("src/d.py"),
    )


def test_what_is_passed_to_the_tool_says_the_same_as_blocks() -> None:
    edits = [
        {"path": "a.py", "search": "old", "replace": "new\n"},
        {"path": "b.py", "rename_to": "c.py"},
        {"path": "d.py", "delete": True},
    ]
    text = f"Done.\n```edit_files\n{json.dumps({'edits': edits})}\n```\n"
    read = answer.read(text, stop_reason="tool_use")
    assert read.problem is None
    assert read.changes == (
        Replace("a.py", "old\n", "new\n"),
        answer.Rename("b.py", "c.py"),
        answer.Delete("d.py"),
    )
    assert answer.read(text[:-30]).problem == "cut off"
    assert answer.read('```edit_files\n{"edits": [1]}\n```').problem == "garbled"


def test_a_fence_may_show_fences() -> None:
    inside = "# How\n\n```python\nx = 1\n```\n\nDone."
    read = answer.read(f"```markdown\n{inside}\n```")
    assert read.whole == answer.Whole(inside, "markdown")


def test_an_answer_is_read_as_far_as_it_goes() -> None:
    assert answer.so_far(BLOCK + "b.py\n<<<<<<< SEA", edits=True).changes == (
        Replace("src/a.py", "old\n", "new\n"),
    )
    assert answer.so_far("```py\na\nb", edits=True).whole == answer.Whole("a", "py")
    assert answer.so_far("```py\na\nb", edits=False).kind == "text"


LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  d", "é𝒳"]), max_size=12)


@settings(max_examples=300, deadline=None)
@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_applying_every_hunk_gives_the_new_text(
    old: list[str], new: list[str], eol: str, ends: bool
) -> None:
    before = eol.join(old) + (eol if ends else "")
    after = eol.join(new) + (eol if ends else "")
    doc = Snapshot("file:///a", "/a", 1, None, before)
    proposal = make("e", "t", {"file:///a": NewText(doc, "a", after)})
    if before == after:
        assert proposal.files == ()
        return
    places = anchors(proposal.files[0])
    ids = {spot.id for spot in places.spots}
    assert asked(before, places.spots, ids).after == after


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_hunk_never_overwrites_what_was_typed(chance: random.Random) -> None:
    before = "".join(f"line {n}\n" for n in range(20))
    lines = split_lines(before)
    lines[10] = "changed\n"
    doc = Snapshot("u", "/a", 1, None, before)
    file = make("e", "t", {"u": NewText(doc, "a", "".join(lines))}).files[0]
    now = split_lines(before)
    for n in range(3):
        now.insert(chance.randrange(len(now) + 1), f"typed {n}\n")
    if chance.random() < 0.3:
        now[chance.randrange(len(now))] = "overtyped\n"
    places = anchors(file)
    places.reads("".join(now))
    result = asked(places.text, places.current(), {"1.1"}).after
    for line in now:
        if line.startswith(("typed", "overtyped")):
            assert line in result


def test_two_thousand_changed_lines_are_hunks_in_no_time() -> None:
    old = "".join(f"value_{n} = {n}\n" for n in range(4_000))
    new = "".join(f"value_{n} = {n + n % 2}\n" for n in range(4_000))
    assert len(diff.hunks(old, new)) >= 1


def test_hunks_survive_line_index_positions() -> None:
    text = "a\u2028b\nc\fd\n"
    file = FileEdit("u", "a", "text", text, text.replace("c", "x"), (), None)
    assert LineIndex(file.before).line_count == 3
