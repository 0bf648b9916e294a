"""An answer that resolves a conflict is no answer that lacks lines; one that loses others is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.desk import Desk

from tierwise.core.document import Position, Range
from tierwise.present.checks import sentence

SIDES = [
    ("    return 1\n", "    return 2\n"),
    ("    x = load(p)\n    return x\n", "    x = read(p)\n    y = x + 1\n    return y\n"),
    (
        "    a = 1\n    b = 2\n    c = 3\n    d = 4\n    return a\n",
        "    q = open(p)\n    return q\n",
    ),
    ("", "    log(p)\n"),
    ("    log(p)\n    warn(p)\n    stop(p)\n    done(p)\n", ""),
]
BASES = ["", "||||||| base\n", "||||||| base\n    pass\n"]
HEAD, TAIL = "def f(p):\n    start(p)\n    check(p)\n    more(p)\n", "    end(p)\n"


def answered(folder: Path, marks: str, body: str, whole: bool) -> tuple[str, str, list[str]]:
    """The text, what the answer makes of it, and the checks that failed."""
    before = "import os\n\n\n"
    text = before + HEAD + marks + TAIL + "\n\ndef g():\n    return 3\n"
    desk = Desk(folder)
    desk.write({"a.py": text})
    first = (before if whole else before + HEAD).count("\n")
    count = (HEAD + marks + TAIL if whole else marks).count("\n")
    span = Range(Position(first, 0), Position(first + count, 0))
    draft = desk.draft(
        "a.py", span, f"```python\n{body}```\n", language="python", instruction="resolve it"
    )
    return text, desk.result(draft, "a.py"), [sentence(f) for f in draft.failed]


@pytest.mark.parametrize("whole", [False, True], ids=["the conflict", "the function"])
@pytest.mark.parametrize("base", BASES, ids=["no base", "an empty base", "a base"])
@pytest.mark.parametrize(("ours", "theirs"), SIDES)
def test_either_side_or_both_resolve_a_conflict(
    tmp_path: Path, ours: str, theirs: str, base: str, whole: bool
) -> None:
    marks = f"<<<<<<< HEAD\n{ours}{base}=======\n{theirs}>>>>>>> topic\n"
    for number, new in enumerate(filter(None, (ours, theirs, ours + theirs))):
        folder = tmp_path / str(number)
        folder.mkdir()
        body = HEAD + new + TAIL if whole else new
        text, found, failed = answered(folder, marks, body, whole)
        assert not failed
        assert found == text.replace(marks, new)


@pytest.mark.parametrize(("ours", "theirs"), SIDES[:3])
def test_a_resolved_conflict_excuses_no_other_lost_line(
    tmp_path: Path, ours: str, theirs: str
) -> None:
    marks = f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> topic\n"
    body = "def f(p):\n    start(p)\n" + ours + TAIL
    text, found, failed = answered(tmp_path, marks, body, whole=True)
    assert failed or found == text


@pytest.mark.parametrize("body", ["f(path)\n", "print(f(1))\n", "pip install x\n"])
@pytest.mark.parametrize(("ours", "theirs"), SIDES[:3])
def test_an_example_resolves_no_conflict(tmp_path: Path, ours: str, theirs: str, body: str) -> None:
    marks = f"<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> topic\n"
    text, found, failed = answered(tmp_path, marks, body, whole=False)
    assert failed or found == text
