"""Neovim's own undo and redo of what was applied: it waits again, and is applied again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.editors.neovim.driver import Driver, Open
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(400)]

BODY = """\
import os


def add(a, b):
    return a + b


def take(a, b):
    return a - b
"""
LIKE = "".join(f"{name}:\n    url = 1\n    key = 1\n" for name in ("dev", "test", "prod"))

ADDED = ("    return a + b\n", '    """Add."""\n    return a + b\n')
CASES: dict[str, tuple[str, str, str]] = {
    "a line above an indented one": (BODY, *ADDED),
    "lines above an indented one": (
        BODY,
        "    return a + b",
        "    c = a\n    d = b\n    return a + b",
    ),
    "a line at the top": (BODY, "import os\n", "import sys\nimport os\n"),
    "a line that begins like its neighbour": (BODY, "import os\n", "import os\nimport osx\n"),
    "a line at the end": (BODY, "a - b\n", "a - b\n# end\n"),
    "a blank line": (BODY, "a + b\n", "a + b\n\n"),
    "a line like the one above": (BODY, ADDED[0], ADDED[0] * 2),
    "a line that goes": (BODY, "import os\n", ""),
    "the first function goes": (BODY, "def add(a, b):\n    return a + b\n\n\n", ""),
    "the last lines go": (BODY, "\n\ndef take(a, b):\n    return a - b\n", ""),
    "a word": (BODY, "a + b", "b + a"),
    "a line becomes several": (BODY, "    return a + b", "    c = a + b\n    return c"),
    "several become one": (BODY, "def add(a, b):\n    return a + b", "add = sum"),
    "the whole file": (BODY, BODY, "made = anew\nand = whole\n"),
    "two hunks": (BODY, "return a", "return b"),
    "two insertions": (BODY, "    return", "    c = 1\n    return"),
    "a line among like sections": (LIKE, "test:\n    url = 1", "test:\n    url = 2"),
    "a new line among like sections": (LIKE, "test:\n", "test:\n    new = 1\n"),
    "a section among like ones": (LIKE, "prod:", "more:\n    url = 1\n    key = 1\nprod:"),
    "letters beyond the first plane": (BODY, ADDED[0], "    # 🎉 größer\n" + ADDED[0]),
}
"""By kind of edit: the text, and what becomes of a part of it wherever that stands."""


def block(name: str, before: str, after: str) -> str:
    """A search/replace block over a whole file."""
    return f"{name}\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n"


def proposed(nvim: Driver, model: Loopback, answer: str) -> int:
    """Ask for an edit of the whole buffer; how many hunks wait in it."""
    model.faults(default={"text": answer})
    nvim.command("%Tierwise edit as it should be")
    nvim.previewed()
    count: int = nvim.lua("return #require('tierwise.preview.cursor').rows(0)")
    assert count > 0
    return count


def reads(nvim: Driver, text: str) -> None:
    """Wait until the buffer reads like this."""
    nvim.until(lambda: nvim.text == text)


def turned(nvim: Driver, keys: str, text: str, state: str, rows: int) -> None:
    """Press keys, and wait for what the proposal says and shows then."""
    nvim.keys(keys)
    assert nvim.text == text
    nvim.state(state)
    nvim.until(f"return #require('tierwise.preview.cursor').rows(0) == {rows}")


def test_undo_and_redo_of_a_wholly_applied_proposal(
    open_nvim: Open, workspace: Path, model: Loopback
) -> None:
    for n, (before, _, _) in enumerate(CASES.values()):
        (workspace / f"case_{n}.py").write_text(before, encoding="utf-8")
    nvim = open_nvim().ready()
    for n, (before, old, new) in enumerate(CASES.values()):
        after = before.replace(old, new)
        nvim.command(f"edit case_{n}.py")
        nvim.ready()
        rows = proposed(nvim, model, block(f"case_{n}.py", before, after))
        nvim.command("Tierwise apply all")
        reads(nvim, after)
        nvim.state("applied")
        for _ in range(2):
            turned(nvim, "u", before, "proposed", rows)
            turned(nvim, "<C-r>", after, "applied", 0)
        if n % 2:
            nvim.command("write")
        turned(nvim, "u", before, "proposed", rows)
        nvim.command("Tierwise apply all")
        reads(nvim, after)
        nvim.state("applied")
        nvim.command("Tierwise undo")
        reads(nvim, before)
        nvim.command("write")


def test_undo_after_typing_elsewhere_and_hunk_by_hunk(
    open_nvim: Open, workspace: Path, model: Loopback
) -> None:
    """More states than the server remembers texts of: each undo is understood by itself."""
    before = "".join(f"def f{n}(a):\n    return a + {n}\n\n\n" for n in range(9))
    after = before.replace("    return", "    b = a\n    return")
    (workspace / "many.py").write_text(before, encoding="utf-8")
    nvim = open_nvim("many.py").ready()
    assert proposed(nvim, model, block("many.py", before, after)) == 9
    texts = [before]
    for n in range(9):
        nvim.keys("gg]vdo")
        nvim.until(f"return #require('tierwise.preview.cursor').rows(0) == {8 - n}")
        assert nvim.text.count("b = a") == n + 1
        texts.append(nvim.text)
    nvim.state("applied")
    nvim.keys("ggO# typed<Esc>")
    assert texts[9] == after
    nvim.keys("u")
    for n in range(8, -1, -1):
        turned(nvim, "u", texts[n], "proposed" if n == 0 else "partlyApplied", 9 - n)
    for n in range(1, 10):
        turned(nvim, "<C-r>", texts[n], "applied" if n == 9 else "partlyApplied", 9 - n)


def test_undo_in_one_of_several_files_then_the_whole_task(
    open_nvim: Open, workspace: Path, model: Loopback
) -> None:
    names = ["one.py", "two.py", "three.py"]
    for name in names:
        (workspace / name).write_text(BODY, encoding="utf-8")
    after = BODY.replace(*ADDED)
    nvim = open_nvim(*names).ready()
    for name in reversed(names):
        nvim.command(f"edit {name}")
    model.faults(default={"text": "\n".join(block(name, BODY, after) for name in names)})
    nvim.command("%Tierwise edit them all @two.py @three.py")
    nvim.previewed()
    nvim.lua("table.insert(_G.picks, 'Apply')")
    nvim.command("Tierwise apply all")
    nvim.state("applied")
    nvim.note("three.py, two.py are changed and not saved yet; :wall saves all.")
    for name in names:
        nvim.command(f"buffer {name}")
        assert nvim.text == after
    turned(nvim, "u", BODY, "partlyApplied", 1)
    nvim.command("buffer one.py")
    turned(nvim, "u", BODY, "partlyApplied", 1)
    turned(nvim, "<C-r>", after, "partlyApplied", 0)
    nvim.command("Tierwise undo")
    nvim.state("proposed")
    for name in names:
        nvim.command(f"buffer {name}")
        assert nvim.text == BODY, "what was still applied is taken back, the rest is as it was"
