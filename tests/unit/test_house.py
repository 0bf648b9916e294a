"""The inner house: what the import rule does not see.

Every figure is a ceiling that only goes down.

Circles count imports for types alone (TYPE_CHECKING) as well: a reader follows those too.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "server" / "tierwise"

CIRCLES: Final[Mapping[str, int]] = {}
"""Modules of a room that stand in a circle of imports; a room that is not named has none."""
REACHED_THROUGH: Final = 0
"""Places in `lsp/` that take what is behind the engine instead of asking the engine."""
WRITTEN_OUTSIDE: Final = 0
"""Fields of a task that another file assigns."""
LATE: Final = 0
"""Fields of `tasks/` that are set after their object was made (`field(init=False)`)."""
DATA: Final = frozenset({"tierwise.tasks.task.task"})
"""Modules that more than half of their room may import, because they only hold data."""
NAME_ACTIONS: Final[Mapping[str, str]] = {
    "server/tierwise/core/actions.py": "the table",
    "vscode-client/src/server/messages.ts": "generated from it",
    "vscode-client/src/server/actions.ts": "generated from it",
    "neovim-plugin/lua/tierwise/actions.lua": "generated from it",
    "neovim-plugin/plugin/tierwise.lua": "its list is held to the table by a test",
    "server/tierwise/cli/try_steps.py": "the steps of the demonstration",
    "server/tierwise/models/rehearsal/answers.py": "has rules for some, and says so for the others",
    "server/tierwise/routing/fit/rows.py": "which action a row of the fitting data stands for",
    "server/tierwise/routing/fit/calibrate.py": "the actions with rows enough for a shift",
    "server/tierwise/routing/lexicon.py": "families of words, no actions",
    "server/tierwise/present/signals.py": "families of words, no actions",
    "server/tierwise/edits/scope.py": "words of an instruction, no actions",
}
"""The files that may name actions, and why a new action need not be added there by hand."""
TWICE: Final[Mapping[str, str]] = {}
"""Class names with two meanings, each with the reason why both keep it."""
WORDED_ELSEWHERE: Final[Mapping[str, int]] = {
    "budget": 1,
    "config": 26,
    "context": 24,
    "index": 7,
    "lsp": 23,
    "models": 14,
    "store": 1,
}
"""Sentences for the operator that a room words by itself; a room that is not named has none.

`config` words its mistakes, `context` why something was chosen or left out, `index` why a file is
found or left out, `lsp` what breaks the protocol, `models` what is wrong with a tier or the way to
its server; the one of `budget` and of `store` is the begin of a developer's message.
"""
ASKED_OF_A_MODEL: Final = frozenset({
    "core/actions.py", "models/prompts.py", "models/notes.py", "models/forms.py",
    "models/opinion.py", "models/tools.py", "context/diffs.py", "context/items.py",
    "tasks/proposing/blocks.py",
})  # fmt: skip
"""Files whose sentences go to a model, or stand in the table of actions."""
NO_SENTENCES: Final = (
    "present/",
    "gateway/",
    "work/",
    "report/",
    "cli/",
    "models/rehearsal/",
    "core/dataclass.py",
    "routing/canonical.py",
    "routing/fit/",
    "lsp/reference/",
    "store/steps/",
    "routing/lexicon.py",
    "routing/words.py",
    "routing/surroundings.py",
    "logs.py",
    "context/secret_kinds.py",
    "syntax/query.py",
    "edits/diff.py",
    "store/daily.py",
)
"""Where words come from, the texts that other edges have for themselves (the command line, HTTP,
the worker, the page of a report), and files of patterns, SQL and forms."""
WIRE_TWINS: Final = "lsp/messages/"
"""Replies are named like what they spell out: the same thing, as it goes over the wire."""


def modules(room: str) -> dict[str, Path]:
    """Every module of a room, by its dotted name; a package counts as the module it is."""
    found = {}
    for path in (PACKAGE / room).rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if path.name != "__init__.py" or path.stat().st_size > 400:
            found[name] = path
    return found


def imports(name: str, path: Path, known: Mapping[str, Path]) -> set[str]:
    """The modules among `known` that a module imports, wherever in the file it does so."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & known.keys()
        elif isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                found |= {below if below in known else node.module} & known.keys()
    return found - {name}


