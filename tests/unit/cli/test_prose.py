"""What `tierwise try` shows of a streaming answer: its words, never the raw form of an edit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.cli.prose import ProseFilter

BLOCK = "<<<<<<< SEARCH\nold = 1\n=======\nnew = 1\n>>>>>>> REPLACE\n"


def shown(text: str, sizes: list[int], *, code: bool) -> str:
    prose, told = ProseFilter(code=code), ""
    at = 0
    for size in sizes:
        told += prose.feed(text[at : at + size])
        at += size
    return told + prose.feed(text[at:]) + prose.end()


@pytest.mark.parametrize(
    ("answer", "code", "seen"),
    [
        (f"I rename it.\n\nsrc/app.py\n{BLOCK}", True, "I rename it.\n\n"),
        (f"src/app.py\n```python\n{BLOCK}```\nDone.\n", False, "Done.\n"),
        ("```python\nx = 1\n```\n", False, ""),
        ("```python\nx = 1\n```\n", True, "```python\nx = 1\n```\n"),
        ("See src/app.py\n", True, "See src/app.py\n"),
        ("src/app.py\n", True, "src/app.py\n"),
        ("no end of line", True, "no end of line\n"),
        (f"One.\na.py\n{BLOCK}\nTwo.\nb.py\n{BLOCK}", True, "One.\nTwo.\n"),
    ],
)
def test_prose_is_shown_and_edits_are_not(answer: str, code: bool, seen: str) -> None:
    assert shown(answer, [], code=code) == seen


@given(sizes=st.lists(st.integers(1, 30), max_size=20), code=st.booleans())
def test_however_it_streams_it_reads_the_same(sizes: list[int], code: bool) -> None:
    answer = f"I rename it.\n\nsrc/app.py\n```python\n{BLOCK}```\nThat is all.\n"
    assert shown(answer, sizes, code=code) == shown(answer, [], code=code)
    assert "SEARCH" not in shown(answer, sizes, code=code)
