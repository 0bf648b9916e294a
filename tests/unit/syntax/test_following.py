"""Trees that are kept up with edits, and nodes found by search, against the plain way."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tree_sitter import Tree

from tierwise.core.document import Position
from tierwise.syntax import follow, structure
from tierwise.syntax.around import enclosing
from tierwise.syntax.languages import of_path
from tierwise.syntax.parse import parse, walk
from tierwise.syntax.query import nodes
from tierwise.syntax.symbols import DEFINITIONS, definitions

ROOT = Path(__file__).parents[3]
FILES = (
    "server/tierwise/core/errors.py", "server/tierwise/tasks/run.py",
    "vscode-client/src/extension.ts", "neovim-plugin/lua/tierwise/init.lua",
    "neovim-plugin/lua/tierwise/lens.lua", ".ci/run",
)  # fmt: skip
OTHERS = {
    "rust": "impl A { fn b(&self) -> u8 { if c { d() } else { match e { _ => f!() } } } }\n",
    "go": "package a\nfunc b() { for i := range c { if d { e(i) } } }\n",
    "java": "class A { int b() { for (int c : d) { if (e) { f(); new G(); } } return 1; } }\n",
    "c": "struct a { int b; };\nint c(void) { while (d) { if (e) f(); } return 0; }\n",
    "cpp": "class A { void b() { for (auto c : d) { try { e(); } catch (F g) {} } } };\n",
    "ruby": "module A\n  class B\n    def c\n      d.each do |e|\n        f(e) if g\n      end\n"
    "    end\n  end\nend\n",
    "python": "class A:\n    @b\n    def c(self):\n        for d in e:\n            if f:\n"
    "                g(h)\n",
}
PIECES = ("", "x", "é", "(", "def f():\n    ", "}", "\n", " ", "'", "日本\n", '"""', "end", "{")


def _there() -> Iterator[tuple[str, str]]:
    for name in FILES:
        path = ROOT / name
        if path.exists():
            yield path.read_text(encoding="utf-8"), of_path(name) or "shellscript"


TEXTS = [*_there(), *((text * 9, language) for language, text in OTHERS.items())]


@pytest.fixture(autouse=True)
def _whatever_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "SMALL", 0)
    monkeypatch.setattr(follow, "_latest", {})


@pytest.mark.parametrize(("text", "language"), TEXTS)
def test_a_followed_tree_defines_what_a_fresh_one_does(text: str, language: str) -> None:
    """One to three edits away from a sound text each time: what stays sound is followed."""
    drawn = random.Random(len(text))
    changed = text
    for number in range(60):
        assert follow.follow(text, language) is not None
        if number % 3 == 0:
            changed = text
        at = drawn.randrange(len(changed))
        to = at + drawn.choice((0, 0, 1, 5, 40))
        changed = changed[:at] + drawn.choice(PIECES) + changed[to:]
        found, fresh = follow.follow(changed, language), parse(changed, language)
        assert found is not None
        assert fresh is not None
        assert _defined(found[1], language) == _defined(fresh, language)


@pytest.mark.parametrize(("text", "language"), TEXTS)
def test_the_definition_around_a_position_is_the_innermost_of_all(text: str, language: str) -> None:
    drawn = random.Random(len(text))
    for _ in range(10):
        at = drawn.randrange(len(text))
        text = text[:at] + drawn.choice(PIECES) + text[at:]
        symbols = definitions(text, language)
        lines = text.split("\n")
        for _ in range(10):
            number = drawn.randrange(len(lines))
            at_ = Position(number, drawn.randrange(len(lines[number]) + 1))
            inside = [s for s in symbols if s.range.start <= at_ <= s.range.end]
            wanted = max(inside, key=lambda s: (s.depth, s.range.start), default=None)
            assert enclosing(text, language, at_) == wanted


@pytest.mark.parametrize(("text", "language"), TEXTS)
def test_what_is_searched_for_is_what_a_walk_meets(text: str, language: str) -> None:
    tree = parse(text, language)
    assert tree is not None
    kinds = structure._BRANCHES, structure._CALLS, DEFINITIONS
    for sought, found in zip(kinds, nodes(tree, language, *kinds), strict=True):
        met = [n for n in walk(tree.root_node) if n.type in sought and n.is_named]
        assert [n.id for n in found] == [n.id for n in met if n.parent is not None]


def test_nesting_counts_blocks_in_blocks() -> None:
    found = structure.measure(OTHERS["python"], "python")
    assert (found.depth, found.branches, found.definitions, found.calls) == (4, 2, 2, 1)
    assert structure.measure("value = 1\n", "python").depth == 0


def _defined(tree: Tree, language: str) -> list[tuple[str, int, int]]:
    (found,) = nodes(tree, language, DEFINITIONS)
    return [(node.type, node.start_byte, node.end_byte) for node in found]


def test_one_tree_is_kept_and_none_of_a_text_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LARGEST", 16_000)
    monkeypatch.setattr(follow, "SMALL", 5)
    follow.follow("a = 1\n", "python")
    follow.follow("let a = 1\n", "typescript")
    assert [data for data, _ in follow._latest.values()] == [b"let a = 1\n"]
    assert follow.follow("a = 1\n" * 3_000, "python") is None
    assert list(follow._latest) == ["typescript"]
