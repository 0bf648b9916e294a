"""The file that is worked on is shown as it is: each line once, where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.context.test_collect import doc, materials, root

from tierwise.context import window
from tierwise.context.collect import Materials, collect
from tierwise.context.focus import WHOLE_TOKENS
from tierwise.context.ignore import IgnoreRules
from tierwise.core.actions import Action
from tierwise.core.context import ContextItem, Pack
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.request import Diagnostic, Request
from tierwise.syntax.extent import settled
from tierwise.syntax.positions import LineIndex, split_lines

__all__ = ["root"]

OF_FOCUS = ("head", "within", "above", "selection", "cursor", "below", "around", "file")
FILLER = {
    "python": "def f{n}(x):\n    return {n} * x\n\n\n",
    "typescript": "export function f{n}(x: number) {{\n  return {n} * x\n}}\n\n",
    "lua": "function M.f{n}(x)\n  return {n} * x\nend\n\n",
    "yaml": "key{n}:\n  name: value{n}\n  list: [1, 2]\n",
    "css": ".c{n} {{\n  color: red;\n  margin: {n}px;\n}}\n",
    "makefile": "target{n}: dep{n}\n\t@echo {n}\n\n",
    "markdown": "## Title {n}\n\nThe class is about {n}.\n\n",
    "shellscript": "f{n}() {{\n  echo {n}\n}}\n\n",
    "nim": "proc f{n}(x: int): int =\n  {n} * x\n\n",
    "kotlin": "fun f{n}(x: Int): Int {{\n    return {n} * x\n}}\n\n",
}


def pack_of(
    root: Path,
    text: str,
    span: Range,
    language: str | None = "python",
    action: Action = "edit",
    diagnostics: tuple[Diagnostic, ...] | None = None,
) -> Pack:
    request = Request(action, "do it", diagnostics=diagnostics)
    return collect(request, materials(root, doc(root, "a.x", text, language), span))


def in_order(pack: Pack) -> list[ContextItem]:
    found = [i for i in pack.items if i.kind in OF_FOCUS]
    return sorted(found, key=lambda i: OF_FOCUS.index(i.kind))


def put_together(shown: list[ContextItem]) -> list[str]:
    """The lines of the pieces but for blank ones; a piece may go on in the line of the last."""
    text, line = "", 0
    for item in shown:
        if item.start_line > line and not text.endswith(("\n", "\r")):
            text += "\n"
        text, line = text + item.text, item.end_line
    return [line for line in text.splitlines() if line.strip()]


def lines(first: int, last: int) -> Range:
    return Range(Position(first, 0), Position(last, 0))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(("a = 1\n", "def f(x):\n    return x\n", "\n", "# é\n", "class B:\n",
                              "    def m(self): pass\n", "x(\r\n  1)\r\n", "import os\n", "  \n")),
             max_size=14),
    st.sampled_from(("python", "yaml", None)),
    st.tuples(st.integers(0, 14), st.integers(0, 9)),
    st.tuples(st.integers(0, 14), st.integers(0, 9)),
)  # fmt: skip
def test_any_selection_stands_in_its_file_byte_for_byte(
    pieces: list[str], language: str | None, one: tuple[int, int], other: tuple[int, int]
) -> None:
    text = "".join(pieces)
    index = LineIndex(text)
    span = index.clamp(Range(Position(*one), Position(*other)))
    focus = Snapshot("file:///w/a.x", "/w/a.x", 1, language, text)
    pack = collect(
        Request("edit", "x"),
        Materials(focus, span, (), (), lambda d: "a.x", IgnoreRules()),
    )
    shown = in_order(pack)
    assert put_together(shown) == [x for x in text.splitlines() if x.strip()], "all, once"
    selected = [i for i in shown if i.kind == "selection"]
    if not index.slice(span).strip():
        assert not selected
        return
    (item,) = selected
    meant = settled(index, span)
    assert item.text == index.slice(meant)
    a, b = index.offset(meant.start), index.offset(meant.end)
    assert text[:a] + item.text + text[b:] == text
    if not item.part:
        whole = "".join(split_lines(text)[item.start_line - 1 : item.end_line])
        assert whole.rstrip("\r\n") == item.text.rstrip("\r\n")


@pytest.mark.parametrize("language", FILLER)
@pytest.mark.parametrize("size", [3, 400])
def test_no_line_is_shown_twice_and_each_as_it_stands(root: Path, language: str, size: int) -> None:
    text = "".join(FILLER[language].format(n=n) for n in range(size))
    height = FILLER[language].count("\n")
    middle = height * (size // 2)
    there = split_lines(text)
    for span in (
        lines(middle, middle + height),
        lines(middle + 1, middle + 2),
        Range(Position(middle + 1, 2), Position(middle + 1, 5)),
    ):
        shown = in_order(pack_of(root, text, span, language))
        seen: set[int] = set()
        for item in shown:
            if item.part:
                continue
            numbers = range(item.start_line, item.end_line + 1)
            assert not seen & set(numbers) or item.kind in ("above", "below")
            seen |= set(numbers)
            assert item.text.rstrip("\n") == "".join(
                there[item.start_line - 1 : item.end_line]
            ).rstrip("\n")
        kinds = {i.kind for i in shown}
        if there[span.start.line].strip():
            assert {"selection", "above", "below"} <= kinds, "there are lines around it"
        if window.tokens(text) <= WHOLE_TOKENS:
            assert put_together(shown) == [x for x in text.splitlines() if x.strip()], "all, once"


@pytest.mark.parametrize("language", ["python", "typescript", "lua", "nim"])
def test_the_definition_selected_is_not_sent_again_as_what_encloses_it(
    root: Path, language: str
) -> None:
    text = "".join(FILLER[language].format(n=n) for n in range(400))
    height = FILLER[language].count("\n")
    first = 100 * height
    indented = Range(Position(first, 0), Position(first + height - 1, 0))
    shown = in_order(pack_of(root, text, indented, language))
    assert "".join(i.text for i in shown).count("100 * x") == 1


def test_a_method_is_shown_with_the_class_it_is_in(root: Path) -> None:
    methods = "".join(f"    def m{n}(self):\n        return self.x + {n}\n\n" for n in range(300))
    text = f"import os\n\n\n@cached\nclass Shop(Base):\n    x = 1\n\n{methods}"
    shown = in_order(pack_of(root, text, Range(Position(307, 4), Position(308, 27))))
    assert [(i.kind, i.start_line, i.end_line) for i in shown] == [
        ("head", 1, 1),
        ("within", 5, 5),
        ("above", 303, 307),
        ("selection", 308, 309),
        ("below", 310, 314),
    ]
    assert shown[1].text == "class Shop(Base):"
    assert shown[3].text.startswith("    def m100")


HEADS = {
    "python": "from a import (\n    b,\n    c,\n)\nimport d\n",
    "typescript": "import {\n  a,\n  b,\n} from 'c'\nvar d = require('d')\n",
    "lua": 'local a = require("a")\nlocal b = require "b"\n',
    "css": '@import url("a.css");\n@charset "utf-8";\n',
    "nim": "import a, b\nfrom c import d\n",
}


@pytest.mark.parametrize("language", HEADS)
def test_the_head_is_sent_as_it_stands(root: Path, language: str) -> None:
    text = HEADS[language] + "\n" + "".join(FILLER[language].format(n=n) for n in range(400))
    pack = pack_of(root, text, lines(600, 602), language)
    (found,) = (i for i in pack.items if i.kind == "head")
    assert found.text == HEADS[language]
    assert (found.start_line, found.end_line) == (1, HEADS[language].count("\n"))


@pytest.mark.parametrize(
    ("marked", "text", "line", "part"),
    [
        ("a = 1\n\n|\n\nb = 2\n", "<the code goes here>", 3, False),
        ("def f():\n    |\n", "    <the code goes here>", 2, False),
        ("def f():\n    # sum|\n    pass\n", "    <the code goes here>", 3, False),
        ("def f():\n    |pass\n", "    <the code goes here>", 2, False),
        ("x = f(|, 1)\n", "x = f(<the code goes here>, 1)", 1, True),
        ("|", "<the code goes here>", 1, False),
    ],
)
def test_generate_is_shown_its_place(
    root: Path, marked: str, text: str, line: int, part: bool
) -> None:
    at = marked.index("|")
    plain = marked.replace("|", "")
    cursor = LineIndex(plain).position(at)
    shown = in_order(pack_of(root, plain, Range(cursor, cursor), "python", "generate"))
    (mark,) = (i for i in shown if i.kind == "cursor")
    assert (mark.text, mark.start_line, mark.part) == (text, line, part)
    rest = [word for i in shown if i.kind != "cursor" for word in i.text.split()]
    own = [] if not part else plain.split()
    assert rest == [word for word in plain.split() if word not in own]


def test_a_diagnostic_comes_with_the_text_of_its_line(root: Path) -> None:
    text = "import os\n\n\ndef f():\n    retrun 1\n"
    found = (Diagnostic("a.x", 5, "error", "E1", "odd"), Diagnostic("b.x", 3, message="other"))
    pack = pack_of(root, text, lines(3, 5), "python", "fix", found)
    (item,) = (i for i in pack.items if i.kind == "diagnostics")
    assert item.text == "a.x:5: error E1: odd\n  in: retrun 1\nb.x:3: error: other"


def test_a_review_has_numbered_lines_and_secrets_do_not_shift_them(root: Path) -> None:
    body = "\n".join("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ" + c * 14 for c in "abcd")
    pem = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"
    text = f'a = 1\nk = """{pem}"""\nb = 2\n'
    pack = pack_of(root, text, lines(0, 8), "python", "review")
    assert pack.items[0].text == '1: a = 1\n2: k = """{{SECRET_1}}"""\n8: b = 2\n'
    assert dict(pack.secrets)["{{SECRET_1}}"] == pem
    whole = collect(Request("review", ""), materials(root, doc(root, "a.py", text)))
    assert whole.items[0].text.endswith("8: b = 2\n")


def test_a_piece_that_begins_below_a_diffs_header_shows_nothing_of_an_ignored_file(
    root: Path,
) -> None:
    (root / ".tierwiseignore").write_text("hidden.py\n")
    text = (
        "diff --git a/hidden.py b/hidden.py\n--- a/hidden.py\n+++ b/hidden.py\n@@ -1,3 +1,3 @@\n"
        " one\n-LEAK1\n+LEAK2\n three\n"
    )
    for first in range(8):
        for last in range(first + 1, 9):
            pack = pack_of(root, text, lines(first, last), "diff", "explain")
            assert "LEAK" not in repr(pack.items), (first, last)
            assert any(left.path.endswith("hidden.py") for left in pack.left_out)
