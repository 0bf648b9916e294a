"""The import rule of ARCHITECTURE.md, read off the source."""

from __future__ import annotations

import ast
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "server" / "tierwise"
DOMAIN = {"context", "routing", "budget", "models", "edits", "learning", "index"}
BASE = {"core", "syntax", "store"}
MAY_IMPORT: dict[str, set[str]] = {
    "core": {"core"},
    "syntax": {"core", "syntax"},
    "store": {"core", "store"},
    "config": {"core", "present", "config"},
    "present": {"core", "present"},
    "trust": {"core"},
    "logs": {"core"},
    **{room: BASE | {room} for room in DOMAIN},
    "index": BASE | {"context", "index"},
    "night": BASE | {"budget", "night"},
    "tasks": BASE | DOMAIN | {"night", "config", "present", "tasks", "trust", "logs"},
    "report": BASE | DOMAIN | {"night", "config", "present", "tasks", "report"},
    "team": BASE | {"budget", "config", "team"},
    "first": BASE | DOMAIN | {"config", "tasks", "trust"},
    "app": BASE | DOMAIN | {"config", "present", "tasks", "trust", "logs", "first", "app"},
    "gateway": BASE | DOMAIN | {"config", "present", "tasks", "trust", "logs", "team", "gateway"},
    "work": BASE
    | DOMAIN
    | {
        "night",
        "config",
        "present",
        "tasks",
        "trust",
        "logs",
        "first",
        "app",
        "work",
    },
}
FREE = {"lsp", "cli"}
FOR_THE_CLI = {"gateway", "work"}
"""Rooms that are processes of their own: only the command line starts them."""
_TASK_DATA = {"api", "window", "task"}
INSIDE: dict[str, dict[str, set[str]]] = {
    "tasks": {
        "api": set(),
        "window": {"api"},
        "task": set(),
        "bus": {"task"},
        "choices": set(),
        "learning": _TASK_DATA,
        "chat": _TASK_DATA | {"learning"},
        "record": _TASK_DATA | {"chat"},
        "intake": _TASK_DATA,
        "money": _TASK_DATA,
        "proposing": _TASK_DATA | {"intake", "record"},
        "known": {"window", "choices", "learning", "money"},
        "world": {
            "known", "window", "bus", "choices", "task", "learning", "chat", "record", "money",
            "proposing",
        },
        "deciding": _TASK_DATA | {"learning", "intake", "known", "world"},
        "calling": _TASK_DATA | {"chat", "money", "proposing", "world", "deciding"},
        "status_line": {"task", "world"},
        "reactions": {"task", "chat", "world", "status_line", "calling"},
        "redo": {"task", "world", "deciding"},
        "unsay": {"task", "chat", "world"},
        "override_scope": {"api", "window", "task"},
        "run": {"task", "intake", "proposing", "world", "deciding", "calling"},
        "upkeep": {"window", "choices", "money", "known", "world", "status_line"},
        "restore": {"window", "task", "learning", "proposing", "world"},
        "testing": _TASK_DATA,
        "queue": _TASK_DATA | {
            "testing", "record", "intake", "proposing", "world", "deciding", "restore",
        },
        "task_starts": {"choices", "task", "world", "deciding", "run"},
        "engine_reads": _TASK_DATA | {
            "choices", "learning", "chat", "intake", "world", "deciding", "calling",
        },
        "engine": _TASK_DATA | {
            "choices", "intake", "proposing", "world", "calling", "status_line", "redo", "unsay",
            "override_scope", "upkeep", "restore", "queue", "task_starts", "engine_reads",
        },
    },
    "lsp": {
        "wire": set(),
        "documents": set(),
        "messages": {"documents"},
        "session": {"documents", "messages"},
        "features": {"documents", "messages", "session"},
        "method_table": set(),
        "dispatch": {"method_table", "messages", "session", "features"},
        "server": {"dispatch", "session", "wire"},
        "reference": {"method_table", "dispatch", "messages"},
    },
}  # fmt: skip
"""Inside a room: which of its rooms and files each may import. The list is a stair: nobody names
what stands below, so that no circle can come about."""
OWNERS = {
    "pygls": {"lsp"},
    "lsprotocol": {"lsp"},
    "anthropic": {"models/sdk.py"},
    "numpy": {"routing/fit"},
    "sklearn": {"routing/fit"},
    "scipy": {"routing/fit"},
    "typer": {"cli"},
    "aiohttp": {"gateway"},
    "rich": {"cli"},
    "dbos": {"work/durable.py"},
}

