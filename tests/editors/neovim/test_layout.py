"""A proposal in windows of all shapes: nothing of it is cut, hidden or beside its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import Driver
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

KEYS = (
    "do apply",
    "dq discard",
    "dO apply all",
    "dQ discard all",
    "]v next",
    "dU redo one tier up",
)
LONG = "    return b + a  # " + " ".join(f"word{n}" for n in range(24)) + " end"
EDIT = "sample.py\n<<<<<<< SEARCH\n    return a + b\n=======\n{new}\n>>>>>>> REPLACE\n"


def proposed(nvim: Driver, model: Loopback, new: str = "    return b + a") -> None:
    nvim.nvim.ui_attach(80, 24, rgb=True)
    model.faults(default={"text": EDIT.format(new=new)})
    nvim.command("4,5Tierwise edit swap")
    nvim.previewed()


def window(nvim: Driver) -> list[str]:
    """The rows of the current window on the screen, once the editor has come to rest."""
    nvim.nvim.input("<Ignore>")
    top, left, height, width = nvim.lua(
        "local w = vim.fn.getwininfo(vim.api.nvim_get_current_win())[1]"
        " return { w.winrow, w.wincol, w.height, w.width }"
    )
    return [row[left - 1 : left - 1 + width] for row in nvim.screen()[top - 1 : top - 1 + height]]


def test_header_and_keys_are_whole_in_narrow_windows(nvim: Driver, model: Loopback) -> None:
    proposed(nvim, model)
    for line in ("vsplit", "vsplit", "set number signcolumn=yes:2"):
        nvim.command(line)
        nvim.until(lambda: all(key in " ".join(" ".join(window(nvim)).split()) for key in KEYS))
        seen = " ".join(" ".join(window(nvim)).split())
        headline = nvim.lua(
            "local t = require('tierwise.tasks').where(function() return true end)[1]"
            " return t.decision.headline .. ' · ' .. require('tierwise.money').amount(t.costUsd)"
            " .. ' · ' .. t.decision.because"
        )
        assert "Tierwise " + headline in seen
    nvim.command("only")
    nvim.until(lambda: any(all(key in row for key in KEYS[:4]) for row in window(nvim)))


def test_a_long_new_line_wraps_or_scrolls(nvim: Driver, model: Loopback) -> None:
    nvim.command("set nowrap")
    proposed(nvim, model, LONG)
    assert not any("word23 end" in row for row in window(nvim))
    nvim.command("set virtualedit=all")
    nvim.keys("gg5G210|")
    nvim.until(lambda: any("word23 end" in row for row in window(nvim)))
    nvim.command("set wrap virtualedit=")
    nvim.keys("gg")
    nvim.until(lambda: "word23 end" in "".join(row.strip() + " " for row in window(nvim)))
    shown = "".join(row[2:] if row.startswith(("+ ", "  ")) else "" for row in window(nvim))
    assert " ".join(LONG.split()) in " ".join(shown.split())


@pytest.mark.parametrize(
    "options",
    [
        "number",
        "number signcolumn=no",
        "number signcolumn=number",
        "foldcolumn=2 signcolumn=yes:2",
        r"statuscolumn=%l\ %s\ ",
        r"statuscolumn=%s%=%l│",
        r"number statuscolumn=%l\ │\ ",
    ],
)
def test_plus_stands_where_minus_stands(nvim: Driver, model: Loopback, options: str) -> None:
    nvim.command(f"set {options}")
    proposed(nvim, model)
    rows = window(nvim)
    old = next(row for row in rows if "return a + b" in row)
    new = next(row for row in rows if "return b + a" in row)
    assert "-" in old.split("return")[0], "not by colour alone"
    assert new.index("+") == old.index("-")
    assert new.index("return") == old.index("return"), "code stands below code"


def previewed_in(column: str, nvim: Driver, model: Loopback, answer: str) -> None:
    """Show an answer's preview in a Neovim with that status column."""
    nvim.lua(column)
    nvim.nvim.ui_attach(80, 24, rgb=True)
    model.faults(default={"text": answer})
    nvim.command("4,5Tierwise edit shorter")
    nvim.previewed()


BY_ROW = """
vim.o.statuscolumn = "%{%v:lua.ByRow()%}"
function _G.ByRow()
  local at = { vim.v.lnum - 1, 0 }
  local wanted = { type = "sign", details = true }
  for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, -1, at, at, wanted)) do
    return "%#" .. mark[4].sign_hl_group .. "#" .. mark[4].sign_text .. "%* "
  end
  return "   "
end
"""
"""A status column that asks, as snacks.nvim does, for the signs that begin in a row."""


