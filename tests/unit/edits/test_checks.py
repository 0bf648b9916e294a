"""The free checks one by one; how often they are right is measured in `tests/bench/checks`."""

from __future__ import annotations

import pytest

from tierwise.core.actions import Action
from tierwise.core.document import Position, Range, Snapshot
from tierwise.edits import free_checks
from tierwise.edits.asked import AskedEdit
from tierwise.edits.proposal import NewText, make

TWO = """\
import os


def first(a):
    b = a + 1
    return b


def second(a):
    return a * 2
"""


def failing(
    before: str,
    after: str,
    instruction: str = "",
    lines: tuple[int, int] | None = None,
    action: Action = "edit",
    language: str = "python",
) -> list[str]:
    doc = Snapshot("u", "/a.py", 1, language, before)
    proposal = make("e", "t", {"u": NewText(doc, "a.py", after)})
    span = Range(Position(lines[0], 0), Position(lines[1], 0)) if lines else None
    asked = AskedEdit(action, instruction, "u", span, documents={"u": doc})
    return [f.key for f in free_checks.check(proposal, asked)]


GOOD = "def f(a):\n    return a\n"


@pytest.mark.parametrize(
    ("before", "after", "keys"),
    [
        (GOOD, GOOD.replace("a", "b"), []),
        (GOOD, GOOD, ["empty"]),
        (GOOD, GOOD + "\n\n", ["empty"]),
        (GOOD, "", ["empty", "elided"]),
        (GOOD, "def f(a:\n    return a\n", ["parse"]),
        (GOOD, "def f(a):\nreturn a\n", ["parse"]),
        ("def f(a:\n    return a\n", "def f(b:\n    return b\n", []),
        (GOOD, "def f(a):\n    # ... rest of the code unchanged\n    pass\n", ["elided"]),
        (GOOD, "def f(a):\n    ...\n", ["elided"]),
        (TWO, TWO + "\n\n" + TWO[11:].split("\n\n\n")[0], ["scope"]),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, keys: list[str]) -> None:
    assert failing(before, after) == keys


@pytest.mark.parametrize("ruby", ["puts 1\n\ndef f\n  1\nend\n", "class A\nend\n"])
@pytest.mark.parametrize("line", ["a = <<EOF\n", "a = <<~'B'\n  b\n", "puts(<<~A, <<~B)\nA\n"])
def test_a_here_document_that_never_ends_is_no_ruby(ruby: str, line: str) -> None:
    assert "parse" in failing(ruby, line + ruby, language="ruby")
    assert "parse" in failing(ruby, ruby + line, language="ruby")
    assert failing(ruby, ruby + "a = <<EOF\nb\nEOF", language="ruby") == []


@pytest.mark.parametrize(
    ("language", "opens", "closes"),
    [
        ("javascript", "/*\n", "*/\n"),
        ("javascript", "text = `\n", "`;\n"),
        ("go", "/*\n", "*/\n"),
        ("python", "'''\n", "'''\n"),
        ("ruby", "=begin\n", "=end\n"),
        ("ruby", "text = <<EOF\n", "EOF\n"),
        ("ruby", "__END__\n", ""),
        ("lua", "--[[\n", "]]\n"),
        ("shellscript", "cat <<EOF\n", "EOF\n"),
    ],
)
def test_a_definition_inside_a_comment_or_a_text_is_lost(
    language: str, opens: str, closes: str
) -> None:
    made = {
        "javascript": "function {}(a) {{\n  return a;\n}}\n",
        "go": "func {}(a int) int {{\n\treturn a\n}}\n",
        "python": "def {}(a):\n    return a\n",
        "ruby": "def {}(a)\n  a\nend\n",
        "lua": "function {}(a)\n  return a\nend\n",
        "shellscript": "{}() {{\n  echo 1\n}}\n",
    }[language]
    one, other = made.format("one"), made.format("other")
    assert failing(one + other, one + opens + other + closes, language=language) == ["elided"]


@pytest.mark.parametrize(
    ("instruction", "after", "keys"),
    [
        ("rename b to tot", TWO.replace("b =", "tot =").replace("return b", "return tot"), []),
        ("rename b to total", TWO.replace("b =", "total ="), ["rename"]),
        ("rename `b` to `c`", TWO.replace("b =", "d =").replace("return b", "return d"),
         ["rename"]),
        ("rename b to c", TWO.replace("b = a + 1", "c = a + 2").replace("return b", "return c"),
         ["scope"]),
        ("rename the function first to start", TWO.replace("first", "start"), []),
    ],
)  # fmt: skip
def test_a_rename_is_a_rename(instruction: str, after: str, keys: list[str]) -> None:
    assert failing(TWO, after, instruction, (3, 6)) == keys


@pytest.mark.parametrize(
    ("action", "after", "keys"),
    [
        ("edit", TWO.replace("a + 1", "a + 2"), []),
        ("edit", TWO.replace("a * 2", "a * 3"), ["scope"]),
        ("edit", TWO.replace("import os", "import os\nimport sys").replace("a + 1", "sys.n"), []),
        ("edit", TWO.replace("first(a)", "first(z)").replace("b = a", "b = z"), []),
        ("document", TWO.replace("first(a):", 'first(a):\n    """One more."""'), []),
        ("document", TWO.replace("    b = a + 1", "    # one more\n    b = a + 2"), ["scope"]),
    ],
)
def test_an_edit_stays_where_it_was_asked_for(action: Action, after: str, keys: list[str]) -> None:
    assert failing(TWO, after, "count on", (3, 6), action) == keys


def test_a_file_nobody_spoke_of_is_out_of_scope() -> None:
    docs = {name: Snapshot(name, f"/{name}.py", 1, "python", TWO) for name in ("u", "v")}
    texts = {n: NewText(d, f"{n}.py", TWO.replace("a * 2", "2 * a")) for n, d in docs.items()}
    proposal = make("e", "t", texts)
    asked = AskedEdit("edit", "swap the factors", "u", None)
    assert [f.key for f in free_checks.check(proposal, asked)] == ["scope"]
    attached = AskedEdit("edit", "swap the factors", "u", None, frozenset({"v"}))
    assert free_checks.check(proposal, attached) == ()


def test_a_rename_that_leaves_an_attached_file_behind_is_not_done() -> None:
    user = "from u import first\n\nprint(first(1))\n"
    docs = {
        "u": Snapshot("u", "/u.py", 1, "python", TWO),
        "v": Snapshot("v", "/v.py", 1, "python", user),
    }
    asked = AskedEdit("edit", "rename first to start", "u", None, frozenset({"v"}), documents=docs)
    texts = {"u": NewText(docs["u"], "u.py", TWO.replace("first", "start"))}
    assert [f.key for f in free_checks.check(make("e", "t", texts), asked)] == ["rename"]
    texts["v"] = NewText(docs["v"], "v.py", user.replace("first", "start"))
    assert free_checks.check(make("e", "t", texts), asked) == ()
