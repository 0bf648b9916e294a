"""A reached cap in Neovim: the pause, the raise, one task let through, words given back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.editors.neovim.driver import Open
from tests.support.loopback import Loopback

pytestmark = [pytest.mark.editors, pytest.mark.timeout(300)]


def test_a_paused_task_goes_on_when_the_budget_is_raised(
    open_nvim: Open, config: Path, model: Loopback
) -> None:
    config.write_text("[budget]\nday_usd = 0.00001\n", encoding="utf-8")
    nvim = open_nvim().ready()
    nvim.command("4,5Tierwise document")
    nvim.state("paused")
    assert "TierwisePaused" in nvim.events()
    assert "Paused" in nvim.drawn()
    nvim.until("return vim.g.tierwise_status:find('Paused') ~= nil")
    asked = nvim.until("return #_G.asked > 0 and _G.asked or nil")
    assert "Raise today's budget by $1" in asked[0]["items"]
    assert model.requests() == []
    nvim.command("Tierwise raise 2")
    nvim.previewed()
    assert "TierwiseBudget" in nvim.events()
    assert len(model.requests()) == 1


def test_the_cap_that_is_named_is_raised(open_nvim: Open, config: Path) -> None:
    config.write_text("[budget]\nday_usd = 0.00001\nproject_usd = 0.00001\n", encoding="utf-8")
    nvim = open_nvim().ready()
    nvim.command("4,5Tierwise document")
    nvim.state("paused")
    nvim.command("Tierwise raise 2 day")
    nvim.note("today $0.00 of $2.00, in this project 0¢ of 0.001¢ is spent")
    assert nvim.task()["state"] == "paused"
    nvim.command("Tierwise raise 3 project")
    nvim.note("today $0.00 of $2.00, in this project $0.00 of $3.00 is spent")
    nvim.previewed()


def test_resume_anyway_lets_one_task_run(open_nvim: Open, config: Path, model: Loopback) -> None:
    config.write_text("[budget]\nday_usd = 0.00001\n", encoding="utf-8")
    nvim = open_nvim().ready()
    nvim.command("4,5Tierwise document")
    nvim.state("paused")
    nvim.command("Tierwise resume")
    nvim.note("is spent")
    assert nvim.task()["state"] == "paused"
    nvim.command("Tierwise resume anyway")
    nvim.previewed()


def test_a_chat_while_paused_gives_the_words_back(open_nvim: Open, config: Path) -> None:
    config.write_text("[budget]\nday_usd = 0.00001\n", encoding="utf-8")
    nvim = open_nvim().ready()
    nvim.command("Tierwise chat")
    nvim.keys("Gowhat is this<Esc><CR>")
    nvim.until(lambda: nvim.chat().endswith("## You\nwhat is this"))
    assert "budget" in nvim.chat()