def in_circles(room: str) -> set[str]:
    """The modules that can be reached from themselves by imports inside the room."""
    known = modules(room)
    arrows = {name: imports(name, path, known) for name, path in known.items()}
    circles = set()
    for name in known:
        seen: set[str] = set()
        ahead = list(arrows[name])
        while ahead:
            to = ahead.pop()
            if to not in seen:
                seen.add(to)
                ahead.extend(arrows[to])
        if name in seen:
            circles.add(name)
    return circles


def rooms() -> list[str]:
    return sorted(p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists())


def importers(room: str) -> Mapping[str, int]:
    """How many modules of a room import each of its modules."""
    known = modules(room)
    return Counter(to for name, path in known.items() for to in imports(name, path, known))


def assigned(path: Path) -> Iterator[tuple[ast.expr, str]]:
    """Every attribute a file assigns: the object it belongs to, and its name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            for one in ast.walk(target):
                if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Store):
                    yield one.value, one.attr


@pytest.mark.parametrize("room", ["tasks", "lsp"])
def test_no_module_but_data_is_known_to_half_of_its_room(room: str) -> None:
    half = len(modules(room)) / 2
    known = {name: n for name, n in importers(room).items() if n > half and name not in DATA}
    assert not known


@pytest.mark.parametrize("room", rooms())
def test_no_circle_inside_a_room(room: str) -> None:
    found = in_circles(room)
    assert len(found) <= CIRCLES.get(room, 0), sorted(found)


def test_the_edge_talks_to_the_engine_and_not_to_what_is_behind_it() -> None:
    inner = re.compile(r"engine\(?\)?\)?\.(world|window|tasks)\b")
    found = [
        f"{path.name}:{number}"
        for path in (PACKAGE / "lsp").rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if inner.search(line)
    ]
    assert len(found) <= REACHED_THROUGH, found


def test_a_task_is_changed_by_its_own_methods() -> None:
    found = [
        f"{path.name}: {ast.unparse(owner)}.{name}"
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "tasks" / "task" / "task.py"
        for owner, name in assigned(path)
        if re.search(r"(^|\.)task(\.(run|answer))?$", ast.unparse(owner))
        and ast.unparse(owner) != "self"
    ]
    assert len(found) <= WRITTEN_OUTSIDE, found


def test_a_method_of_a_task_is_no_setter_in_disguise() -> None:
    """A method that takes one value and stores it under the method's own name."""
    found = []
    for path in (PACKAGE / "tasks" / "task").glob("task*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                stored = {a.attr for a in ast.walk(node) if isinstance(a, ast.Attribute)
                          and isinstance(a.ctx, ast.Store)}  # fmt: skip
                if node.name.removeprefix("set_") in stored:
                    found.append(f"{path.name}: {node.name}")
    assert not found


def test_nothing_in_tasks_is_imported_for_types_alone() -> None:
    """What is hidden from the import at run time is a circle that nobody sees."""
    found = [
        str(path.relative_to(PACKAGE))
        for path in (PACKAGE / "tasks").rglob("*.py")
        if "TYPE_CHECKING" in path.read_text(encoding="utf-8")
    ]
    assert not found


@pytest.mark.parametrize("file", ["window/window.py", "world.py", "engine.py"])
def test_what_holds_the_rest_is_frozen(file: str) -> None:
    tree = ast.parse((PACKAGE / "tasks" / file).read_text(encoding="utf-8"))
    made = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert made
    for node in made:
        assert "frozen=True" in "".join(ast.unparse(d) for d in node.decorator_list), node.name


def test_nothing_is_bound_late() -> None:
    found = [
        str(path.relative_to(PACKAGE))
        for path in (PACKAGE / "tasks").rglob("*.py")
        for _ in re.finditer(r"field\([^)]*init=False", path.read_text(encoding="utf-8"))
    ]
    assert len(found) <= LATE, found


def test_a_class_name_means_one_thing() -> None:
    where: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).as_posix()
        if inside.startswith(WIRE_TWINS):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                where.setdefault(node.name, []).append(inside)
    twice = {name: files for name, files in where.items() if len(files) > 1 and name not in TWICE}
    assert not twice


