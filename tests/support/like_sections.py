"""Makes documents of similar sections, edits them while a proposal waits, and tells where the
proposal may then be applied.

Every section has a unique marker, so that a test can tell in which section a line is. The test's
model tracks each line by identity. A hunk is at the right place if the lines that it was made for
are still there, in the same section.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

Lines = list["Line"]


@dataclass(eq=False)
class Line:
    """A line without its end, known by identity; `value` is one that a hunk may be about."""

    text: str
    value: bool = False


@dataclass(eq=False)
class Section:
    """One of the like sections; `gap` are the lines before it, unless it is the first."""

    marker: str
    lines: Lines
    gap: Lines = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """A kind of document: one section, and what stands before, after and between sections.

    Of a section, `{m}` is its marker and `{n}` a digit; a line that a hunk may be about begins
    with a star.
    """

    name: str
    section: str
    head: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    gap: tuple[str, ...] = ()


KINDS: Final = (
    Kind("toml", "[{m}]\n*url = 1\n*key = {n}\n*on = true", gap=("",)),
    Kind("toml without gaps", "[{m}]\n*url = 1\n*key = {n}"),
    Kind("ini, named below", "*url = 1\n*key = {n}\nname = {m}"),
    Kind("yaml", "- name: {m}\n*  url: 1\n*  key: {n}", ("items:",)),
    Kind("yaml, named below", "- url: 1\n*  key: {n}\n*  on: true\n  name: {m}"),
    Kind(
        "json",
        '  {\n*    "url": 1,\n*    "key": {n},\n    "name": "{m}"\n  },',
        ("[",),
        ("]",),
    ),
    Kind(
        "json, named above",
        '  {\n    "name": "{m}",\n*    "url": 1,\n*    "key": {n}\n  },',
        ("[",),
        ("]",),
    ),
    Kind("css", ".{m} {\n*  color: red;\n*  margin: {n}px;\n}", gap=("",)),
    Kind("css without gaps", ".{m} {\n*  color: red;\n*  margin: {n}px;\n}"),
    Kind(
        "python tests",
        "def test_{m}():\n*    value = load()\n\n*    assert value == {n}",
        gap=("", ""),
    ),
    Kind(
        "python class",
        "    def {m}(self):\n*        value = self.load()\n*        return value + {n}",
        ("class A:",),
        gap=("",),
    ),
    Kind("markdown", "## {m}\n\n*- one\n*- step {n}", ("# Steps", ""), gap=("",)),
    Kind("table rows", "| {m} |\n*| a | b |\n*| c | {n} |", ("| t |", "| - |")),
    Kind(
        "xml",
        "  <item>\n    <name>{m}</name>\n*    <url>1</url>\n*    <key>{n}</key>\n  </item>",
        ("<items>",),
        ("</items>",),
    ),
    Kind(
        "javascript",
        "it('{m}', () => {\n*  const value = load();\n*  expect(value).toBe({n});\n});",
        gap=("",),
    ),
    Kind(
        "go",
        "func {m}() int {\n*\tvalue := load()\n*\treturn value + {n}\n}",
        ("package a", ""),
        gap=("",),
    ),
)
"""Flat lists and blocks, with and without blank lines, named above, inside and below."""


@dataclass
class Document:
    """A text as a list of sections."""

    kind: Kind
    chance: random.Random
    head: Lines
    sections: list[Section]
    foot: Lines
    end: str = "\n"
    count: int = 0
    ops: list[str] = field(default_factory=list)
    moved: list[Section] = field(default_factory=list)
    """Sections that were taken out and put back elsewhere; nothing follows them."""

    @classmethod
    def made(cls, kind: Kind, chance: random.Random, sections: int, end: str = "\n") -> Document:
        doc = cls(kind, chance, [Line(t) for t in kind.head], [], [Line(t) for t in kind.foot], end)
        doc.sections = [doc.section() for _ in range(sections)]
        return doc

    def section(self) -> Section:
        """One more section, with a marker of its own."""
        self.count += 1
        marker = f"{self.chance.choice(('dev', 'test', 'prod', 'one'))}{self.count}"
        digit = str(self.chance.randrange(3))
        made = self.kind.section.replace("{m}", marker).replace("{n}", digit).split("\n")
        lines = [Line(line.removeprefix("*"), line.startswith("*")) for line in made]
        return Section(marker, lines, [Line(text) for text in self.kind.gap])

    def lines(self) -> Iterator[Line]:
        """Every line of the text."""
        yield from self.head
        for n, section in enumerate(self.sections):
            if n:
                yield from section.gap
            yield from section.lines
        yield from self.foot

    @property
    def text(self) -> str:
        return "".join(line.text + self.end for line in self.lines())

    def offset(self, line: Line) -> int:
        """Where a line begins."""
        at = 0
        for other in self.lines():
            if other is line:
                return at
            at += len(other.text) + len(self.end)
        raise LookupError(line.text)


Op = Callable[[Document], None]


def _delete_section(doc: Document) -> None:
    if len(doc.sections) > 2:
        doc.sections.pop(doc.chance.randrange(len(doc.sections)))


def _insert_section(doc: Document) -> None:
    doc.sections.insert(doc.chance.randrange(len(doc.sections) + 1), doc.section())


def _copy_section(doc: Document) -> None:
    n = doc.chance.randrange(len(doc.sections))
    old, new = doc.sections[n], doc.section()
    new.lines = [Line(line.text.replace(old.marker, new.marker), line.value) for line in old.lines]
    doc.sections.insert(n + 1, new)


def _move_section(doc: Document) -> None:
    section = doc.sections.pop(doc.chance.randrange(len(doc.sections)))
    doc.sections.insert(doc.chance.randrange(len(doc.sections) + 1), section)
    doc.moved.append(section)


def _swap_sections(doc: Document) -> None:
    if len(doc.sections) > 1:
        n = doc.chance.randrange(len(doc.sections) - 1)
        doc.sections[n : n + 2] = doc.sections[n : n + 2][::-1]
        doc.moved += doc.sections[n : n + 2]


def _edit_line(doc: Document) -> None:
    section = doc.chance.choice(doc.sections)
    values = [n for n, line in enumerate(section.lines) if line.value]
    if values:
        n = doc.chance.choice(values)
        text = section.lines[n].text
        digits = "".join(str((int(c) + 1) % 3) if c.isdigit() else c for c in text)
        section.lines[n] = Line(digits if digits != text else text + " x", True)


def _delete_line(doc: Document) -> None:
    section = doc.chance.choice(doc.sections)
    values = [n for n, line in enumerate(section.lines) if line.value]
    if values:
        section.lines.pop(doc.chance.choice(values))


def _copy_line(doc: Document) -> None:
    section = doc.chance.choice(doc.sections)
    values = [n for n, line in enumerate(section.lines) if line.value]
    if values:
        n = doc.chance.choice(values)
        section.lines.insert(n + 1, Line(section.lines[n].text, True))


def _add_line(doc: Document) -> None:
    section = doc.chance.choice(doc.sections)
    values = [n for n, line in enumerate(section.lines) if line.value]
    if values:
        n = doc.chance.choice(values)
        text = section.lines[n].text
        indent = text[: len(text) - len(text.lstrip())]
        section.lines.insert(n, Line(f"{indent}added {doc.chance.randrange(2)}", True))


def _add_above(doc: Document) -> None:
    doc.head.insert(0, Line(f"# typed {doc.chance.randrange(3)}"))


def _add_below(doc: Document) -> None:
    doc.foot.append(Line(f"# below {doc.chance.randrange(3)}"))


OPS: Final[dict[str, tuple[int, Op]]] = {
    "delete a section": (3, _delete_section),
    "insert a like section": (3, _insert_section),
    "copy a section below itself": (2, _copy_section),
    "move a section": (1, _move_section),
    "swap two sections": (1, _swap_sections),
    "edit a line": (3, _edit_line),
    "delete a line": (2, _delete_line),
    "copy a line below itself": (1, _copy_line),
    "add a line in a section": (2, _add_line),
    "add a line at the top": (2, _add_above),
    "add a line at the bottom": (1, _add_below),
}
"""The edits by hand, with their weights."""


def edit(doc: Document) -> None:
    """One edit by hand, drawn by weight."""
    names = list(OPS)
    name = doc.chance.choices(names, [OPS[n][0] for n in names])[0]
    doc.ops.append(name)
    OPS[name][1](doc)


@dataclass(frozen=True)
class Wanted:
    """A change of one section: of its lines, `old` become `new`, at the place of the first one.

    An insertion has the line before it as `after`.
    """

    section: Section
    old: tuple[Line, ...]
    new: tuple[str, ...]
    after: Line | None = None

    def made(self, doc: Document) -> str:
        """The text with the change made."""
        text = doc.text
        new = "".join(line + doc.end for line in self.new)
        if self.after is not None:
            at = doc.offset(self.after) + len(self.after.text) + len(doc.end)
            return text[:at] + new + text[at:]
        at = doc.offset(self.old[0])
        return text[:at] + new + text[at + sum(len(o.text) + len(doc.end) for o in self.old) :]

    def right(self, doc: Document) -> set[str]:
        """Every text that is right after the change was applied: in its own section, to lines
        that read as those it was made for."""
        if self.section not in doc.sections:
            return set()
        lines = self.section.lines
        if self.after is not None:
            spots = [Wanted(self.section, (), self.new, line) for line in lines
                     if line.text == self.after.text]  # fmt: skip
            return {spot.made(doc) for spot in spots}
        size, texts = len(self.old), [o.text for o in self.old]
        found = [lines[n : n + size] for n in range(len(lines) - size + 1)
                 if [o.text for o in lines[n : n + size]] == texts]  # fmt: skip
        return {Wanted(self.section, tuple(run), self.new).made(doc) for run in found}

    def stands(self, doc: Document) -> bool:
        """Whether the very lines it was made for are still there."""
        if self.section not in doc.sections or self.section in doc.moved:
            return False
        lines = self.section.lines
        if self.after is not None:
            return self.after in lines
        if self.old[0] not in lines:
            return False
        n = lines.index(self.old[0])
        return lines[n : n + len(self.old)] == list(self.old)

    def marked(self, doc: Document) -> bool:
        """Whether its section's marker still tells it from the others."""
        return doc.text.count(self.section.marker) == 1


def wanted(doc: Document) -> Wanted:
    """A change of a random section: one or two lines, an insertion or a removal."""
    section = doc.chance.choice(doc.sections)
    values = [n for n, line in enumerate(section.lines) if line.value]
    n = doc.chance.choice(values)
    kind = doc.chance.random()
    line = section.lines[n]
    indent = line.text[: len(line.text) - len(line.text.lstrip())]
    if kind < 0.2:
        return Wanted(section, (), (f"{indent}proposed",), line)
    if kind < 0.3:
        return Wanted(section, (line,), ())
    if kind < 0.5 and n + 1 in values:
        return Wanted(section, (line, section.lines[n + 1]), (f"{indent}proposed",))
    return Wanted(
        section, (line,), (f"{indent}proposed", f"{indent}more")[: doc.chance.choice((1, 2))]
    )
