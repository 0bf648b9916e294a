"""Every subcommand of `:Tierwise` in a real Neovim, against the real server."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.editors.neovim.driver import Driver, Open, asked
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

EDIT = "sample.py\n<<<<<<< SEARCH\n    return a + b\n=======\n    return b + a\n>>>>>>> REPLACE\n"


def test_completion_knows_every_subcommand_and_what_it_takes(nvim: Driver) -> None:
    def complete(line: str) -> list[str]:
        found: list[str] = nvim.lua("return vim.fn.getcompletion(..., 'cmdline')", line)
        return found

    names = complete("Tierwise ")
    assert set(names) >= {
        "ask", "edit", "explain", "fix", "document", "test", "refactor", "review", "commit",
        "chat", "apply", "discard", "next", "prev", "retry", "use", "pin", "remap", "why", "rate",
        "budget", "raise", "resume", "stop", "history", "report", "log", "health", "install",
        "unpin",
    }  # fmt: skip
    assert complete("Tierwise re")[:4] == ["refactor", "remap", "report", "restart"]
    assert complete("Tierwise apply ") == ["hunk", "file", "all"]
    assert complete("'<,'>Tierwise retry ") == ["up", "same", "haiku", "sonnet", "opus"]
    assert complete("Tierwise pin o") == ["opus"]
    assert complete("Tierwise pin opus ") == [
        "session",
        "project",
        "file",
        "action",
        "conversation",
    ]
    assert "review" in complete("Tierwise pin opus action ")
    assert complete("Tierwise remap haiku s") == ["sonnet"]
    assert complete("Tierwise raise 2 ") == ["day", "project"]
    assert complete("Tierwise rate ") == ["weak", "right", "cheaper"]
    assert complete("Tierwise edit @sam") == ["@sample.py"]
    assert complete("Tierwise why ") == []


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("4,5Tierwise edit @opus shorter", "edit"),
        ("4,5Tierwise fix", "fix"),
        ("4,5Tierwise refactor", "refactor"),
        ("4,5Tierwise test", "test"),
        ("Tierwise generate a constant", "generate"),
    ],
)
def test_tasks_that_edit(nvim: Driver, model: Loopback, line: str, action: str) -> None:
    model.faults(default={"text": EDIT})
    nvim.lua(
        "vim.diagnostic.set(vim.api.nvim_create_namespace('t'), 0, { { lnum = 4, col = 0,"
        " message = 'oh dear', code = 'E1', severity = 1 } })"
    )
    nvim.command(line)
    nvim.previewed()
    got = asked(model)
    assert got.action == action
    if action == "edit":
        assert got.wish == "shorter"
        assert nvim.task()["answering"] == "opus"
    if action == "fix":
        assert any("oh dear" in piece.text for piece in got.pieces)


def test_an_edit_without_words_asks_for_them(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": EDIT})
    nvim.lua("table.insert(_G.typed, 'swap them')")
    nvim.keys("4GVj:Tierwise edit<CR>")
    nvim.previewed()
    assert nvim.lua("return _G.asked") == ["Tierwise edit: "]
    assert asked(model).wish == "swap them"
    piece = asked(model).selection
    assert piece is not None
    assert piece.text.rstrip("\n") == "def add_numbers(a, b):\n    return a + b"


def test_operators_follow_motions_and_dot(nvim: Driver, model: Loopback) -> None:
    nvim.lua("vim.keymap.set('n', 'gz', '<Plug>(TierwiseDocumentOperator)')")
    nvim.keys("4Ggzj")
    nvim.previewed()
    nvim.command("Tierwise discard all")
    nvim.until("return next(require('tierwise.preview').open) == nil")
    model.fresh()
    nvim.lua("require('tierwise.operator').start('document')")
    nvim.keys("8G.")
    nvim.previewed()
    piece = asked(model).selection
    assert piece is not None
    assert piece.text.startswith("def greet(name)")


def test_a_commit_message_is_asked_for_with_the_diff(
    nvim: Driver, model: Loopback, workspace: Path
) -> None:
    def git(*args: str) -> None:
        subprocess.run(["git", *args], cwd=workspace, check=True, capture_output=True)

    git("init", "-q")
    nvim.command("Tierwise commit")
    nvim.note("nothing to commit")
    git("add", "sample.py")
    model.faults(queue=[{"text": "Add a sample"}])
    nvim.command("Tierwise commit in German")
    nvim.answered(1)
    got = asked(model)
    assert got.action == "commit"
    assert got.wish == "in German", "what changed is context, and no word of the operator's"
    (piece,) = (piece for piece in got.pieces if piece.kind == "diff")
    assert "+def greet(name):" in piece.text
    assert "## You\n/commit in German\n" in nvim.chat(), "the diff is sent, not shown"
    assert "Add a sample" in nvim.chat()


def test_routing_is_explained_overridden_pinned_and_rated(nvim: Driver, model: Loopback) -> None:
    model.faults(default={"text": EDIT})
    nvim.command("4,5Tierwise edit swap")
    nvim.previewed()
    first = nvim.task()
    nvim.command("Tierwise why")
    why = nvim.float()
    assert "tier" in why
    assert "enough for" in why
    assert "Opus" in why
    nvim.command("Tierwise use opus")
    nvim.redone("opus")
    assert nvim.task()["id"] == first["id"], "a redo keeps its task"
    nvim.until(lambda: "Opus" in nvim.drawn())
    nvim.command("Tierwise rate cheaper")
    nvim.note("noted for this task: a cheaper tier than Opus would have done")
    nvim.lua("table.insert(_G.picks, 'Opus was right')")
    nvim.command("Tierwise rate")
    nvim.note("noted for this task: Opus was right")
    nvim.command("Tierwise retry haiku")
    nvim.redone("haiku")
    nvim.command("Tierwise retry up")
    nvim.redone("sonnet")
    nvim.command("Tierwise discard all")
    nvim.state("discarded")

    nvim.command("Tierwise pin opus action edit")
    nvim.note("edit: Opus answers")
    nvim.command("Tierwise pin sonnet")
    nvim.note("session: Sonnet answers")
    nvim.command("Tierwise remap haiku sonnet")
    nvim.note("what is routed to Haiku goes to Sonnet")
    nvim.command("Tierwise pin haiku file")
    nvim.note("sample.py: Haiku answers")
    nvim.command("Tierwise pin")
    pins = nvim.float()
    for line in (
        "action edit: Opus",
        "session: Sonnet",
        "remap Haiku to Sonnet",
        "file sample.py: Haiku",
    ):
        assert line in pins
    nvim.command("4,5Tierwise edit swap")
    nvim.until(lambda: nvim.task()["id"] != first["id"] and nvim.task()["state"] == "proposed")
    assert nvim.task()["answering"] == "haiku", "a file's pin comes before an action's"
    nvim.command("Tierwise pin auto file")
    nvim.note("sample.py: the router chooses again")
    nvim.command("Tierwise pin auto action edit")
    nvim.note("edit: the router chooses again")
    nvim.command("Tierwise unpin")
    nvim.note("this session: the router chooses again")
    nvim.command("Tierwise unpin")
    nvim.note("nothing is pinned")
    nvim.command("Tierwise pin nope")
    nvim.note("nope: a tier is one of auto, haiku, sonnet, opus")
    nvim.command("Tierwise pin opus everywhere")
    nvim.note("everywhere: a scope is one of session, project, file, action, conversation.")
    nvim.command("Tierwise apply everything")
    nvim.note("everything: what is meant is one of hunk, file, all.")
    assert nvim.task()["state"] == "proposed"


def test_money_history_and_report(open_nvim: Open) -> None:
    nvim = open_nvim().ready()
    nvim.command("Tierwise budget")
    assert "Today" in nvim.float()
    nvim.command("4,5Tierwise document")
    nvim.previewed()
    nvim.command("Tierwise apply all")
    nvim.state("applied")
    nvim.command("Tierwise report")
    report = nvim.float()
    assert "Today: 1 task" in report
    assert "less than Opus" in report
    nvim.lua("table.insert(_G.picks, 'document')")
    nvim.command("Tierwise history")
    shown = nvim.float()
    assert "applied" in shown
    assert '+    """Add numbers' in shown
    nvim.command("Tierwise raise nonsense")
    nvim.note("raise needs an amount in dollars")
    nvim.command("Tierwise raise 1 week")
    nvim.note("week: a cap is one of day, project.")
    nvim.command("Tierwise raise 1 project")
    nvim.note("There is no cap on the project, so there is nothing to raise.")
    nvim.command("Tierwise nonsense")
    nvim.note("there is no subcommand nonsense")
    nvim.quit()
    later = open_nvim().ready()
    later.lua("table.insert(_G.picks, 'document')")
    later.command("Tierwise history")
    assert '+    """Add numbers' in later.float(), "a later session still shows the diff"


