"""A configuration that is edited counts at the next request, in every window, and says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.support.sentences import refused
from tests.support.window import Window

from tierwise.core.errors import BudgetPaused, NotConfigured
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.api import ChatParams, ChatReply

Ask = Callable[[Window], Awaitable[ChatReply]]


def write(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")


async def ask(window: Window, tier: str | None = "haiku") -> ChatReply:
    return await window.app.chat(ChatParams("what is a list?", tier=tier))


async def test_a_cap_that_was_written_binds_the_next_request_in_both_windows(
    tmp_path: Path, model: RehearsalServer
) -> None:
    one = await Window.open(tmp_path, model)
    two = await Window.open(tmp_path, model)
    try:
        assert (await ask(one)).text
        write(tmp_path, "[budget]\nday_usd = 0\n")
        for window in (one, two):
            with pytest.raises(BudgetPaused):
                await ask(window)
            assert any("budget.day_usd" in notice for notice in window.screen.notices)
        write(tmp_path, "[budget]\nday_usd = 5\n")
        for window in (one, two):
            assert (await ask(window)).text
    finally:
        await one.close()
        await two.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[tiers]]\nname = "haiku"\nmodel = "other"\nbase_url = "{url}"', "tiers"),
        ('[[tiers]]\nname = "haiku"\nmodel = "m"\napi_key_env = "OTHER_KEY"', "tiers"),
        ('max_tier = "haiku"', "max_tier"),
        ("[budget]\nhour_usd = 0.5", "budget.hour_usd"),
        ("[budget]\nrequest_usd = 0.5", "budget.request_usd"),
        ('[[prices]]\nmodel = "claude-haiku-5-5"\ninput = 10\noutput = 50', "prices"),
        ('[verify]\npython = ["true"]', "verify"),
        ('[ignore]\npatterns = ["*.py"]', "ignore.patterns"),
        ('[remap]\nhaiku = "opus"', "remap"),
        ("[timeouts]\ntask = 9", "timeouts.task"),
        ("parallel = 2\nask_above_usd = 2\n[learning]\non = false", "learning.on"),
    ],
)
async def test_every_kind_of_key_is_in_force_and_named(
    tmp_path: Path, model: RehearsalServer, text: str, said: str
) -> None:
    other = await RehearsalServer().start()
    window = await Window.open(tmp_path, model, env={"OTHER_KEY": "another-key"})
    try:
        first = await ask(window)
        write(tmp_path, text.format(url=other.base_url))
        reply = await ask(window)
        assert any(said in notice for notice in window.screen.notices), window.screen.notices
        if "base_url" in text:
            assert [r["model"] for r in other.requests] == ["other"]
        if "prices" in text:
            assert reply.usage.input_tokens == first.usage.input_tokens
            assert reply.cost > 50 * first.cost
        assert window.app.world.window.config == window.app.world.window.settings.config
    finally:
        await window.close()
        await other.close()


MISTAKES = ["", "[budget]\nday_usd = true", "[budget\n", "[[tiers]]\nname = 'a'", "max_tier = 'x'"]


@pytest.mark.parametrize("text", MISTAKES)
async def test_while_running_the_last_good_one_stays_and_says_so(
    tmp_path: Path, model: RehearsalServer, text: str
) -> None:
    window = await Window.open(tmp_path, model, "[budget]\nday_usd = 3\n")
    try:
        write(tmp_path, text)
        assert (await ask(window)).text
        assert window.app.world.window.settings.own.budget.day_usd == 3
        assert any("stays in force" in notice for notice in window.screen.notices)
        assert window.app.status().kind != "error"
        write(tmp_path, "[budget]\nday_usd = 2\n")
        assert (await ask(window)).text
        assert window.app.world.window.settings.own.budget.day_usd == 2
    finally:
        await window.close()


@pytest.mark.parametrize("text", MISTAKES[1:])
async def test_at_the_start_a_mistake_holds_paid_calls_until_it_is_mended(
    tmp_path: Path, model: RehearsalServer, text: str
) -> None:
    window = await Window.open(tmp_path, model, text)
    try:
        with refused(NotConfigured, match=r"config\.toml"):
            await ask(window, None)
        assert window.app.status().kind == "error"
        assert model.connections == 0, "not even the list of models was asked for"
        write(tmp_path, "[budget]\nday_usd = 3\n")
        assert (await ask(window)).text
        assert window.app.status().kind != "error"
    finally:
        await window.close()


async def test_a_repositorys_file_counts_as_soon_as_it_is_written(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model, "[budget]\nday_usd = 3\n")
    try:
        assert (await ask(window)).text
        (tmp_path / "project" / ".tierwise.toml").write_text("[budget]\nday_usd = 0\n", "utf-8")
        with pytest.raises(BudgetPaused):
            await ask(window)
    finally:
        await window.close()


async def test_a_window_that_asks_nothing_is_told_as_well(
    tmp_path: Path, model: RehearsalServer
) -> None:
    window = await Window.open(tmp_path, model)
    try:
        write(tmp_path, "[budget]\nday_usd = 0\n")
        await window.reached(lambda: window.app.status().kind == "paused")
        assert any("budget.day_usd" in notice for notice in window.screen.notices)
    finally:
        await window.close()
