"""A set-up like that of many: Space for both leaders, keys of other plugins, replaced messages and
menus, a status column, format on save, and fugitive and ALE as Debian packages them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import WAIT, Driver, Open
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

PACKAGED = (Path("/usr/share/vim-fugitive"), Path("/usr/share/vim-ale"))
SETUP = """
vim.g.mapleader, vim.g.maplocalleader = ' ', ' '
_G.pressed, _G.titles = {}, {}
for _, lhs in ipairs({ '<Space>d', '<Space>db', '<Space>rn', '<Space>a', ']h', '[h' }) do
  vim.keymap.set('n', lhs, function() table.insert(_G.pressed, lhs) end)
end
local notify, select = vim.notify, vim.ui.select
vim.notify = function(text, level, opts)
  table.insert(_G.titles, (opts or {}).title or '')
  notify(text, level)
end
vim.ui.select = function(items, opts, done)
  vim.schedule(function() select(items, opts, done) end)
end
vim.o.number, vim.o.statuscolumn = true, '%s%=%{v:relnum} '
vim.g.ale_linters, vim.g.ale_disable_lsp = { python = {} }, 1
vim.api.nvim_create_autocmd('BufWritePre', {
  callback = function() vim.cmd([[silent! keeppatterns %s/\\s\\+$//e]]) end,
})
"""
EDIT = "sample.py\n<<<<<<< SEARCH\n    return a + b\n=======\n    return b + a{}\n>>>>>>> REPLACE\n"


@pytest.fixture
def crowded(open_nvim: Open, workspace: Path) -> Driver:
    missing = [str(path) for path in PACKAGED if not path.exists()]
    if missing:
        if os.environ.get("CI") == "true":
            raise AssertionError(f"{missing} are not installed")
        pytest.skip(f"{missing} are not installed: run make editors")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for words in (["init", "-q"], ["add", "sample.py"], ["commit", "-qm", "first"]):
        subprocess.run([*git, *words], cwd=workspace, check=True, capture_output=True)
    more = "".join(f"vim.opt.rtp:append([[{path}]])\n" for path in PACKAGED)
    return open_nvim(more=more + SETUP + "vim.lsp.enable('tierwise')").ready()


def test_keys_of_others_stay_theirs_while_something_is_proposed(
    crowded: Driver, model: Loopback
) -> None:
    model.faults(default={"text": EDIT.format("")})
    crowded.command("4,5Tierwise edit swap")
    crowded.previewed()
    crowded.keys("5G")
    for lhs in ("<Space>db", "<Space>rn", "<Space>a", "]h", "[h"):
        crowded.keys(lhs)
    assert crowded.lua("return _G.pressed") == ["<Space>db", "<Space>rn", "<Space>a", "]h", "[h"]
    assert crowded.text == SAMPLE
    assert len(model.requests()) == 1, "nothing was paid for on the way"
    crowded.command("Tierwise chat")
    crowded.keys("<Space>rn<Space>db")
    assert len(crowded.lua("return _G.pressed")) == 7
    assert len(model.requests()) == 1
    crowded.command("wincmd p")
    crowded.command("Tierwise keys")
    shown = crowded.float()
    assert "do" in shown
    assert "redo one tier up" in shown
    crowded.keys("5Gdo")
    crowded.until(lambda: "return b + a" in crowded.text)
    crowded.until("return vim.fn.maparg('do', 'n') == ''")


def test_a_hand_that_rests_after_the_d_applies_and_discards_all_the_same(
    crowded: Driver, model: Loopback
) -> None:
    model.faults(default={"text": EDIT.format("")})
    crowded.command("set timeoutlen=20")
    crowded.command("onoremap q iw")

    def rests() -> None:
        crowded.nvim.input("5G")
        crowded.nvim.input("d")
        deadline = time.monotonic() + WAIT
        while crowded.nvim.request("nvim_get_mode") != {"mode": "no", "blocking": False}:
            assert time.monotonic() < deadline
            # Each question begins the wait for a next key anew, so it must come after its end.
            time.sleep(0.1)

    shown = ""
    for key, state in (("o", "applied"), ("Q", "discarded")):
        crowded.command("4,5Tierwise edit swap")
        shown = crowded.previewed(after=shown)
        rests()
        crowded.nvim.input(key)
        crowded.state(state)
        crowded.command("silent undo 0")
    crowded.command("4,5Tierwise edit swap")
    crowded.previewed(after=shown)
    rests()
    crowded.nvim.input("q")
    crowded.until(lambda: crowded.text != SAMPLE)
    assert "    return b" not in crowded.text, "a motion of that name stays a motion"
    crowded.command("normal! u")
    rests()
    crowded.nvim.input("d")
    crowded.until(lambda: crowded.text == SAMPLE.replace("    return a + b\n", ""))


def test_apply_save_and_undo_with_format_on_save(
    crowded: Driver, model: Loopback, workspace: Path
) -> None:
    model.faults(default={"text": EDIT.format("  ")})
    crowded.command("4,5Tierwise edit swap")
    crowded.previewed()
    row = next(row for row in crowded.screen() if "return b + a" in row)
    assert row.index("+") < row.index("return"), "the plus stands in the status column"
    crowded.keys("dO")
    crowded.until(lambda: "return b + a" in crowded.text)
    crowded.command("write")
    assert "return b + a\n" in (workspace / "sample.py").read_text(encoding="utf-8")
    crowded.keys("uu")
    crowded.until(lambda: crowded.text == SAMPLE)
    crowded.until(lambda: "return b + a" in crowded.drawn())


def test_what_fugitive_shows_has_no_server_and_costs_nothing(
    crowded: Driver, model: Loopback
) -> None:
    clients = "return #vim.lsp.get_clients({ name = 'tierwise', _uninitialized = true })"
    for line in ("Gedit HEAD:%", "Git", "Gdiffsplit", "wincmd w"):
        crowded.command(line)
    blob = crowded.lua(
        "for _, buf in ipairs(vim.api.nvim_list_bufs()) do"
        " local name = vim.api.nvim_buf_get_name(buf) if name:find('^fugitive:') then"
        " vim.cmd.buffer(buf) return name end end"
    )
    assert blob
    crowded.command("Tierwise explain")
    crowded.note("this buffer")
    attached = (
        "return #vim.lsp.get_clients({ name = 'tierwise', bufnr = 0, _uninitialized = true })"
    )
    assert crowded.lua(attached) == 0
    assert crowded.lua(clients) == 1
    assert model.requests() == []
    said = [note for note in crowded.notes() if "Tierwise" in note]
    assert all(note.count("Tierwise: ") == 1 for note in said)
    assert "Tierwise" not in crowded.lua("return _G.titles"), "the name stands in the text alone"


def test_in_a_diff_the_keys_of_a_diff_hold(crowded: Driver, model: Loopback) -> None:
    model.faults(default={"text": EDIT.format("")})
    crowded.command("4,5Tierwise edit swap")
    crowded.previewed()
    crowded.command("vnew")
    crowded.lua(
        "vim.api.nvim_buf_set_lines(0, 0, -1, false, { 'import os', '', '', 'def other():' })"
    )
    for line in ("diffthis", "wincmd p", "diffthis"):
        crowded.command(line)
    crowded.keys("4Gdo")
    crowded.until(lambda: "def other():" in crowded.text)
    assert "return b + a" not in crowded.text, (
        "it obtained from the other window, and applied nothing"
    )