LONG = 400
"""Lines of a file from which on somebody should ask whether it still is one idea."""
LONG_FOR_A_REASON: dict[str, str] = {
    "tasks/engine.py": "one short method for everything the edge may ask, on one object",
}
"""Files that are longer, each with why it is better in one piece."""


def source_files() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "__pycache__" not in p.parts)


def imported(path: Path) -> set[str]:
    """Every module a file imports, also inside functions; relative imports made absolute."""
    names: set[str] = set()
    here = ("tierwise", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(here[: len(here) - node.level]) + "." if node.level else ""
            names.add(base + (node.module or ""))
            names.update(f"{base}{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if room in FREE or room in {"__init__", "__main__"}:
        return
    rooms = {n.split(".")[1] for n in imported(path) if n.startswith("tierwise.") and n.count(".")}
    rooms -= {"__version__"}
    assert rooms <= MAY_IMPORT[room], f"{room} imports {sorted(rooms - MAY_IMPORT[room])}"


def test_the_editors_server_knows_nothing_of_the_other_processes() -> None:
    for path in source_files():
        room = path.relative_to(PACKAGE).parts[0]
        rooms = {n.split(".")[1] for n in imported(path) if n.startswith("tierwise.")}
        if room not in FOR_THE_CLI | {"cli"}:
            assert not rooms & FOR_THE_CLI, path
    loaded = (
        "import sys, tierwise.lsp.server, tierwise.app; from tierwise.models.client import "
        "ModelClient as C; import asyncio; asyncio.run(C({}).ready()); "
        "assert 'anthropic' in sys.modules; "
        "print([m for m in sys.modules if m.split('.')[0] == 'aiohttp' and sys.modules[m]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("room", INSIDE)
def test_inside_a_room_arrows_go_one_way(room: str) -> None:
    above: set[str] = set()
    for name, may in INSIDE[room].items():
        assert may <= above, f"{name} names {sorted(may - above)}, which stands below it"
        above.add(name)
    there = {p.stem for p in (PACKAGE / room).iterdir()} - {"__init__", "__pycache__"}
    assert there == above, "every room and file has its place on the stair"


@pytest.mark.parametrize(
    "path",
    [p for room in INSIDE for p in source_files() if p.is_relative_to(PACKAGE / room)],
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_a_file_imports_only_what_its_room_inside_a_room_may(path: Path) -> None:
    room, inner, *_ = path.relative_to(PACKAGE).with_suffix("").parts
    if inner == "__init__":
        return
    inside = {n.split(".")[2] for n in imported(path) if n.startswith(f"tierwise.{room}.")}
    inside &= INSIDE[room].keys()
    may = INSIDE[room][inner] | {inner}
    assert inside <= may, f"{room}/{inner} imports {sorted(inside - may)}"


@pytest.mark.parametrize("path", source_files(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_library_with_an_owner_is_imported_by_its_owner_alone(path: Path) -> None:
    where = str(path.relative_to(PACKAGE))
    for name in imported(path):
        owners = OWNERS.get(name.split(".")[0])
        if owners is not None:
            assert any(where == o or where.startswith(o + "/") for o in owners), (where, name)


def test_a_long_file_is_one_idea_all_the_same() -> None:
    """Warns of a file of more than 400 lines that is not on the list; nothing fails for it."""
    for path in source_files():
        where, lines = str(path.relative_to(PACKAGE)), len(path.read_text("utf-8").splitlines())
        if lines > LONG and where not in LONG_FOR_A_REASON:
            warnings.warn(f"{where} has {lines} lines: is it still one idea?", stacklevel=1)
    assert all((PACKAGE / where).exists() for where in LONG_FOR_A_REASON)