def test_health_and_log(nvim: Driver) -> None:
    nvim.command("Tierwise health")
    assert "the server is asked" in nvim.text, "the report is there before the server answered"
    nvim.until(lambda: "state folder:" in nvim.text)
    text = nvim.text
    for part in (
        "Neovim 0.",
        "Tierwise 0.",
        "keys: haiku yes",
        "state folder:",
        "Today",
        "client shows:",
        "no error",
    ):
        assert part in text, part
    assert "ERROR" not in text
    assert "is asked" not in text
    nvim.command("Tierwise log")
    nvim.until(lambda: nvim.nvim.current.buffer.name.endswith("tierwise.log"))


def test_list_next_and_nothing_to_do(nvim: Driver, model: Loopback) -> None:
    for line in (
        "apply",
        "discard",
        "next",
        "list",
        "diff",
        "undo",
        "stop",
        "why",
        "retry",
        "rate right",
    ):
        nvim.command(f"Tierwise {line}")
    nvim.until("return #_G.notes == 10")
    model.faults(default={"text": EDIT})
    nvim.command("4,5Tierwise edit swap")
    nvim.previewed()
    nvim.command("Tierwise list")
    assert nvim.lua("return vim.bo.buftype") == "quickfix"
    assert "Edit" in nvim.text
    nvim.keys("<CR>")
    assert nvim.nvim.current.window.cursor[0] == 5


def test_the_menu_offers_everything(nvim: Driver) -> None:
    nvim.lua("table.insert(_G.picks, 'budget')")
    nvim.command("Tierwise")
    assert "Today" in nvim.float()
