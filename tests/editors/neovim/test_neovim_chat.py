"""The chat of `:Tierwise chat` in a real Neovim, against the real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import SAMPLE
from tests.editors.neovim.driver import Driver, Open, asked
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]

CODE = "Use this:\n\n```python\nx = 'ü'\n  y = 2\n```\n\nThat is all.\n"


def test_chat_streams_follows_up_and_hands_over_code(
    nvim: Driver, model: Loopback, workspace: Path
) -> None:
    model.faults(queue=[{"text": CODE}])
    nvim.keys("4GVj:Tierwise ask what about this?<CR>")
    nvim.answered(1)
    text = nvim.chat()
    assert "## You\n@sample.py:4-5 what about this?\n" in text
    assert CODE.strip() in text
    piece = asked(model).selection
    assert piece is not None
    assert piece.text.startswith("def add_numbers")
    winbar = nvim.lua(
        "return require('tierwise.chat.winbar').of(require('tierwise.chat').latest())"
    )
    assert any(tier in winbar for tier in ("Haiku", "Sonnet", "Opus"))
    assert "¢" in winbar

    nvim.command("Tierwise chat")
    assert nvim.lua("return vim.bo.filetype") == "markdown"
    assert nvim.lua("return vim.wo.winbar") != ""
    nvim.keys("dy")
    assert nvim.lua("return vim.fn.getreg('\"')") == "x = 'ü'\n  y = 2\n"
    nvim.keys("dp")
    nvim.command("wincmd p")
    assert "x = 'ü'\n  y = 2\n" in nvim.text
    nvim.keys("u")
    assert nvim.text == SAMPLE, "one undo takes an inserted block back"
    nvim.command("wincmd p")

    model.faults(queue=[{"text": "Shorter."}])
    nvim.keys("Goshorter, see @sample.py<Esc><CR>")
    nvim.answered(2)
    assert "Shorter." in nvim.chat()
    sent = model.requests()[-1]["messages"]
    assert len(sent) == 3, "the follow-up goes with what was said before"
    model.faults(queue=[{"text": "Anew."}])
    nvim.keys("d.")
    nvim.until(lambda: "Anew." in nvim.chat())
    nvim.answered(2)
    assert "Shorter." not in nvim.chat()

    kinds = nvim.until(
        "local c = require('tierwise.client').get() local r = c:request_sync("
        "'tierwise/history/query', { limit = 5 }, 5000) local found = {}"
        " for _, t in ipairs(r.result.tasks) do for _, o in ipairs(t.outcomes) do"
        " table.insert(found, o.kind) end end return #found >= 3 and found or nil"
    )
    assert {"copied", "inserted"} <= set(kinds)


def test_what_is_before_the_operator_goes_along_until_it_is_left_out(
    nvim: Driver, model: Loopback
) -> None:
    model.faults(default={"text": "So."})
    nvim.keys("5G")
    nvim.command("Tierwise chat")
    nvim.keys("Gowhat is it for?<Esc>")
    nvim.until(lambda: nvim.below("focus"))
    said = " ".join(nvim.below("focus"))
    assert said.startswith("add_numbers in sample.py · ")
    assert said.endswith("¢ · goes along · gV leaves it out")
    room = nvim.lua("return vim.api.nvim_win_get_width(0)")
    assert len(said) > room, "this chat is too narrow for it"
    assert all(len(row) <= room for row in nvim.below("focus")), "nothing of it is cut"
    nvim.keys("<CR>")
    nvim.answered(1)
    assert "return a + b" in str(model.requests()[-1]["messages"][-1])
    nvim.keys("gVGoand now?<Esc>")
    nvim.until(lambda: "left out · gV takes it along" in " ".join(nvim.below("focus")))
    nvim.keys("<CR>")
    nvim.answered(2)
    assert "return a + b" not in str(model.requests()[-1]["messages"][-1])
    assert nvim.lua("return vim.g.TIERWISE_FOCUS_OFF") == 1, "kept with the other globals"


def test_a_block_of_an_answer_becomes_a_proposal(nvim: Driver, model: Loopback) -> None:
    model.faults(
        queue=[{"text": "Like this:\n\n```python\ndef greet(name):\n    return name\n```\n"}]
    )
    nvim.command("Tierwise ask how would you write greet?")
    nvim.answered(1)
    nvim.command("Tierwise chat")
    nvim.keys("do")
    nvim.previewed()
    nvim.command("wincmd p")
    assert nvim.text == SAMPLE
    nvim.command("Tierwise apply all")
    nvim.until(lambda: "    return name\n" in nvim.text)
    assert "print" not in nvim.text


def test_chats_of_earlier_sessions_come_back(open_nvim: Open, model: Loopback) -> None:
    model.faults(queue=[{"text": "Forty-two."}, {"text": "Because."}])
    first = open_nvim().ready()
    first.command("Tierwise ask what is the answer?")
    first.answered(1)
    first.quit()
    second = open_nvim().ready()
    second.command("Tierwise chat")
    second.lua("table.insert(_G.picks, 'what is the answer?')")
    second.keys("gH")
    second.until(lambda: "Forty-two." in second.chat())
    second.keys("Gowhy?<Esc><CR>")
    second.answered(2)
    assert "Because." in second.chat()
    assert len(model.requests()[-1]["messages"]) == 3, "the model is told what was said before"


def test_omnifunc_offers_files_tiers_and_actions(nvim: Driver) -> None:
    nvim.command("Tierwise chat")

    def omni(typed: str) -> list[str]:
        nvim.keys(f"ggGS{typed}<Esc>")
        found: list[str] = nvim.lua(
            "local typed = ... vim.api.nvim_set_current_line(typed)"
            " vim.api.nvim_win_set_cursor(0, { vim.fn.line('.'), #typed })"
            " vim.cmd('startinsert!') local f = require('tierwise.chat.complete')"
            " local at = f.start(typed) if not at then return {} end"
            " return vim.tbl_map(function(i) return i.word end,"
            " f.items(typed:sub(at + 1), at == 0))",
            typed,
        )
        nvim.keys("<Esc>")
        return found

    assert nvim.lua("return vim.bo.omnifunc") == "v:lua.require'tierwise.chat.complete'.omnifunc"
    assert omni("/ex") == ["/explain "]
    assert omni("see @sam") == ["@sample.py"]
    assert omni("@op") == ["@opus "]
    assert omni("mail@sam") == []


def test_completion_plugins_have_a_source_each(nvim: Driver) -> None:
    blink = (
        "local line, got = ..., nil require('tierwise.blink').new():get_completions("
        "{ line = line, cursor = { 3, #line } }, function(r) got = r end)"
        " vim.wait(9000, function() return got ~= nil end, 10)"
    )
    cmp = (
        "local line, got = ..., nil require('tierwise.cmp'):complete("
        "{ context = { cursor_line = line, cursor = { row = 3, col = #line + 1 } } },"
        " function(r) got = r end) vim.wait(9000, function() return got ~= nil end, 10)"
    )
    assert nvim.lua("return require('tierwise.blink').new():enabled()") is False
    nvim.command("Tierwise chat")
    assert nvim.lua("return require('tierwise.cmp'):is_available()") is True
    for source in (blink, cmp):
        for line, label, word, first in (
            ("/ex", "/explain", "/explain ", 0),
            ("grün 🎉 see @sam", "@sample.py", "@sample.py", 12),
            ("@op", "@opus", "@opus ", 0),
        ):
            (item,) = nvim.lua(source + " return got.items", line)
            assert item["label"] == label
            assert item["textEdit"]["newText"] == word
            place = item["textEdit"]["range"]
            assert place["start"] == {"line": 2, "character": first}
            assert place["end"]["character"] == len(line.encode("utf-16-le")) // 2
        assert nvim.lua(source + " return #got.items", "mail@sam") == 0
    pattern = nvim.lua("return require('tierwise.cmp'):get_keyword_pattern()")
    matched = r"local line, p = ... return vim.fn.match(line, [[\%(]] .. p .. [[\)$]])"
    starts = [nvim.lua(matched, line, pattern) for line in ("see @src/ma", '@"my', "/ex")]
    assert starts == [4, 0, 0]


def test_text_tasks_answer_in_the_chat_and_actions_start_there(
    nvim: Driver, model: Loopback
) -> None:
    model.faults(queue=[{"text": "It adds."}])
    nvim.command("4,5Tierwise explain")
    nvim.answered(1)
    assert "/explain @sample.py:4-5" in nvim.chat()
    assert "It adds." in nvim.chat()
    assert nvim.nvim.current.buffer.name.endswith("sample.py"), "the cursor stays in the code"
    model.faults(queue=[{"text": "Fine."}])
    nvim.command("Tierwise review")
    nvim.answered(2)
    piece = asked(model).selection
    assert piece is not None
    whole = "".join(line.partition(": ")[2] for line in piece.text.splitlines(keepends=True))
    assert whole.rstrip("\n") == SAMPLE.rstrip("\n"), "a review is of the file, lines numbered"
    model.faults(queue=[{"text": "Because."}])
    nvim.command("Tierwise chat")
    nvim.keys("Go/explain why<Esc><CR>")
    nvim.answered(3)
    assert asked(model).action == "explain"
    assert asked(model).wish == "why"
