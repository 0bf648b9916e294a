"""The requests of `tierwise try`: the demonstration, or one request on the operator's own file."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

from tierwise.cli import files
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import BadRequest
from tierwise.syntax.positions import LineIndex


@dataclass(frozen=True)
class TryStep:
    """One request to the server. `lines` are the first and last line, counted from 1."""

    title: str
    action: str
    path: str
    lines: tuple[int, int] | None
    instruction: str = ""
    attached: tuple[str, ...] = ()
    diagnostics: tuple[dict[str, Any], ...] = ()


def demonstration(folder: Path) -> list[TryStep]:
    """Copy real files into a folder, and return the requests to make on them."""
    root = folder / "files"
    package = resources.files("tierwise")
    for name in ("present/money.py", "present/status.py", "core/tiers.py", "budget/forecast.py"):
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(package.joinpath(name).read_text("utf-8"), encoding="utf-8")
    tiers = (root / "core/tiers.py").read_text(encoding="utf-8").splitlines()
    names = next(i for i, line in enumerate(tiers, 1) if "def names" in line)
    money = (root / "present/money.py").read_text(encoding="utf-8")
    unused = money.replace("from tierwise.core", "import json\nfrom tierwise.core", 1)
    (root / "present/money.py").write_text(unused, encoding="utf-8")
    lines = unused.splitlines()
    at = lines.index("import json") + 1
    spent = next(i for i, line in enumerate(lines, 1) if line.startswith("def percent"))
    problem = {"path": "money.py", "line": at, "severity": "warning", "code": "F401",
               "message": "`json` imported but unused"}  # fmt: skip
    return [
        TryStep("Docs for a function", "document", "core/tiers.py", (names, names + 1)),
        TryStep("A rename", "edit", "present/money.py", (spent, spent + 5),
             "rename whole to rounded"),
        TryStep("A fix for a diagnostic (an unused import, put into the copy)", "fix",
             "present/money.py", (at - 1, at + 1), diagnostics=(problem,)),
        TryStep("A design question", "chat", "budget/forecast.py", None,
             "How should we design the forecast so that it learns from the ledger without"
             " ever being cheaper than the bill? Weigh at least two approaches."),
        TryStep("A change over several files", "refactor", "present/money.py", (at, len(lines)),
             "rename spent_of to spent_against everywhere", ("present/status.py",)),
    ]  # fmt: skip


def own(where: str, instruction: str | None) -> tuple[list[TryStep], Path]:
    """Parse `FILE:A-B`. Returns the request on these lines, and the top folder of the file's git
    repository (without one, the file's folder).

    Raises `BadRequest` if there is no such file or the lines are not in it.
    """
    found = re.fullmatch(r"(.+?)(?::(\d+)(?:-(\d+))?)?", where)
    if found is None or not Path(found.group(1)).is_file():
        raise BadRequest(f"There is no file {where}.")
    path = Path(found.group(1)).resolve()
    first = int(found.group(2)) if found.group(2) else None
    last = int(found.group(3)) if found.group(3) else first
    count = LineIndex(files.read(path)).line_count
    if first is not None and (first < 1 or first > count or (last or first) < first):
        raise BadRequest(f"{path.name} has {count} lines; give a range inside it.")
    span = (first, min(last or first, count)) if first is not None else None
    root = next((p for p in path.parents if (p / ".git").exists()), path.parent)
    step = TryStep(instruction or "Edit", "edit", path.relative_to(root).as_posix(), span,
                instruction or "")  # fmt: skip
    return [step], root