def test_a_status_column_that_looks_row_by_row_finds_every_minus(
    nvim: Driver, model: Loopback
) -> None:
    answer = (
        "sample.py\n<<<<<<< SEARCH\ndef add_numbers(a, b):\n    return a + b\n"
        "=======\nadd_numbers = sum\n>>>>>>> REPLACE\n"
    )
    previewed_in(BY_ROW, nvim, model, answer)
    rows = window(nvim)
    assert [row[:1] for row in rows if "add_numbers(a" in row or "return a + b" in row] == [
        "-",
        "-",
    ]
    assert next(row for row in rows if "add_numbers = sum" in row)[0] == "+"


KEPT = """
vim.o.statuscolumn = "%!v:lua.column()"
local kept, timer = {}, vim.uv.new_timer()
timer:start(50, 50, vim.schedule_wrap(function() kept = {} end))
function _G.column()
  local at = vim.v.lnum - 1
  if not kept[at] then
    local wanted = { type = "sign", details = true }
    local mark = vim.api.nvim_buf_get_extmarks(0, -1, { at, 0 }, { at, 0 }, wanted)[1]
    kept[at] = mark and "%#" .. mark[4].sign_hl_group .. "#" .. mark[4].sign_text .. "%* " or "   "
  end
  return kept[at]
end
"""
"""The same with what it found kept for a while."""


def test_a_status_column_that_shows_signs_late_gets_its_plus_below_the_minus(
    nvim: Driver, model: Loopback
) -> None:
    answer = (
        "sample.py\n<<<<<<< SEARCH\n    return a + b\n=======\n    return b + a\n>>>>>>> REPLACE\n"
    )
    previewed_in(KEPT, nvim, model, answer)

    def signs() -> bool:
        rows = window(nvim)
        return [row[:1] for row in rows if "return" in row] == ["-", "+"]

    for _ in range(2):
        nvim.until(signs)
        nvim.lua("local b = vim.api.nvim_get_current_buf() require('tierwise.preview').draw(b)")


def test_closed_folds_are_opened_over_a_proposal(
    nvim: Driver, model: Loopback, workspace: Path
) -> None:
    nvim.command("set foldmethod=indent foldlevel=0 foldminlines=0")
    assert nvim.lua("return vim.fn.foldclosed(5)") == 5
    proposed(nvim, model)
    nvim.until(lambda: any("return b + a" in row for row in window(nvim)))
    assert nvim.lua("return vim.fn.foldclosed(9)") == 9, "other folds stay as they are"
    nvim.keys("zM")
    assert nvim.lua("return vim.fn.foldclosed(5)") == 5, "and what is closed by hand stays closed"
    nvim.keys("gg]v")
    assert nvim.lua("return vim.fn.foldclosed(5)") == -1, "until one goes there"
    nvim.command("set foldmethod=manual")
    nvim.command("split")
    nvim.command("1,9fold")
    nvim.command("edit other.py")
    nvim.command("edit sample.py")
    nvim.until("return vim.fn.foldclosed(5) == -1")


def test_rows_of_the_list_differ_where_they_differ(
    nvim: Driver, model: Loopback, workspace: Path
) -> None:
    names = [f"part_{n}.py" for n in range(4)]
    for name in names:
        (workspace / name).write_text(SAMPLE, encoding="utf-8")
    block = (
        "{0}\n<<<<<<< SEARCH\ndef add_numbers(a, b):\n    return a + b\n=======\n"
        "def add_numbers(a, b):\n    return {1}\n>>>>>>> REPLACE\n\n"
        '{0}\n<<<<<<< SEARCH\ndef greet(name):\n    print(f"hello {{name}}")\n=======\n'
        "def greet(name):\n>>>>>>> REPLACE\n"
    )
    model.faults(
        default={"text": "\n".join(block.format(n, f"b + a + {i}") for i, n in enumerate(names))}
    )
    nvim.command("%Tierwise edit swap " + " ".join("@" + name for name in names))
    nvim.previewed()
    nvim.command("Tierwise list")
    texts = [row.split("| ", 1)[1] for row in nvim.text.splitlines()]
    assert len(texts) == 8
    changed = [text for text in texts if text.startswith("return b + a + ")]
    assert len(changed) == 4
    assert len(set(changed)) == 4
    assert sum(text.startswith('removed: print(f"hello {name}")') for text in texts) == 4
