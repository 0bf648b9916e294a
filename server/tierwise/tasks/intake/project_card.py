"""The card of a project, a few lines that tell a model what it is: its name, the start of its
README, its folders, and its start files.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tierwise.context.ignore import IgnoreRules
from tierwise.syntax.languages import of_path

README_CHARS: Final = 400
READ: Final = 8_000
"""Bytes read of a README."""
FOLDERS: Final = 14
STARTS: Final = (
    "main.py", "__main__.py", "app.py", "manage.py", "main.go", "main.rs", "index.js", "index.ts",
    "main.ts", "main.js", "server.js", "Makefile", "pyproject.toml", "package.json", "Cargo.toml",
    "go.mod", "pom.xml", "build.gradle", "Gemfile", "CMakeLists.txt", "composer.json",
)  # fmt: skip
"""Files that show how a project is started or built."""


def card(roots: Sequence[Path], ignore: IgnoreRules) -> str:
    """A few lines for the model about each folder, made only of names and the README, without
    ignored files.
    """
    return "\n".join(_of_root(root, ignore) for root in roots)


def _of_root(root: Path, ignore: IgnoreRules) -> str:
    try:
        entries = sorted(os.scandir(root), key=lambda entry: entry.name)
    except OSError:
        return ""
    free = [
        entry
        for entry in entries
        if not entry.name.startswith(".") and ignore.judge(entry.path).kind == "open"
    ]
    folders = [f"{entry.name}/" for entry in free if entry.is_dir(follow_symlinks=False)]
    files = [entry.name for entry in free if entry.is_file(follow_symlinks=False)]
    languages = Counter(language for name in files if (language := of_path(name)) is not None)
    lines = [f"{root.name}: {' '.join([*folders[:FOLDERS], *files[:FOLDERS]])}"]
    starts = [name for name in STARTS if name in files]
    if starts:
        lines.append(f"start: {', '.join(starts)}")
    if languages:
        lines.append(f"top: {', '.join(name for name, _ in languages.most_common(4))}")
    readme = next((name for name in files if name.lower().startswith("readme")), None)
    if readme is not None:
        lines.append(_readme(root / readme))
    return "\n".join(line for line in lines if line)


def _readme(path: Path) -> str:
    """The first lines of a README: usually the heading and the first paragraph."""
    try:
        with path.open("rb") as file:
            text = file.read(READ).decode("utf-8", "replace")
    except OSError:
        return ""
    said = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line for line in said if not line.startswith(("[!", "![", "<", "---", "==="))]
    return " ".join(said[:5])[:README_CHARS]
