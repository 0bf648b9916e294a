"""One rule for text that goes into a file: every kind in many variations, and generated ones."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.core.document import Position, Range
from tierwise.edits import added, whole
from tierwise.edits.forms import Replace
from tierwise.edits.place import apply_block
from tierwise.syntax.literals import literal_lines


def lines(first: int, last: int) -> Range:
    return Range(Position(first, 0), Position(last, 0))


@pytest.mark.parametrize("head", ["", "\n", "\n\n"])
@pytest.mark.parametrize("tail", ["", "\n", "\n\n\n"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a = 1\n", "a = 2\n"),
        ("- x\n- y\n", "- z\n"),
        ("def f():\n    pass\n", "def f():\n    g()\n"),
    ],
)
@pytest.mark.parametrize("brings", ["", "\n", "\n\n"])
def test_blank_lines_of_a_selection_stay(
    head: str, tail: str, old: str, new: str, brings: str
) -> None:
    text = f"top\n{head}{old}{tail}end\n"
    span = lines(1, 1 + (head + old + tail).count("\n"))
    for answer in (f"{brings}{new}{brings}", new.rstrip("\n")):
        assert whole.replaced(text, span, answer) == f"top\n{head}{new}{tail}end\n"


@pytest.mark.parametrize(
    ("text", "start", "end", "answer", "result"),
    [
        ("a: 1\nb: 2\nc: 3\n", (0, 4), (1, 4), "b: 5", "a: 1\nb: 5\nc: 3\n"),
        ("a: 1\nb: 2\nc: 3\n", (0, 4), (2, 0), "b: 5", "a: 1\nb: 5\nc: 3\n"),
        ("a: 1  \nb: 2\n", (0, 4), (1, 4), "b: 5", "a: 1  \nb: 5\n"),
        ("x = 1", (0, 0), (0, 5), "x = 2", "x = 2"),
        ("x = 1\n", (0, 0), (1, 0), "x = 2", "x = 2\n"),
        ("x = 1\ny = 2", (1, 0), (1, 5), "y = 3\nz = 4\n", "x = 1\ny = 3\nz = 4"),
        ("  a\n  b\n", (0, 2), (0, 3), "c", "  c\n  b\n"),
        ("  a\n  b\n", (0, 2), (1, 3), "c\n  d", "  c\n  d\n"),
        ("if x:\n    a\n    b\n", (1, 4), (2, 4), "c\n", "if x:\n    c\n    b\n"),
        ("\ufeffa\r\nb\r\n", (0, 0), (1, 0), "c", "\ufeffc\r\nb\r\n"),
    ],
)
def test_nothing_is_glued_to_a_line(
    text: str, start: tuple[int, int], end: tuple[int, int], answer: str, result: str
) -> None:
    assert whole.replaced(text, Range(Position(*start), Position(*end)), answer) == result


@pytest.mark.parametrize(
    ("text", "at", "answer", "language", "result"),
    [
        (".a {\n}\n.b {\n}\n", (2, 0), ".x {\n}", "css", ".a {\n}\n.x {\n}\n.b {\n}\n"),
        ("x = 1", (0, 5), "y = 2", "python", "x = 1\ny = 2"),
        ("x = 1\n", (0, 5), "y = 2", "python", "x = 1\ny = 2\n"),
        ("x = 1\n", (1, 0), "y = 2", "python", "x = 1\ny = 2\n"),
        ("", (0, 0), "y = 2", "python", "y = 2\n"),
        ("def f():\n    \n", (1, 4), "return 1", "python", "def f():\n    return 1\n"),
        ("a: 1\n\nb: 2\n", (1, 0), "c: 3", "yaml", "a: 1\nc: 3\nb: 2\n"),
        ("all:\n\tcc\n", (1, 3), "    ld", "makefile", "all:\n\tcc\n\tld\n"),
        ("a\r\nb\r\n", (0, 1), "c\nd", "plaintext", "a\r\nc\r\nd\r\nb\r\n"),
        ("x = \n", (0, 4), "compute(1)", "python", "x = compute(1)\n"),
        ("f()\n", (0, 2), "1, 2", "python", "f(1, 2)\n"),
        ("class A:\n    def f(self):\n        pass\n\n    def h(self):\n        pass\n", (3, 0),
         "def g(self):\n    pass", "python",
         "class A:\n    def f(self):\n        pass\n\n    def g(self):\n        pass\n\n"
         "    def h(self):\n        pass\n"),
        ("def f():\n    pass\n\n\ndef h():\n    pass\n", (2, 0), "def g():\n    pass", "python",
         "def f():\n    pass\n\n\ndef g():\n    pass\n\n\ndef h():\n    pass\n"),
    ],
)  # fmt: skip
def test_code_comes_where_the_cursor_is(
    text: str, at: tuple[int, int], answer: str, language: str, result: str
) -> None:
    assert added.generated(text, Position(*at), answer, language) == result


TABS = [
    ("makefile", "all:\n\tcc a.c\n\techo ok\n", "all:\n    cc -O2 a.c\n    echo ok\n"),
    ("go", "func f() {\n\tif a {\n\t\tb()\n\t}\n}\n",
     "func f() {\n    if a {\n        c()\n    }\n}\n"),
    ("python", "class A:\n\tdef m(self):\n\t\treturn 1\n",
     "class A:\n  def m(self):\n    return 2\n"),
    ("javascript", "function f() {\n  if (a) {\n    b();\n  }\n}\n",
     "function f() {\n    if (a) {\n        c();\n    }\n}\n"),
    ("lua", "local function f()\n  if a then\n    b()\n  end\nend\n",
     "local function f()\n\tif a then\n\t\tc()\n\tend\nend\n"),
    ("java", "class A {\n    void f() {\n        b();\n    }\n}\n",
     "class A {\n  void f() {\n    c();\n  }\n}\n"),
    ("yaml", "a:\n  b:\n    c: 1\n", "a:\n    b:\n        c: 2\n"),
    ("css", ".a {\n\tcolor: red;\n}\n", ".a {\n  color: blue;\n}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "old", "answer"), TABS, ids=[t[0] for t in TABS])
def test_the_unit_of_indentation_is_the_files(language: str, old: str, answer: str) -> None:
    span = lines(0, old.count("\n"))
    found = whole.replaced(old, span, answer, language)
    assert [x[: len(x) - len(x.lstrip())] for x in found.split("\n")] == [
        x[: len(x) - len(x.lstrip())] for x in old.split("\n")
    ]
    assert [x.strip() for x in found.split("\n")] == [x.strip() for x in answer.split("\n")]
    block = Replace("a", old.replace("\t", "    "), answer)
    placed = apply_block(old, block, language=language).text
    assert [x.strip() for x in placed.split("\n")] == [x.strip() for x in answer.split("\n")]
    assert ("\t" in placed) == ("\t" in old)


KEPT = [
    "Roses are red,  \n", "SEP = 'a  b'\n", "x\u00a0= 1\n", "\f\n", "a   = 1  # one\n",
    "bb  = 22 # two\n", "mixed \t tab\n", "end \t\n", "| a   | b |\n", "text\u2028more\n",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(KEPT), min_size=1, max_size=6), st.data())
def test_a_line_that_did_not_change_is_copied_byte_for_byte(
    kept: list[str], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(kept)))
    old = [*kept[:at], "value = old_one\n", *kept[at:]]
    new = [" ".join(x.split()) for x in old]
    new[at] = "value = new_one"
    wanted = "".join(old).replace("old_one", "new_one")
    text = f"top\n{''.join(old)}below\n"
    found = whole.replaced(text, lines(1, 1 + len(old)), "\n".join(new))
    assert found.replace("\u2028", "") == f"top\n{wanted}below\n".replace("\u2028", "")
    loose = "".join(f"{' '.join(x.split())}\n" for x in old)
    block = Replace("a", loose, loose.replace("old_one", "new_one"))
    assert apply_block(text, block).text == f"top\n{wanted}below\n"


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(["\n", "\r\n"]), min_size=3, max_size=9),
    st.data(),
)
def test_line_ends_of_a_mixed_file_stay_line_by_line(ends: list[str], data: st.DataObject) -> None:
    old = [f"l{n}{end}" for n, end in enumerate(ends)]
    at = data.draw(st.integers(0, len(old) - 1))
    answer = "\n".join(f"L{n}" if n == at else f"l{n}" for n in range(len(old)))
    wanted = "".join(x.replace("l", "L") if n == at else x for n, x in enumerate(old))
    assert whole.replaced("".join(old), lines(0, len(old)), answer) == wanted
    block = Replace("a", "".join(f"l{n}\n" for n in range(len(old))), answer + "\n")
    assert apply_block("".join(old), block).text == wanted


LITERALS = [
    ("python", '    def q(self):\n        return """\nSELECT 1\n  FROM a\n"""\n', "SELECT 1"),
    ("python", "    def q(self):\n        s = '''\n one\ntwo\n'''\n        return s\n", "two"),
    ("javascript", "  q() {\n    return `\nSELECT 1\n  FROM a\n`;\n  }\n", "SELECT 1"),
    ("typescript", "  q(): string {\n    return `\nSELECT 1\n`;\n  }\n", "SELECT 1"),
    ("go", "\tfunc() {\n\t\tq := `\nSELECT 1\n`\n\t}\n", "SELECT 1"),
    ("ruby", "  def q\n    <<~SQL\nSELECT 1\n    SQL\n  end\n", "SELECT 1"),
    ("shellscript", "\tq() {\n\t\tcat <<EOF\nSELECT 1\nEOF\n\t}\n", "SELECT 1"),
    ("kotlin", '    fun q(): String {\n        return """\nSELECT 1\n"""\n    }\n', "SELECT 1"),
    ("php", "    function q() {\n        return <<<EOT\nSELECT 1\nEOT;\n    }\n", "SELECT 1"),
    ("rust", '    fn q() -> &str {\n        r#"\nSELECT 1\n"#\n    }\n', "SELECT 1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "old", "line"), LITERALS, ids=[f"{n}-{t[0]}" for n, t in enumerate(LITERALS)]
)
def test_the_text_of_strings_is_never_moved(language: str, old: str, line: str) -> None:
    new = old.replace(line, line + "2")
    inside = literal_lines(old, language)
    lead = len(old) - len(old.lstrip())
    bare = "".join(
        x if n in inside else x[lead:] if x.strip() else x
        for n, x in enumerate(new.splitlines(True))
    )
    text = f"class A {{\n{old}\n}}\n"
    found = whole.replaced(text, lines(1, 1 + old.count("\n")), bare, language)
    assert found == f"class A {{\n{new}\n}}\n"


GROWS = [
    ("python", "def f():\n    x = foo(1)\n    return x\n", "foo(1)", "bar(\n    2,\n)"),
    ("python", "def f():\n    x = foo(1)\n    return x\n", "foo(1)", "bar(\n        2,\n    )"),
    ("javascript", "  const x = f(1);\n", "f(1)", "g({\n  a: 1,\n})"),
    ("go", "\tx := f(1)\n", "f(1)", "g(\n\t1,\n)"),
    ("rust", "    let x = f(1);\n", "f(1)", "g(\n    1,\n)"),
    ("yaml", "  key: [1]\n", "[1]", "[\n  1,\n]"),
    ("json", '  "key": [1]\n', "[1]", "[\n  1\n]"),
    ("lua", "  local x = f(1)\n", "f(1)", "g({\n  1,\n})"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "old", "answer"), GROWS)
def test_what_becomes_several_lines_is_indented_like_its_line(
    language: str, text: str, old: str, answer: str
) -> None:
    number = next(n for n, x in enumerate(text.split("\n")) if old in x)
    line = text.split("\n")[number]
    at, lead = line.index(old), line[: len(line) - len(line.lstrip())]
    span = Range(Position(number, at), Position(number, at + len(old)))
    found = whole.replaced(text, span, answer, language).split("\n")
    closing = found[number + answer.count("\n")]
    assert closing[: len(closing) - len(closing.lstrip())] == lead
    inner = found[number + 1]
    assert len(inner) - len(inner.lstrip()) > len(lead)
    assert "".join(found).replace(" ", "").replace("\t", "") == "".join(
        text.replace(old, answer).split("\n")
    ).replace(" ", "").replace("\t", "")


SHAPES = [
    ("python", "def f(a):\n    if a:\n        g()\n\n    if b:\n        h()\n    return a\n", 1, 6),
    ("javascript", "function f(a) {\n  if (a) {\n    g();\n  }\n  h();\n}\n", 1, 5),
    ("go", "func f() {\n\tif a {\n\t\tg()\n\t}\n\th()\n}\n", 1, 5),
    ("lua", "function f()\n  if a then\n    g()\n  end\n  h()\nend\n", 1, 5),
    ("yaml", "a:\n  b:\n    g: 1\n  c:\n    h: 2\n", 1, 5),
    ("css", "@media x {\n  .a {\n    g: 1;\n  }\n}\n", 1, 4),
    ("html", "<ul>\n  <li>\n    g\n  </li>\n  <li>h</li>\n</ul>\n", 1, 5),
    ("sql", "BEGIN\n  IF a THEN\n    g;\n  END IF;\n  h;\nEND\n", 1, 5),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "first", "last"), SHAPES)
@pytest.mark.parametrize("shape", ["file", "dedented", "shown"])
def test_every_shape_of_an_answer_lands_right(
    language: str, text: str, first: int, last: int, shape: str
) -> None:
    every = text.splitlines(True)
    old = every[first:last]
    new = [x.replace("g", "G") for x in old]
    lead = len(old[0]) - len(old[0].lstrip())
    answers = {
        "file": "".join(new),
        "dedented": "".join(x[lead:] if x.strip() else x for x in new),
        "shown": "".join(new)[lead:],
    }
    start = Position(first, 0 if shape == "file" else lead)
    end = Position(last - 1, len(old[-1].rstrip("\n")))
    found = whole.replaced(text, Range(start, end), answers[shape], language)
    assert found == "".join([*every[:first], *new, *every[last:]])