def test_one_place_knows_an_action() -> None:
    word = re.compile(r"""["'](generate|document|refactor|explain|review|edit|fix|test|chat)["']""")
    found = []
    for folder, ending in (("server", "py"), ("vscode-client/src", "ts"), ("neovim-plugin", "lua")):
        for path in sorted((ROOT / folder).rglob(f"*.{ending}")):
            if "node_modules" in path.parts:
                continue
            named = Counter(word.findall(path.read_text(encoding="utf-8")))
            if len(named) >= 3 and {"generate", "document", "refactor", "explain"} & named.keys():
                found.append(path.relative_to(ROOT).as_posix())
    assert set(found) <= set(NAME_ACTIONS), set(found) - set(NAME_ACTIONS)


def worded(path: Path) -> Iterator[tuple[int, str]]:
    """The sentences in a file: texts of three words or more that are no docstring, no pattern,
    no SQL, no line for the log, and no message of an error that only a developer sees. A value that
    is put into a text counts as one of its words."""
    silent: set[int] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if id(node) in silent:
            continue
        if _is_silent(node):
            silent.update(id(below) for below in ast.walk(node))
            continue
        text = _text(node)
        if text is None:
            continue
        silent.update(id(below) for below in ast.walk(node))
        words = re.findall(r"[A-Za-z']{2,}", text)
        if len(words) >= 2 and len(words) + text.count("\0") >= 3 and " " in text.strip():
            yield node.lineno, text  # type: ignore[attr-defined]  # texts have lines


def _text(node: ast.AST) -> str | None:
    """A text with a mark for each value that is put into it; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) or "\0" for part in node.values)
    return None


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, ast.Raise):
        return re.match(r"raise (\w+\.)*[A-Za-z]*(Value|Type|OS|Runtime|Assertion|Events)",
                        ast.unparse(node)) is not None  # fmt: skip
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        return re.search(r"(^|\.)(log\.\w+|text|compile|execute|exec_driver_sql|scalar)$",
                         called) is not None  # fmt: skip
    start = _text(node)
    return (
        start is not None
        and re.match(r"\s*(PRAGMA|CREATE|INSERT|SELECT|UPDATE|DELETE|WITH|SET|BEGIN)[ ;]", start)
        is not None
    )


def test_what_an_operator_reads_is_worded_in_present() -> None:
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE).as_posix()
        if inside in ASKED_OF_A_MODEL or inside.startswith(NO_SENTENCES):
            continue
        for line, text in worded(path):
            found.setdefault(inside.split("/")[0], []).append(f"{inside}:{line}: {text}")
    more = {
        room: texts for room, texts in found.items() if len(texts) > WORDED_ELSEWHERE.get(room, 0)
    }
    assert not more, more


def test_every_test_file_has_a_base_name_of_its_own() -> None:
    """Folders of tests are no packages, so two files of one name cannot be collected together."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []


HARD_TO_READ: Final = (
    (
        r"^The same\b(?! (time|decision|answer|amount|number|as before))",
        "say what it is, not what it is like",
    ),
    (r"\banew\b", "again"),
    (r"\bhears? of\b", "is told, is called with"),
)
"""What makes a docstring need a second reading, each with what to write instead."""


def test_no_docstring_needs_a_second_reading() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_docstring(node) or ""
                found += [
                    f"{path.relative_to(PACKAGE)}: {text[:60]!r}: {instead}"
                    for pattern, instead in HARD_TO_READ
                    if re.search(pattern, text)
                ]
    assert not found, found


def test_what_answers_yes_or_no_says_whether() -> None:
    """ "A tier that exists" reads like a tier; "Whether a tier exists" reads like an answer."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or node.returns is None:
                continue
            text = ast.get_docstring(node) or ""
            noun = re.match(r"(A|An|The|What|Its|No|One|It|All|Those)\b", text)
            if ast.unparse(node.returns) == "bool" and noun and "hether" not in text:
                found.append(f"{path.relative_to(PACKAGE)}: {node.name}: {text[:60]!r}")
    assert not found, found
