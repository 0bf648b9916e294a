"""The night queue in a real Neovim: queued, listed, looked at, applied, taken back and given up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import Driver, Open

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

OTHER = "def twice(x):\n    return 2 * x\n"
LISTED = "return vim.fn.getqflist({ title = 1 }).title:find('Tierwise queue', 1, true) ~= nil"


@pytest.fixture
def night(open_nvim: Open, workspace: Path, config: Path, model_env: dict[str, str]) -> Driver:
    """A Neovim in the morning after a night with a job for each of two files."""
    config.write_text("rehearsal = true\n", encoding="utf-8")
    (workspace / "other.py").write_text(OTHER, encoding="utf-8")
    add = ("queue", "add", "Add docstrings", "sample.py", "other.py", "--action", "document")
    for args in ((*add, "--yes"), ("work", "--once")):
        subprocess.run(
            [sys.executable, "-m", "tierwise", *args],
            cwd=workspace, env={**os.environ, **model_env}, check=True, capture_output=True,
        )  # fmt: skip
    return open_nvim().ready()


def rows(nvim: Driver, part: str) -> str:
    """The list of the queue, once it holds some words."""
    nvim.until(LISTED)
    shown = (
        "return table.concat(vim.tbl_map(function(i) return i.text end, vim.fn.getqflist()), '\\n')"
    )
    nvim.until(lambda: part in nvim.lua(shown))
    found: str = nvim.lua(shown)
    return found


def test_the_night_is_listed_looked_at_applied_and_taken_back(
    night: Driver, workspace: Path
) -> None:
    night.command("Tierwise queue")
    listed = rows(night, "2 ready").split("\n")
    assert len(listed) == 3
    assert "Add docstrings 2 files · 2 ready · 0¢ (with a key: 0.01" in listed[0]
    assert listed[1:] == ["ready", "ready"], "in words, and no tests are set up"
    assert night.nvim.current.window.cursor[0] == 1
    files = [night.lua("return vim.fn.bufname(vim.fn.getqflist()[...].bufnr)", n) for n in (2, 3)]
    assert sorted(files) == ["other.py", "sample.py"]
    night.keys(f"{2 + files.index('other.py')}G<CR>")
    night.until(lambda: '"""' in night.drawn())
    assert night.nvim.current.buffer.name.endswith("other.py")
    assert rows(night, "ready"), "what is looked at leaves the list as it is"
    night.command("copen")
    night.command("Tierwise queue apply")
    night.note("2 proposals applied.")
    rows(night, "2 applied")
    night.command("wincmd p")
    assert '"""' in night.text
    night.command("Tierwise queue undo")
    night.note("2 proposals taken back.")
    rows(night, "2 discarded")
    assert night.text == OTHER
    assert (workspace / "sample.py").read_text(encoding="utf-8") == SAMPLE


def test_a_selection_is_queued_for_tonight_and_given_up(night: Driver) -> None:
    night.command("Tierwise queue add")
    night.note("say what is to be done")
    night.command("4,5Tierwise queue add swap the sides")
    night.note("Queued as ")
    night.command("Tierwise queue")
    listed = rows(night, "swap the sides").split("\n")
    assert "1 queued" in listed[0], "the newest group first"
    assert (listed[1], len(listed)) == ("queued", 5)
    place = night.lua("local i = vim.fn.getqflist()[2] return { i.lnum, vim.fn.bufname(i.bufnr) }")
    assert place == [4, "sample.py"]
    night.keys("4G")
    night.command("Tierwise queue cancel")
    night.note("2 jobs given up.")
    rows(night, "2 discarded")
    night.command("wincmd p")
    night.command("enew")
    night.command("Tierwise queue cancel")
    night.note("1 job given up.")
    night.command("Tierwise queue add anything")
    night.note("queue: this buffer has no name yet")
