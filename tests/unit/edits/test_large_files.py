"""An edit in a large file: the part it touches tells what the whole of the file would."""

from __future__ import annotations

import ast
import random
import time
from typing import Final

import pytest

from tierwise.core.check import FailedCheck
from tierwise.core.document import Position, Range, Snapshot
from tierwise.edits import free_checks, trial, whole
from tierwise.edits.asked import AskedEdit
from tierwise.edits.outside import doubt_of
from tierwise.edits.proposal import NewText, make
from tierwise.syntax import touched

FUNCTIONS: Final = {
    "python": "def f{n}(a):\n    if a > {n}:\n        return a\n    return '''{n}'''\n\n\n",
    "typescript": "function f{n}(a) {{\n  if (a > {n}) return a;\n  return `{n}`;\n}}\n\n",
    "go": "func f{n}(a int) int {{\n\tif a > {n} {{\n\t\treturn a\n\t}}\n\treturn {n}\n}}\n\n",
    "ruby": "class C{n}\n  def f{n}(a)\n    a + {n}\n  end\nend\n\n",
    "lua": "-- Adds {n}.\nlocal function f{n}(a)\n  return a + {n}\nend\n\n",
    "shellscript": "f{n}() {{\n  echo {n}\n}}\n\n",
    "javascript": "function f{n}(a) {{\n  return a + {n};\n}}\n\n",
    "rust": "/// Adds {n}.\nfn f{n}(a: u8) -> u8 {{\n    a + {n}\n}}\n\n",
    "java": "class C{n} {{\n  int f{n}(int a) {{\n    return a + {n};\n  }}\n}}\n\n",
    "c": "#define N{n} {n}\nint f{n}(int a) {{\n  return a + {n}; /* {n} */\n}}\n\n",
    "cpp": "template <class T>\nT f{n}(T a) {{\n  return a + {n};\n}}\n\n",
}
PIECES: Final = (
    "", "x", "(", "}", "\n", " ", "'''", "`", "'", "é", "\t", "# rest unchanged\n", "f3", "#",
    "a = <<EOF\n", "__END__\n", "return\n", "/*", "--[[", "#!x\n", "\\\n", "=begin\n", "#if 0\n",
    "def f2(a):\n    return a\n\n\n", "function f2(a) { return a; }\n", "class A:\n    b = 1\n",
)  # fmt: skip
FAR_REACHING: Final = (
    ("ruby", "text = <<EOF\n"),
    ("ruby", "text = <<~'EOF'\n  one\n"),
    ("ruby", "puts(<<~A, <<~B)\nA\n"),
    ("ruby", "__END__\n"),
    ("shellscript", "cat <<EOF\n"),
    ("shellscript", "cat <<-'EOF' | sort\n"),
    ("lua", "return M\n"),
    ("lua", "return\n"),
    ("lua", "#!/usr/bin/lua\n"),
    ("javascript", "#!/usr/bin/node\n"),
)
"""Lines that give code below them another meaning, or are allowed in one place of a file alone."""
HEADS: Final = {"python": "import os\n\n\n", "typescript": "import a from 'b';\n\n"}


def text_of(language: str, count: int) -> str:
    """A file of so many functions."""
    made = "".join(FUNCTIONS[language].format(n=n) for n in range(count))
    return HEADS.get(language, "") + made


def checked(before: str, after: str, language: str, line: int) -> tuple[FailedCheck, ...]:
    """What the free checks find."""
    touched.touched.cache_clear()
    doc = Snapshot("u", "/a", 1, language, before)
    proposal = make("e", "t", {"u": NewText(doc, "a", after)})
    span = Range(Position(line, 0), Position(line + 3, 0))
    return free_checks.check(proposal, AskedEdit("edit", "", "u", span, documents={"u": doc}))


@pytest.mark.parametrize("language", FUNCTIONS)
def test_a_part_of_a_file_fails_the_checks_that_the_whole_of_it_fails(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = random.Random(len(language))
    before = text_of(language, 12)
    found: list[FailedCheck] = []
    parts = 0
    for _ in range(450):
        at = drawn.randrange(len(before))
        to = at + drawn.choice((0, 0, 1, 5, 40, len(before) // 12))
        after = before[:at] + drawn.choice(PIECES) + before[to:]
        line = before.count("\n", 0, at)
        by_way = []
        for least in (0, len(before) + len(after)):
            monkeypatch.setattr(touched, "LEAST", least)
            by_way.append(checked(before, after, language, line))
            parts += touched.touched(before, after, language) is not None
        assert by_way[0] == by_way[1], (before, after)
        found += by_way[0]
    assert len({failed.key for failed in found}) > 2
    assert parts > 50


@pytest.mark.parametrize(("language", "line"), FAR_REACHING)
def test_a_line_that_changes_how_code_far_below_is_read_fails_the_checks(
    language: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touched, "LEAST", 0)
    made = [FUNCTIONS[language].format(n=n) for n in range(12)]
    calls = "" if language == "lua" else "f1\nf2\n\n"
    harmless = "f1()\n" if language == "lua" else "f1\n"
    above, below = "".join(made[:6]) + calls, calls + "".join(made[6:])
    assert touched.touched(above + below, above + harmless + below, language) is not None
    assert checked(above + below, above + line + below, language, above.count("\n"))


@pytest.mark.parametrize("language", FUNCTIONS)
def test_ways_to_put_lines_into_a_part_of_a_file_read_as_they_do_in_the_whole_of_it(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = random.Random(len(language))
    lines = text_of(language, 12).splitlines(keepends=True)
    for _ in range(100):
        first = drawn.randrange(len(lines))
        last = min(len(lines), first + drawn.randrange(6))
        ways = [[drawn.choice(PIECES).strip("\n"), *lines[first:last]] for _ in range(4)]
        orders = []
        for least in (0, 1_000_000):
            monkeypatch.setattr(trial, "LEAST", least)
            reads = trial.reading(lines, first, last, language)
            assert reads is not None
            orders.append([reads(way) == 0 for way in ways])
        assert orders[0] == orders[1]


def test_lines_far_from_all_indented_ones_get_the_indentation_of_the_file() -> None:
    flat = "".join(f"NAME_{n} = {n}\n" for n in range(5_000))
    text = f"def f(a):\n\treturn a\n\n\n{flat}"
    span = Range(Position(2_500, 0), Position(2_501, 0))
    made = whole.replaced(text, span, "def g(a):\n    return a\n", "python")
    assert "def g(a):\n\treturn a\n" in made


def test_an_edit_in_20_000_lines_takes_what_one_in_a_small_file_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Bounds of processor time; the whole of the file took 400 ms."""
    text = text_of("python", 3_400)
    read: list[int] = []
    strict = ast.parse

    def heard(source: str) -> object:
        read.append(len(source))
        return strict(source)

    monkeypatch.setattr(ast, "parse", heard)
    line = text.count("\n") // 2 // 6 * 6 + 3
    span = Range(Position(line, 0), Position(line + 4, 0))
    doc = Snapshot("u", "/a.py", 1, "python", text)
    number = line // 6
    took = []
    for again in range(5):
        answer = FUNCTIONS["python"].format(n=number).replace("return a\n", f"return a + {again}\n")
        begun = time.thread_time()
        after = whole.replaced(text, span, answer, "python")
        assert doubt_of(doc, after, answer, span) is None
        assert checked(text, after, "python", line) == ()
        took.append(time.thread_time() - begun)
    assert len(read) == 5
    assert max(read) < 1_000
    assert min(took) < 0.15
