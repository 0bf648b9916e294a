"""What goes wrong and what goes on: stops, failures, restarts, two windows."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import PLUGIN, Driver, Open, asked
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

LONG = "word " * 4000
FOUND = (
    "local found = {} for _, c in ipairs(vim.lsp.get_clients({ name = 'tierwise' })) do"
    " table.insert(found, c.id) end return found"
)


def server_pid(nvim: Driver) -> int:
    """The process of the server, found as the child of this Neovim."""
    own = nvim.lua("return vim.uv.os_getpid()")
    children = [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and parent(int(entry.name)) == own
    ]
    assert len(children) == 1, children
    return children[0]


def parent(pid: int) -> int | None:
    try:
        return int((Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return None


def test_stop_while_streaming_keeps_what_was_said(nvim: Driver, model: Loopback) -> None:
    model.faults(queue=[{"text": LONG, "delay": 0.02}])
    nvim.command("Tierwise ask tell me all")
    nvim.until(lambda: "word word" in nvim.chat())
    assert "TierwiseStreaming" in nvim.events()
    nvim.command("Tierwise stop")
    nvim.answered(1)
    text = nvim.chat()
    assert "cancelled" in text
    assert "word word" in text
    assert "## You\n" in text[-10:], "the composer is there for the next question"


def test_an_answer_whose_chat_is_wiped_costs_no_more(nvim: Driver, model: Loopback) -> None:
    model.faults(queue=[{"text": LONG, "delay": 0.02}])
    nvim.command("Tierwise! chat")
    nvim.command("Tierwise ask what is it?")
    nvim.until(lambda: len(nvim.chat()) > 200)
    nvim.lua("vim.api.nvim_buf_delete(require('tierwise.chat').latest().buf, { force = true })")
    nvim.state("cancelled")
    nvim.command("Tierwise chat")
    assert "## You" in nvim.chat(), "and there is a new one"


def test_an_edit_is_stopped_and_its_line_goes(nvim: Driver, model: Loopback) -> None:
    model.faults(queue=[{"text": LONG, "delay": 0.02}])
    nvim.command("4,5Tierwise edit something long")
    nvim.until(lambda: "working" in nvim.drawn())
    assert ":Tierwise stop" in nvim.drawn()
    nvim.command("Tierwise stop")
    nvim.state("cancelled")
    assert nvim.drawn() == ""
    assert nvim.text == SAMPLE


def test_typing_goes_on_while_an_answer_streams(nvim: Driver, model: Loopback) -> None:
    model.faults(queue=[{"text": LONG, "delay": 0.01}])
    nvim.command("Tierwise ask tell me all")
    nvim.until(lambda: "word word" in nvim.chat())
    nvim.command("Tierwise chat")
    nvim.keys("Goa next question<Esc>")
    nvim.command("Tierwise stop")
    nvim.answered(1)
    assert nvim.chat().endswith("a next question")
    assert nvim.chat().count("a next question") == 1


def test_a_failover_is_said_and_drawn(nvim: Driver, model: Loopback) -> None:
    down = {"status": 529, "kind": "overloaded_error"}
    model.faults(by_model={"claude-haiku-5-5": down})
    nvim.command("4,5Tierwise document")
    nvim.previewed()
    assert "TierwiseFailover" in nvim.events()
    data = nvim.lua(
        "for _, e in ipairs(_G.events) do"
        " if e.name == 'TierwiseFailover' then return e.data end end"
    )
    assert data["routed"] == "haiku"
    assert data["answering"] != "haiku"
    assert data["cause"] == "failover"
    assert nvim.notes() == ["Tierwise: Haiku is overloaded; Sonnet answers."]
    assert "Haiku is overloaded" in nvim.drawn()


def test_what_was_not_sent_is_said_quietly(
    open_nvim: Open, model: Loopback, workspace: Path
) -> None:
    (workspace / ".cursorignore").write_text("keys.py\n", encoding="utf-8")
    (workspace / "keys.py").write_text("value = 1\n", encoding="utf-8")
    nvim = open_nvim("keys.py", "sample.py").ready()
    nvim.command("edit sample.py")
    nvim.command("4,5Tierwise document")
    nvim.previewed()
    told = "Not sent: keys.py (ignored by .cursorignore)"
    assert told in nvim.drawn()
    down = {"status": 529, "kind": "overloaded_error"}
    model.faults(by_model={"claude-haiku-5-5": down})
    nvim.command("4,5Tierwise explain")
    nvim.answered()
    said = [line for line in nvim.chat().splitlines() if line.startswith("> ")]
    assert said[0] == "> " + told, "it stays above the answer of whoever stands in"
    assert said.count("> " + told) == 1
    assert "> Haiku is overloaded; Sonnet answers" in said
    assert not any("Not sent" in note for note in nvim.notes()), "nothing pops up"
    nvim.command("Tierwise chat")
    nvim.keys("d.")
    nvim.until(lambda: "> again on Sonnet" in nvim.chat())
    nvim.answered()
    said = [line for line in nvim.chat().splitlines() if line.startswith("> ")]
    assert said.count("> " + told) == 1
    assert not any("overloaded" in line for line in said), "a redo begins without old switches"


def test_a_failure_is_one_sentence(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"status": 400, "kind": "invalid_request_error"})
    nvim.command("4,5Tierwise document")
    nvim.state("failed")
    nvim.until("return #_G.notes > 0")
    assert all("Traceback" not in note for note in nvim.notes())
    assert nvim.drawn() == ""
    assert nvim.lua("return require('tierwise.say').last_error ~= nil")


def test_a_killed_server_comes_back_with_its_proposals_and_pins(
    open_nvim: Open, model: Loopback
) -> None:
    nvim = open_nvim(plain=True).ready()
    nvim.command("Tierwise pin opus")
    nvim.note("session: Opus answers")
    nvim.command("4,5Tierwise document")
    nvim.previewed()
    before = nvim.lua(FOUND)
    os.kill(server_pid(nvim), signal.SIGKILL)
    nvim.note("the server ended and was started again")
    nvim.until(
        "local old = ... local now = vim.lsp.get_clients({ name = 'tierwise', bufnr = 0 })[1]"
        " return now ~= nil and now.initialized and now.id ~= old",
        before[0],
    )
    nvim.until(lambda: "Add numbers" in nvim.drawn())
    assert len(model.requests()) == 1, "it is kept, and not asked for again"
    assert nvim.notes()[1:] == ["Tierwise: the server ended and was started again."]
    nvim.command("Tierwise apply all")
    nvim.until(lambda: "Add numbers" in nvim.text)
    nvim.state("applied")
    nvim.command("9,10Tierwise document")
    nvim.until(lambda: "Greet" in nvim.drawn())
    assert "Opus, pinned" in nvim.drawn()


def test_two_neovims_share_one_ledger(open_nvim: Open, workspace: Path, model: Loopback) -> None:
    (workspace / "two.py").write_text(SAMPLE, encoding="utf-8")
    one, two = open_nvim(plain=True), open_nvim("two.py", plain=True)
    for nvim in (one, two):
        nvim.ready()
    for nvim in (one, two):
        nvim.command("4,5Tierwise document")
    for nvim in (one, two):
        nvim.previewed()
        nvim.command("Tierwise apply all")
        nvim.state("applied")
    for nvim in (one, two):
        tasks = nvim.until(
            "local c = require('tierwise.client').get() local r = c:request_sync("
            "'tierwise/history/query', {}, 5000) local t = r and r.result.tasks or {}"
            " return #t == 2 and t[1].state == 'applied' and t[2].state == 'applied' and t or nil"
        )
        assert {Path(task["uri"]).name for task in tasks} == {"sample.py", "two.py"}
    spent = [
        nvim.until(
            "local c = require('tierwise.client').get() local r = c:request_sync("
            "'tierwise/usage/query', vim.empty_dict(), 5000) local s = r.result.scopes[1]"
            " return s.tasks == 2 and s.spentUsd or nil"
        )
        for nvim in (one, two)
    ]
    assert spent[0] == spent[1] > 0


def test_status_lines_and_events_carry_what_happens(nvim: Driver, model: Loopback) -> None:
    nvim.until("return require('tierwise').status() ~= ''")
    assert nvim.lua("return vim.g.tierwise_status == require('tierwise').status()")
    nvim.command("set statusline=%{v:lua.require'tierwise'.status()}")
    shown = nvim.lua("return vim.api.nvim_eval_statusline(vim.o.statusline, {}).str")
    assert shown == nvim.lua("return vim.g.tierwise_status")
    nvim.lua(
        "package.loaded['lualine.component'] = { extend = function() return {"
        " super = { init = function(s, o) s.options = o end } } end }"
    )
    component = nvim.lua(
        "local c = require('lualine.components.tierwise') local o = {} c.init(o, {})"
        " return { c.update_status(o), type(o.options.color) }"
    )
    assert component == [shown, "function"]
    nvim.command("4,5Tierwise document")
    nvim.previewed()
    nvim.until("return vim.g.tierwise_status:find('edit waits') ~= nil")
    nvim.command("Tierwise apply all")
    nvim.state("applied")
    names = [name for name in nvim.events() if name != "TierwiseStatus"]
    order = [n for n in names if n in ("TierwiseRouted", "TierwisePreview", "TierwiseApplied")]
    assert order == ["TierwiseRouted", "TierwisePreview", "TierwiseApplied"]
    data = nvim.lua(
        "for _, e in ipairs(_G.events) do if e.name == 'TierwiseApplied' then return e.data end end"
    )
    assert data["action"] == "document"
    assert data["cost"] > 0
    assert data["uri"].endswith("sample.py")
    assert 0 < data["confidence"] <= 1


def test_progress_reaches_the_editor(nvim: Driver, model: Loopback) -> None:
    nvim.lua(
        "_G.progress = {} vim.api.nvim_create_autocmd('LspProgress', { callback = function(e)"
        " table.insert(_G.progress, e.data.params.value) end })"
    )
    nvim.command("4,5Tierwise document")
    nvim.previewed()
    nvim.until("return #_G.progress >= 2")
    kinds = nvim.lua("return vim.tbl_map(function(v) return v.kind end, _G.progress)")
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    assert "Haiku" in nvim.lua("return _G.progress[#_G.progress].message"), (
        "who answered, at the end"
    )
    assert "Tierwise" in nvim.lua("return _G.progress[1].title")


def test_a_status_text_is_there_from_the_first_moment(open_nvim: Open) -> None:
    nvim = open_nvim(more="", plain=True)
    assert nvim.lua("return vim.g.tierwise_status") == "Tierwise"
    assert nvim.lua("return package.loaded['tierwise.status'] == nil")
    nvim.lua("vim.lsp.enable('tierwise')")
    nvim.ready()
    texts = nvim.lua(
        "return vim.tbl_map(function(e) return e.data.text end, vim.tbl_filter(function(e)"
        " return e.name == 'TierwiseStatus' end, _G.events))"
    )
    assert texts[0] == "Tierwise starts…"
    assert len(texts) > 1
    assert all(0 < len(text) <= 24 for text in texts)


def test_nothing_is_started_or_loaded_before_it_is_needed(open_nvim: Open) -> None:
    nvim = open_nvim(more="", plain=True)
    loaded = (
        "return vim.tbl_filter(function(n) return n:find('^tierwise') ~= nil end,"
        " vim.tbl_keys(package.loaded))"
    )
    assert nvim.lua(loaded) == []
    assert nvim.lua(FOUND) == []
    nvim.command("4,5Tierwise document")
    nvim.previewed()


def test_without_a_server_one_message_says_what_to_do(open_nvim: Open) -> None:
    nvim = open_nvim(
        more="vim.g.tierwise = nil vim.env.PATH = '/nowhere'"
        " require('tierwise.server').plugin_root = function() return '/nowhere/plugin' end"
        " vim.lsp.enable('tierwise')"
    )
    nvim.note("there is no server yet. Run :Tierwise install")
    assert nvim.lua("return vim.g.tierwise_status") == "Tierwise: no server"
    nvim.command("edit other.py")
    nvim.command("Tierwise why")
    nvim.command("1Tierwise document")
    nvim.until("return #_G.notes >= 2")
    assert all("Traceback" not in note and "stack" not in note for note in nvim.notes())
    nvim.command("Tierwise health")
    assert "there is no server yet" in nvim.text


def test_settings_that_do_not_fit_are_said_and_the_rest_holds(open_nvim: Open) -> None:
    nvim = open_nvim(
        more="local cmd = vim.g.tierwise.server.cmd vim.g.tierwise = function() return {"
        " server = { cmd = cmd }, keys = { apply = 7 }, chatt = {}, codelens = 'yes' } end"
        " vim.lsp.enable('tierwise')"
    )
    nvim.note("vim.g.tierwise.keys.apply must be string or false, not 7.")
    nvim.note("vim.g.tierwise.chatt is not a setting.")
    nvim.note("vim.g.tierwise.codelens must be boolean")
    nvim.ready()
    assert len(nvim.notes()) == 3


def test_settings_reach_the_server(open_nvim: Open, model: Loopback) -> None:
    nvim = open_nvim(
        more="vim.g.tierwise = vim.tbl_extend('force', vim.g.tierwise, {"
        " settings = { floors = { actions = { document = 'opus' } } } })"
        " vim.lsp.enable('tierwise')"
    ).ready()
    nvim.command("4,5Tierwise document")
    nvim.previewed()
    assert nvim.task()["answering"] == "opus"
    assert nvim.task()["cause"] == "floor"


def test_packadd_is_enough(
    version: str, tmp_path: Path, workspace: Path, model_env: dict[str, str]
) -> None:
    site = tmp_path / "nvim" / "DATA" / "nvim" / "site" / "pack" / "x" / "opt"
    site.mkdir(parents=True)
    shutil.copytree(PLUGIN, site / "tierwise.nvim")
    nvim = Driver(
        version, tmp_path / "nvim", workspace, model_env, "sample.py",
        more=f"vim.opt.rtp:remove([[{PLUGIN}]])"
        f" vim.opt.packpath:prepend([[{site.parents[2]}]]) vim.cmd.packadd('tierwise.nvim')"
        " vim.lsp.enable('tierwise')",
    )  # fmt: skip
    try:
        nvim.ready()
        found = nvim.lua("return vim.api.nvim_get_runtime_file('lsp/tierwise.lua', false)[1]")
        assert "tierwise.nvim" in found
        nvim.command(f"helptags {site}/tierwise.nvim/doc")
        nvim.command("help tierwise")
        assert nvim.nvim.current.buffer.name.endswith("tierwise.txt")
    finally:
        nvim.quit()


@pytest.mark.parametrize("version", ["0.10"])
def test_an_older_neovim_is_told(open_nvim: Open) -> None:
    nvim = open_nvim(more="")
    nvim.command("4,5Tierwise edit something")
    nvim.note("the plugin needs Neovim 0.11 or newer, this is 0.10.")
    assert nvim.text == SAMPLE
    assert nvim.messages() == ""


def test_the_project_of_a_question_has_its_price_below_it_and_can_be_left_out(
    open_nvim: Open, workspace: Path, model: Loopback
) -> None:
    nvim = open_nvim("sample.py").ready()
    nvim.command("Tierwise chat")
    nvim.keys("i@project what does add_numbers do?<Esc>")
    nvim.until(lambda: "project context" in " ".join(nvim.below("project")))
    assert "leaves it out" in " ".join(nvim.below("project"))
    nvim.keys("g!")
    nvim.until(lambda: "left out" in " ".join(nvim.below("project")))
    nvim.keys("<CR>")
    nvim.until(lambda: model.requests())
    found = [piece for piece in asked(model).pieces if piece.kind != "around"]
    assert "def add_numbers" not in str(found), "but for what is before the operator"
