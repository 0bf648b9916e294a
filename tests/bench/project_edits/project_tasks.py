"""Whole-project tasks on the trees of real Python projects, with the files that have to change.

What has to change is read from Python's own tokenizer and parser, and so from nothing that the
server uses. A function is taken where its name means one thing in the whole tree: it is defined
once, at the top of a module, and no attribute, parameter or variable is called the same.
"""

from __future__ import annotations

import ast
import io
import random
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Kind = Literal["rename", "signature", "move"]
SHARES: Final[dict[Kind, int]] = {"rename": 16, "signature": 12, "move": 12}
"""Tasks of each kind, forty together."""


@dataclass(frozen=True)
class ProjectTask:
    """One task: `name` is the function, `path` its file, `lines` (from 0, end open) where it is.

    `must` are the paths that have to change, `parameter` and `target` belong to the kinds.
    """

    kind: Kind
    tree: Path
    name: str
    path: str
    lines: tuple[int, int]
    must: frozenset[str]
    target: str = ""

    @property
    def wish(self) -> str:
        if self.kind == "rename":
            return f"rename {self.name} to {self.new_name} everywhere in the project"
        if self.kind == "signature":
            return f"add a parameter `tracing` to {self.name} and update all callers"
        return f"move {self.name} into the new file {self.target} and update every import of it"

    @property
    def new_name(self) -> str:
        return f"{self.name}_renamed"


@dataclass(frozen=True)
class _Module:
    """What a module says: NAME tokens, names that are called, and per imported name whether each
    of its imports stands in one line. `members` are the names behind a dot."""

    path: str
    tree: ast.Module
    names: Counter[str]
    called: frozenset[str]
    imported: dict[str, list[bool]]
    members: frozenset[str]


def tasks(trees: list[Path], seed: int) -> list[ProjectTask]:
    """Forty tasks over the trees, the same for the same seed."""
    chance = random.Random(seed)
    found: dict[Kind, list[ProjectTask]] = defaultdict(list)
    for tree in trees:
        for task in _of_tree(tree):
            if len(task.must) > 1:
                found[task.kind].append(task)
    chosen = []
    for kind, count in SHARES.items():
        chance.shuffle(found[kind])
        by_tree: dict[Path, list[ProjectTask]] = defaultdict(list)
        for task in found[kind]:
            by_tree[task.tree].append(task)
        taken: list[ProjectTask] = []
        while len(taken) < count and any(by_tree.values()):
            taken += [rest.pop() for rest in by_tree.values() if rest]
        chosen += taken[:count]
    return chosen


def _of_tree(tree: Path) -> Iterator[ProjectTask]:
    modules = list(_modules(tree))
    nodes = [node for m in modules for node in ast.walk(m.tree)]
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    defined = Counter(node.name for node in nodes if isinstance(node, kinds))
    other = {name for node in nodes if (name := _other_meaning(node)) is not None}
    for module in modules:
        for node in module.tree.body:
            if not isinstance(node, ast.FunctionDef) or node.decorator_list:
                continue
            name = node.name
            if len(name) < 5 or defined[name] != 1 or name in other or name.startswith("test_"):
                continue
            yield from _of_function(tree, modules, module, node)


def _of_function(
    tree: Path, modules: list[_Module], module: _Module, node: ast.FunctionDef
) -> Iterator[ProjectTask]:
    name, lines = node.name, (node.lineno - 1, node.end_lineno or node.lineno)
    users = frozenset(m.path for m in modules if m.names[name])
    yield ProjectTask("rename", tree, name, module.path, lines, users)
    callers = frozenset(m.path for m in modules if name in m.called)
    if callers and node.args.args and not (node.args.vararg or node.args.kwarg):
        yield ProjectTask("signature", tree, name, module.path, lines, callers | {module.path})
    importers = {m.path: m.imported[name] for m in modules if name in m.imported}
    plain = all(one_line for found in importers.values() for one_line in found)
    member = any(name in m.members for m in modules)
    if importers and plain and not member and module.names[name] == 1:
        target = Path(module.path).with_name(f"moved_{name}.py").as_posix()
        must = frozenset({module.path, target, *importers})
        yield ProjectTask("move", tree, name, module.path, lines, must, target)


def _modules(tree: Path) -> Iterator[_Module]:
    for path in sorted(tree.rglob("*.py")):
        try:
            text = path.read_text(encoding="utf-8")
            tokens = tokenize.generate_tokens(io.StringIO(text).readline)
            names = Counter(t.string for t in tokens if t.type == tokenize.NAME)
            parsed = ast.parse(text)
        except (SyntaxError, UnicodeDecodeError, tokenize.TokenError):
            continue
        called, members = set[str](), set[str]()
        imported: dict[str, list[bool]] = defaultdict(list)
        for node in ast.walk(parsed):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                called.add(node.func.id)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called.add(node.func.attr)
            if isinstance(node, ast.Attribute):
                members.add(node.attr)
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    imported[alias.name].append(node.lineno == node.end_lineno)
        inside = path.relative_to(tree).as_posix()
        yield _Module(inside, parsed, names, frozenset(called), dict(imported), frozenset(members))


def _other_meaning(node: ast.AST) -> str | None:
    """The name that a node gives to an attribute, a parameter, a keyword or a variable."""
    match node:
        case ast.Attribute(value=ast.Name(), ctx=ast.Load()):
            return None
        case ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=name):
            return name
        case ast.Name(id=name, ctx=ast.Store()):
            return name
        case _:
            return None
