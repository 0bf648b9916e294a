"""The fixed set of tasks: those of the two corpora, and paragraphs of this repository's files."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from tests.bench.checks import edit_tasks

COMMIT: Final = "06a9b5f"
"""The commit whose files are asked about, so that the set stays the same while they change."""
ROOT: Final = Path(__file__).parents[3]
FILES: Final = (
    ("server/tierwise/budget/reserve.py", "python"),
    ("server/tierwise/context/ignore.py", "python"),
    ("server/tierwise/edits/scope.py", "python"),
    ("server/tierwise/lsp/features/actions.py", "python"),
    ("server/tierwise/models/client.py", "python"),
    ("server/tierwise/routing/policy.py", "python"),
    ("server/tierwise/store/reservations.py", "python"),
    ("server/tierwise/core/money.py", "python"),
    ("tests/support/editor.py", "python"),
    ("vscode-client/src/commands.ts", "typescript"),
    ("vscode-client/src/extension.ts", "typescript"),
    ("vscode-client/src/preview/preview.ts", "typescript"),
    ("vscode-client/src/tasks/start.ts", "typescript"),
    ("vscode-client/webview/panel.css", "css"),
    ("neovim-plugin/lua/tierwise/ask.lua", "lua"),
    ("neovim-plugin/lua/tierwise/client.lua", "lua"),
    ("neovim-plugin/lua/tierwise/subcommands.lua", "lua"),
    ("tests/editors/install_neovim.sh", "shellscript"),
    ("Makefile", "makefile"),
    ("pyproject.toml", "toml"),
    ("README.md", "markdown"),
    ("docs/answers.md", "markdown"),
    ("vscode-client/package.json", "json"),
)
ACTIONS: Final = ("edit", "document", "fix", "refactor", "explain", "review", "test", "generate")
PROSE: Final = frozenset(("markdown", "toml", "makefile", "json", "css", "shellscript"))


@dataclass(frozen=True, slots=True)
class BenchTask:
    """One request. `files` are path, language and text; the first is the selection's, the rest
    is open. The selection runs from `start` to `end`, line and character from 0."""

    name: str
    action: str
    instruction: str
    files: tuple[tuple[str, str, str], ...]
    start: tuple[int, int]
    end: tuple[int, int]
    diagnostics: tuple[tuple[int, str], ...] = ()


@cache
def tasks() -> tuple[BenchTask, ...]:
    """Every task, in a fixed order."""
    return (*_of_answers(), *_of_checks(), *_of_repository())


def _of_answers() -> Iterator[BenchTask]:
    """The tasks of `tests/corpus/answers`."""
    try:
        load: Any = import_module("tests.corpus.answers.load")
    except ModuleNotFoundError:
        return
    for task in load.tasks():
        given = tuple((f.path, f.language, f.text) for f in task.files if f.role != "disk")
        at = task.selection
        yield BenchTask(
            f"answers/{task.name}",
            task.action,
            f"{task.instruction}\n\n{task.diff}".strip() if task.diff else task.instruction,
            given,
            (at.start.line, at.start.character),
            (at.end.line, at.end.character),
            task.diagnostics,
        )


def _of_checks() -> Iterator[BenchTask]:
    """Every third task of the corpus of the checks: small files with one function or two."""
    for task in edit_tasks.tasks()[::3]:
        yield BenchTask(
            f"checks/{task.language}/{task.name}",
            task.action,
            task.instruction,
            ((task.path, task.language, task.source),),
            (task.first, 0),
            (task.last, 0),
        )


def _of_repository() -> Iterator[BenchTask]:
    """Two paragraphs of each file, selected the ways people select."""
    actions, ways = cycle(ACTIONS), cycle(("lines", "inner", "lines", "inner", "cursor"))
    for path, language in FILES:
        text = _at_commit(path)
        for share in (0.35, 0.75):
            action, way = next(actions), next(ways)
            if language in PROSE and action in ("document", "test", "fix"):
                action = "edit"
            first, last, lines = *_paragraph(text, share), text.split("\n")
            start, end = (first, 0), (last, 0)
            if way == "inner":
                lead = len(lines[first]) - len(lines[first].lstrip())
                start, end = (first, lead), (last - 1, len(lines[last - 1]))
            if way == "cursor" or action == "generate":
                start = end = (last, 0) if action == "generate" else (first + 1, 2)
            name = f"repository/{path}:{first + 1}"
            yield BenchTask(name, action, "", ((path, language, text),), start, end)


def _paragraph(text: str, share: float) -> tuple[int, int]:
    """The lines [first, last) between the blank ones around a share of the text."""
    lines = text.split("\n")
    at = int(len(lines) * share)
    while at < len(lines) - 2 and not lines[at].strip():
        at += 1
    first = last = at
    while first and lines[first - 1].strip():
        first -= 1
    while last < len(lines) - 1 and lines[last].strip():
        last += 1
    return first, last


def _at_commit(path: str) -> str:
    run = ["git", "-C", str(ROOT), "show", f"{COMMIT}:{path}"]
    return subprocess.run(run, capture_output=True, check=True).stdout.decode("utf-8")
