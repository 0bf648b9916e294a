"""Real source trees as git repositories with tests, and a model that really changes their files."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from tierwise.models.rehearsal.reading import PromptPiece, ReadPrompt

TestKind = Literal["green", "redBefore", "flaky"]
KINDS: Final[tuple[TestKind, ...]] = ("green", "redBefore", "flaky")
"""What the tests of a tree are like before anything is changed; the trees take turns."""
GIT: Final = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
CHECK: Final = "night_check.py"
COMMAND: Final = (sys.executable, CHECK)
"""The operator's tests, in every tree the same."""
WHOLE: Final = 6_000
"""Characters of a selection that is answered as a whole; of a longer one only a line is."""
_DEF: Final = re.compile(r"^([ \t]*)def \w+\(.*\).*:$")
_SUITES: Final = {
    "click": ["tests/test_parser.py", "tests/test_formatting.py", "tests/test_basic.py"],
    "itsdangerous": [
        f"tests/test_itsdangerous/test_{name}.py" for name in ("encoding", "signer", "serializer")
    ],
    "schedule": ["test_schedule.py"],
}
"""Test files of known trees that need nothing but pytest."""
_CHECK: Final = '''
"""Every file compiles, the tests of the tree pass, and one test is as it is."""
import os, pathlib, sys

failed = 0
for path in sorted(pathlib.Path().rglob("*.py")):
    try:
        compile(path.read_bytes(), str(path), "exec")
    except SyntaxError:
        print(f"FAILED compile::{{path}}")
        failed = 1
if {kind!r} == "redBefore" or ({kind!r} == "flaky" and os.urandom(1)[0] < 60):
    print("FAILED night_check.py::test_{kind}")
    failed = 1
if {suite!r}:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path.insert(0, "src")
    import pytest

    failed = pytest.main(["-q", "-p", "no:cacheprovider", *{suite!r}]) or failed
sys.exit(int(failed))
'''


def repository(tree: Path, to: Path, kind: TestKind) -> Path:
    """A copy of a tree with its tests, in one commit."""
    shutil.copytree(tree, to, symlinks=True, ignore=shutil.ignore_patterns(".git"))
    suite = [name for name in _SUITES.get(tree.name, []) if (to / name).exists()]
    text = _CHECK.format(kind=kind, suite=suite)
    (to / CHECK).write_text(text, encoding="utf-8")
    for args in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "first"]):
        subprocess.run([*GIT, *args], cwd=to, check=True)
    return to


def failures(root: Path) -> frozenset[str]:
    """What the tests of a tree say as failed; the one that fails now and then is not counted."""
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(COMMAND, cwd=root, env=env, capture_output=True, text=True, check=False)
    lines = (line.split()[1] for line in done.stdout.splitlines() if line.startswith("FAILED "))
    return frozenset(name for name in lines if not name.endswith("test_flaky"))


@dataclass
class NightAnswers:
    """Answers that change something: most are right, some break what they touch when they are
    asked for first, a few are no code, and a few are words."""

    kinds: Counter[str] = field(default_factory=Counter)
    _asked: Counter[str] = field(default_factory=Counter)

    def __call__(self, asked: ReadPrompt) -> str:
        piece = asked.selection
        if piece is None or not asked.edits:
            return "There is nothing to change here."
        question = hashlib.blake2b(f"{asked.wish}\n{piece.path}\n{piece.text}".encode()).hexdigest()
        share, again = int(question[:4], 16) % 100, self._asked[question] > 0
        self._asked[question] += 1
        # A third of what is broken stays so one tier up.
        broken = share < 18 and (not again or share < 6)
        kind = "broken" if broken else "no code" if share in (18, 19, 20) else "right"
        if 21 <= share < 26:
            self.kinds["words"] += 1
            return "I would leave it as it is: it is clear enough."
        self.kinds[kind] += 1
        return _edit(piece, kind)


def _edit(piece: PromptPiece, kind: str) -> str:
    """The selection with a line more, as a whole or as a block."""
    lines = piece.text.split("\n")
    once = Counter(lines)
    at = next((n for n, line in enumerate(lines) if _DEF.match(line) and once[line] == 1), None)
    more = {
        "right": "# Looked at in the night.",
        "broken": 'raise RuntimeError("broken in the night")',
        "no code": "def (((:",
    }[kind]
    if at is None:
        at = next((n for n, line in enumerate(lines) if line.strip() and once[line] == 1), 0)
        pad = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        more = more if kind == "no code" else "# Looked at in the night."
    else:
        found = _DEF.match(lines[at])
        pad = (found.group(1) if found else "") + "    "
    new = f"{lines[at]}\n{pad}{more}"
    if len(piece.text) <= WHOLE:
        return f"```{piece.language}\n" + "\n".join([*lines[:at], new, *lines[at + 1 :]]) + "\n```"
    return f"{piece.path}\n<<<<<<< SEARCH\n{lines[at]}\n=======\n{new}\n>>>>>>> REPLACE"
