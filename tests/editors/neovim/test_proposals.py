"""Proposals in a real Neovim: seen, applied, discarded, undone, byte for byte."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import Driver, Open, asked
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

DOCUMENTED = SAMPLE.replace(
    "def add_numbers(a, b):\n",
    'def add_numbers(a, b):\n    """Add numbers. Takes `a`, `b`."""\n',
)
TWO_HUNKS = """\
sample.py
<<<<<<< SEARCH
    return a + b
=======
    return b + a
>>>>>>> REPLACE

sample.py
<<<<<<< SEARCH
    print(f"hello {name}")
=======
    print(f"good day {name}")
>>>>>>> REPLACE
"""
TWO_FILES = (
    TWO_HUNKS
    + """
other.py
<<<<<<< SEARCH
value = 1
=======
value = 2
>>>>>>> REPLACE

new.py
<<<<<<< SEARCH
=======
made = True
>>>>>>> REPLACE
"""
)
OTHER = "value = 1\n"
ODD = "größe = 'naïve 🎉 cafe\u0301'\nzwei = '日本語'\ndrei = 3\n"


def selects(nvim: Driver, keys: str, model: Loopback) -> str:
    """Select by keys, ask for documentation, and tell what the model was sent as selection."""
    model.faults(queue=[{"text": "I would not change this."}])
    nvim.keys(keys + ":Tierwise document<CR>")
    nvim.until(lambda: model.requests())
    piece = asked(model).selection
    assert piece is not None
    return piece.text


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("gg0fövf🎉", "öße = 'naïve 🎉"),
        ("gg0fcvj0fz", None),
        ("gg0ffvt'", "fe\u0301"),
        ("ggVj", "größe = 'naïve 🎉 cafe\u0301'\nzwei = '日本語'"),
        ("gg0fö<C-v>jl", "größe = 'naïve 🎉 cafe\u0301'\nzwei = '日本語'"),
        ("2G0f日v$", "日本語'"),
    ],
    ids=["charwise", "across-lines", "combining", "linewise", "blockwise", "to-the-end"],
)
def test_a_selection_is_sent_to_the_character(
    open_nvim: Open, workspace: Path, model: Loopback, keys: str, expected: str | None
) -> None:
    (workspace / "odd.py").write_text(ODD, encoding="utf-8")
    nvim = open_nvim("odd.py").ready()
    got = selects(nvim, keys, model)
    assert got.rstrip("\n") == (expected if expected is not None else "cafe\u0301'\nz")
    assert nvim.text == ODD


def test_nothing_changes_before_apply_and_one_undo_takes_it_back(
    nvim: Driver, model: Loopback, workspace: Path
) -> None:
    nvim.keys("4GVj:Tierwise document<CR>")
    nvim.previewed()
    assert nvim.text == SAMPLE
    assert not nvim.nvim.current.buffer.options["modified"]
    drawn = nvim.drawn()
    assert '"""Add numbers. Takes `a`, `b`."""' in drawn
    assert "Tierwise Haiku" in drawn, "the header names the tier"
    assert re.search(r"\d in \d", drawn), "and how sure the router is"
    assert "¢" in drawn, "and what it cost"
    assert "do apply" in drawn, "and the keys that work here"
    assert "+" in drawn, "not by colour alone"
    nvim.command("Tierwise apply all")
    nvim.until(lambda: nvim.text == DOCUMENTED)
    assert nvim.written() == DOCUMENTED.encode()
    nvim.state("applied")
    nvim.keys("u")
    assert nvim.text == SAMPLE
    nvim.state("proposed")
    nvim.until(lambda: '"""Add numbers. Takes `a`, `b`."""' in nvim.drawn())
    assert nvim.written() == (workspace / "sample.py").read_bytes()
    assert len(model.requests()) == 1


def test_hunks_grow_while_the_answer_is_written(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": TWO_HUNKS, "delay": 0.3})
    nvim.command("4,9Tierwise edit add and greet the other way around")
    drawn = nvim.until(lambda: "return b + a" in (text := nvim.drawn()) and text)
    assert nvim.task()["state"] == "running"
    assert "good day" not in drawn
    assert "Tierwise stop" in drawn, "the line above says that it runs"
    assert nvim.text == SAMPLE
    assert nvim.lua("return vim.fn.maparg('do', 'n')") == "", "no keys: there is nothing to apply"
    nvim.command("Tierwise apply")
    nvim.note("nothing is proposed")
    nvim.previewed()
    assert nvim.drawn().count("return b + a") == 1
    assert "good day" in nvim.drawn()
    assert nvim.lua("return next(require('tierwise.preview.growing').shown)") is None
    assert nvim.text == SAMPLE


def test_a_stopped_answer_leaves_nothing_on_screen(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": TWO_HUNKS, "delay": 0.3})
    nvim.command("4,9Tierwise edit add and greet the other way around")
    nvim.until(lambda: "return b + a" in nvim.drawn())
    nvim.command("Tierwise stop")
    nvim.state("cancelled")
    nvim.until(lambda: nvim.drawn() == "")
    assert nvim.text == SAMPLE


def test_keys_exist_only_while_a_proposal_is_open(nvim: Driver) -> None:
    nvim.lua("vim.keymap.set('n', ']v', '<Nop>', { buffer = 0, desc = 'mine' })")
    nvim.keys("4GVj:Tierwise document<CR>")
    nvim.previewed()
    assert nvim.lua("return vim.fn.maparg('do', 'n', false, true).desc") == "Tierwise: apply"
    nvim.keys("dQ")
    nvim.state("discarded")
    nvim.until("return next(require('tierwise.preview').open) == nil")
    assert nvim.lua("return vim.fn.maparg('do', 'n')") == ""
    assert nvim.lua("return vim.fn.maparg(']v', 'n', false, true).desc") == "mine"
    assert nvim.drawn() == ""
    assert nvim.text == SAMPLE


def test_hunks_are_taken_one_by_one_with_keys_and_dot(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": TWO_HUNKS})
    nvim.keys("ggVG:Tierwise edit kinder<CR>")
    nvim.previewed()
    nvim.keys("gg]v")
    assert nvim.nvim.current.window.cursor[0] == 5
    nvim.keys("]v")
    assert nvim.nvim.current.window.cursor[0] == 9
    nvim.keys("]v")
    assert nvim.nvim.current.window.cursor[0] == 5, "around the end"
    nvim.keys("2]v")
    assert nvim.nvim.current.window.cursor[0] == 5, "a count of two goes full circle"
    nvim.keys("[vdo")
    nvim.until(lambda: "good day" in nvim.text)
    assert "return a + b" in nvim.text, "the other hunk still waits"
    nvim.state("partlyApplied")
    nvim.until("return #require('tierwise.preview.cursor').rows(0) == 1")
    nvim.keys(".")
    nvim.until(lambda: "return b + a" in nvim.text)
    nvim.state("applied")
    nvim.keys("u")
    assert "return a + b" in nvim.text
    assert "good day" in nvim.text, "each apply is its own undo step"
    nvim.keys("u")
    assert nvim.text == SAMPLE


def test_a_hunk_taken_back_by_undo_is_proposed_again(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": TWO_HUNKS})
    nvim.command("%Tierwise edit kinder")
    nvim.previewed()
    nvim.keys("9Gdo")
    nvim.state("partlyApplied")
    nvim.until("return #require('tierwise.preview.cursor').rows(0) == 1")
    nvim.keys("u")
    nvim.state("proposed")
    nvim.until("return #require('tierwise.preview.cursor').rows(0) == 2")
    nvim.command("Tierwise apply all")
    nvim.until(lambda: "good day" in nvim.text and "return b + a" in nvim.text)
    nvim.state("applied")


def test_a_hunk_is_discarded_and_the_rest_applied(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": TWO_HUNKS})
    nvim.command("%Tierwise edit kinder")
    nvim.previewed()
    nvim.keys("5Gdq")
    nvim.until("return #require('tierwise.preview.cursor').rows(0) == 1")
    nvim.command("Tierwise apply file")
    nvim.until(lambda: "good day" in nvim.text)
    assert nvim.text == SAMPLE.replace("hello", "good day")


def test_several_files_are_listed_applied_and_undone_as_one(
    open_nvim: Open, model: Loopback, workspace: Path
) -> None:
    (workspace / "other.py").write_text(OTHER, encoding="utf-8")
    nvim = open_nvim().ready()
    model.faults(default={"text": TWO_FILES})
    nvim.command("%Tierwise edit kinder @other.py")
    nvim.previewed()
    listed = nvim.until(
        "return vim.tbl_map(function(i) return vim.fs.basename(vim.api.nvim_buf_get_name(i.bufnr))"
        " .. ':' .. i.lnum end, vim.fn.getqflist())"
    )
    assert listed == ["sample.py:5", "sample.py:9", "other.py:1", "new.py:1"]
    assert "new file new.py, 1 line" in nvim.drawn()
    nvim.command("edit other.py")
    nvim.until(lambda: "+" in nvim.drawn())
    assert "value = 2" in nvim.drawn(), "another file shows its own hunks when it is opened"
    nvim.command("edit sample.py")
    nvim.lua("table.insert(_G.picks, 'Apply')")
    nvim.command("Tierwise apply all")
    nvim.until(lambda: "good day" in nvim.text)
    nvim.until("return vim.fn.getbufline(vim.fn.bufnr('other.py'), 1)[1] == 'value = 2'")
    nvim.until("return vim.fn.getbufline(vim.fn.bufnr('new.py'), 1)[1] == 'made = True'")
    nvim.state("applied")
    nvim.command("Tierwise undo")
    nvim.until(lambda: nvim.text == SAMPLE)
    nvim.until("return vim.fn.getbufline(vim.fn.bufnr('other.py'), 1)[1] == 'value = 1'")
    nvim.until(lambda: not (workspace / "new.py").exists())


def test_files_that_nobody_has_open_are_written_and_written_back(
    nvim: Driver, workspace: Path, model: Loopback
) -> None:
    closed = [workspace / name for name in ("other.py", "inner/third.py")]
    closed[1].parent.mkdir()
    for path in closed:
        path.write_text(OTHER, encoding="utf-8")
    third = "\n\ninner/third.py\n<<<<<<< SEARCH\nvalue = 1\n=======\nvalue = 2\n>>>>>>> REPLACE\n"
    model.faults(default={"text": TWO_FILES.split("new.py")[0] + third})
    nvim.command("%Tierwise edit kinder")
    nvim.previewed()
    nvim.lua("table.insert(_G.picks, 'Apply')")
    nvim.command("Tierwise apply all")
    nvim.state("applied")
    asked_of = [one["prompt"] for one in nvim.lua("return _G.asked") if isinstance(one, dict)]
    assert any("other.py, inner/third.py" in prompt for prompt in asked_of)
    assert [path.read_text() for path in closed] == ["value = 2\n"] * 2
    assert nvim.lua("return vim.fn.bufloaded('other.py')") == 0
    assert nvim.lua("return vim.bo.modified"), "a file that is open is saved by the operator"
    nvim.command("Tierwise undo")
    nvim.until(lambda: nvim.text == SAMPLE)
    nvim.until(lambda: [path.read_text() for path in closed] == [OTHER] * 2)


def test_text_typed_meanwhile_is_kept_and_hunks_follow_it(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": TWO_HUNKS})
    nvim.command("%Tierwise edit kinder")
    nvim.previewed()
    nvim.keys("ggO# mine<Esc>")
    nvim.until("return vim.deep_equal(require('tierwise.preview.cursor').rows(0), { 5, 9 })")
    nvim.keys("10GA  # and this<Esc>")
    nvim.until(lambda: "does not fit" in nvim.drawn())
    nvim.command("Tierwise apply all")
    nvim.until(lambda: "return b + a" in nvim.text)
    assert nvim.text == "# mine\n" + SAMPLE.replace("a + b", "b + a").replace(
        '{name}")', '{name}")  # and this'
    )


def test_an_edit_for_another_version_is_refused(nvim: Driver) -> None:
    refused = nvim.lua(
        "local client = require('tierwise.client').get(0)"
        " return require('tierwise.apply').on_apply_edit(nil, { edit = { documentChanges = { {"
        " textDocument = { uri = vim.uri_from_bufnr(0), version = 1 }, edits = { { newText = 'x',"
        " range = { start = { line = 0, character = 0 }, ['end'] = { line = 0, character = 0 } }"
        " } } } } } }, { client_id = client.id })"
    )
    assert refused == {"applied": False, "failureReason": "sample.py changed meanwhile"}
    assert nvim.text == SAMPLE


def test_side_by_side_in_a_tab(nvim: Driver) -> None:
    nvim.keys("4GVj:Tierwise document<CR>")
    nvim.previewed()
    nvim.command("Tierwise diff")
    assert nvim.lua("return #vim.api.nvim_list_tabpages()") == 2
    shown = nvim.lua(
        "return vim.tbl_map(function(w) return table.concat(vim.api.nvim_buf_get_lines("
        "vim.api.nvim_win_get_buf(w), 0, -1, false), '\\n') .. '\\n' end,"
        " vim.api.nvim_tabpage_list_wins(0))"
    )
    assert shown == [SAMPLE, DOCUMENTED]
    assert nvim.lua("return vim.wo.diff")
    nvim.keys("a")
    nvim.until(lambda: nvim.lua("return #vim.api.nvim_list_tabpages()") == 1)
    nvim.until(lambda: nvim.text == DOCUMENTED)


@pytest.mark.parametrize(
    "text",
    [SAMPLE.replace("\n", "\r\n"), SAMPLE.rstrip("\n"), "\ufeff" + SAMPLE],
    ids=["crlf", "no-end-of-line", "byte-order-mark"],
)
def test_bytes_around_an_edit_stay(
    open_nvim: Open, model: Loopback, workspace: Path, text: str
) -> None:
    (workspace / "sample.py").write_bytes(text.encode())
    nvim = open_nvim().ready()
    model.faults(default={"text": TWO_HUNKS})
    nvim.command("%Tierwise edit kinder")
    nvim.previewed()
    nvim.command("Tierwise apply all")
    nvim.until(lambda: "good day" in nvim.text)
    expected = text.replace("a + b", "b + a").replace("hello", "good day")
    assert nvim.written() == expected.encode()
    nvim.keys("u")
    assert nvim.written() == text.encode()


def test_stock_keys_run_code_actions_and_lenses(open_nvim: Open, model: Loopback) -> None:
    nvim = open_nvim(
        more="vim.g.tierwise = vim.tbl_extend('force', vim.g.tierwise, { codelens = true })"
        " vim.lsp.enable('tierwise')"
    ).ready()
    nvim.lua("table.insert(_G.picks, 'Add docs')")
    nvim.keys("4GVjgra")
    nvim.previewed()
    nvim.until(
        "return vim.iter(vim.lsp.codelens.get and vim.lsp.codelens.get("
        "vim.fn.has('nvim-0.12') == 1 and { bufnr = 0 } or 0) or {}):any(function(l)"
        " local lens = l.lens or l return lens.command and lens.command.title == 'Apply' end)"
    )
    nvim.lua("table.insert(_G.picks, 'Apply')")
    nvim.keys("<Esc>4G")
    if nvim.version == "0.12":
        nvim.keys("grx")
    else:
        nvim.lua("vim.lsp.codelens.run()")
    nvim.until(lambda: nvim.text == DOCUMENTED)


def test_what_is_out_of_sight_is_drawn_a_moment_later(
    open_nvim: Open, model: Loopback, workspace: Path
) -> None:
    lines, hunks = 1200, 300
    text = [f"value_{n} = {n}" for n in range(lines)]
    (workspace / "long.py").write_text("\n".join(text) + "\n", encoding="utf-8")
    blocks = (
        f"long.py\n<<<<<<< SEARCH\nvalue_{n} = {n}\n=======\nvalue_{n} = -{n}\n>>>>>>> REPLACE\n"
        for n in range(0, lines, lines // hunks)
    )
    nvim = open_nvim("long.py").ready()
    model.faults(default={"text": "\n".join(blocks)})
    nvim.command("%Tierwise edit turn the signs")
    nvim.previewed()
    drawn = (
        "return #vim.api.nvim_buf_get_extmarks(0, require('tierwise.preview.render').ns, 0, -1,"
        " { type = 'virt_lines' })"
    )
    nvim.until(lambda: nvim.lua(drawn) == hunks + 1)
    nvim.keys("ggO# mine<Esc>")
    nvim.until("return require('tierwise.preview.cursor').rows(0)[1] == 1")
    nvim.until(lambda: nvim.lua(drawn) == hunks + 1)
    draw = "require('tierwise.preview').draw(vim.api.nvim_get_current_buf()) "
    before = nvim.lua(draw + drawn)
    assert before < hunks, "what no window shows waits"
    nvim.lua(draw)
    nvim.until(lambda: nvim.lua(drawn) > hunks)
    most = (
        "local most = 0 vim.wait(60, function()"
        f" most = math.max(most, (function() {drawn} end)()) return false end, 5) return most"
    )
    assert nvim.lua(most) <= hunks + 1, "a second drawing ends the slices of the first"
    # The editor may draw once more by itself; that drawing ends whole too.
    nvim.until(lambda: nvim.lua(drawn) == hunks + 1)
    nvim.lua(draw)
    nvim.command("Tierwise discard all")
    nvim.state("discarded")
    nvim.until(lambda: nvim.lua(drawn) == 0)
    nvim.lua("vim.wait(60)")
    assert nvim.lua(drawn) == 0, "nothing is drawn of what is gone"
