"""Reserving the worst case and settling to what was used, whatever breaks off."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.sentences import refused
from tests.unit.budget.window import PRICES, START, Window, consistent

from tierwise.budget import tokens
from tierwise.budget.purse import RequestKeyUsed
from tierwise.core.errors import BudgetPaused, LedgerUnavailable, TaskTooDear
from tierwise.core.money import Usage, to_nanos
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import backup, reservations


async def test_the_worst_case_is_set_aside_and_only_what_was_used_is_kept(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos(5))
    held = await window.purse.reserve(window.ask())
    # 1,600 characters bound 1,000 tokens and 64 of overhead, at the dearest input rate of Opus.
    assert held.worst == 1_064 * 8_000 + 16_384 * 20_000
    state = await window.purse.state("p")
    assert (state.day_spent, state.day_reserved) == (0, held.worst)
    assert 0 < state.day_expected < held.worst
    used, cost = await window.purse.settle(held, Usage(500, 300))
    assert (used, cost) == (Usage(500, 300), 500 * 4_000 + 300 * 20_000)
    state = await window.purse.state("p")
    assert (state.day_spent, state.day_reserved, state.day_expected) == (cost, 0, 0)
    assert state.project_spent == cost
    assert await consistent(window.purse)


async def test_settling_twice_books_once_and_tells_what_was_booked(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    first = await window.purse.settle(held, Usage(500, 300))
    assert await window.purse.settle(held, Usage(900, 900)) == first
    await window.purse.release(held)
    assert (await window.purse.state("p")).day_spent == first[1]


async def test_a_request_asked_twice_is_reserved_once(window: Window) -> None:
    ask = window.ask(marked=True)
    first, second = await window.purse.reserve(ask), await window.purse.reserve(ask)
    assert (first.id, first.worst) == (second.id, second.worst)
    assert (await window.purse.state("p")).day_reserved == first.worst
    await window.purse.settle(first, Usage(1, 1))
    with pytest.raises(RequestKeyUsed):
        await window.purse.reserve(ask)


async def test_a_request_never_sent_costs_nothing(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    await window.purse.release(held)
    state = await window.purse.state("p")
    assert (state.day_spent, state.day_reserved) == (0, 0)


async def test_a_cancelled_reserve_holds_nothing(window: Window) -> None:
    await window.purse.reserve(window.ask())
    before = await window.purse.state("p")
    go_on = threading.Event()
    window.purse.ledger.submit(lambda _conn: go_on.wait(10))
    job = asyncio.create_task(window.purse.reserve(window.ask()))
    await asyncio.sleep(0)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    go_on.set()
    await window.purse.ledger.write(lambda _conn: None)
    assert await window.purse.state("p") == before


@pytest.mark.parametrize("tier", DEFAULT_LADDER.names)
async def test_a_stream_cut_anywhere_books_at_least_what_it_cost(window: Window, tier: str) -> None:
    rng = random.Random(tier)
    answer = "".join(
        rng.choice(["def f(x):\n", "    return x\n", "é", "界", "# ok "]) for _ in range(900)
    )
    encoded = answer.encode()
    for _ in range(70):
        chars = rng.randint(10, 5_000)
        held = await window.purse.reserve(window.ask(tier, chars))
        offset = rng.randint(0, len(encoded))
        seen = encoded[:offset].decode(errors="ignore")
        # The densest text measured has 1.6 characters a token; others at most one a byte.
        plain = sum(1 for c in seen if c < "\x80")
        truth = Usage(int(chars / 1.6), int(plain / 1.6) + len(seen.encode()) - plain)
        _, cost = await window.purse.settle(held, None, streamed=seen)
        assert cost >= PRICES.cost(held.model, truth, START) * 0.99
        assert 0 < cost <= held.worst
    assert await consistent(window.purse)


async def test_what_the_server_said_at_the_start_is_believed(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    used, cost = await window.purse.settle(held, None, streamed="x" * 160, known=Usage(321, 1))
    assert used == Usage(321, 108, assumed=True)
    assert cost == PRICES.cost(held.model, used, START)


async def test_a_model_that_may_think_unseen_is_not_booked_as_silent(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    window.now += timedelta(seconds=10)
    used, _ = await window.purse.settle(held, None)
    assert used.output_tokens == 1_500
    plain = replace(DEFAULT_LADDER.get("opus"), features=frozenset())
    held = await window.purse.reserve(window.ask(plain))
    window.now += timedelta(seconds=10)
    used, _ = await window.purse.settle(held, None)
    assert used.output_tokens == 8


async def test_where_the_worst_case_does_not_fit_the_answer_is_capped_and_it_is_said(
    window: Window,
) -> None:
    window.limits = replace(window.limits, day=to_nanos("0.10"))
    held = await window.purse.reserve(window.ask())
    assert held.capped
    assert held.worst <= to_nanos("0.10") < held.worst + 20_000
    assert 700 <= held.max_tokens < 16_384


async def test_a_task_too_dear_is_refused_alone_with_its_figures(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos("0.02"))
    with refused(TaskTooDear, match=r"needs up to [\d.]+¢ on Opus, [\d.]+¢ left") as caught:
        await window.purse.reserve(window.ask())
    assert caught.value.name == "BudgetPaused"
    assert (await window.purse.state("p")).level == "ok"
    held = await window.purse.reserve(window.ask("haiku"))
    assert held.worst <= to_nanos("0.02")


async def test_rehearsal_is_never_held_back_and_never_counted(window: Window) -> None:
    window.limits = replace(window.limits, day=0)
    held = await window.purse.reserve(window.ask(rehearsal=True))
    await window.purse.settle(held, Usage(100, 100))
    state = await window.purse.state("p")
    assert (state.day_spent, state.day_reserved) == (0, 0)
    played = await window.purse.ledger.read(lambda c: reservations.stored(c, rehearsal=True))
    assert played["day", "2026-11-24"].settled == 100 * 4_000 + 100 * 20_000
    assert await consistent(window.purse)


async def test_an_unknown_model_is_reserved_at_the_dearest_rate_and_marked(
    window: Window,
) -> None:
    tier = replace(DEFAULT_LADDER.get("haiku"), model="somebody-else")
    held = await window.purse.reserve(window.ask(tier))
    assert held.worst == held.prompt_tokens * 20_000 + held.max_tokens * 50_000
    assert not held.row.price_known


async def test_what_answers_use_lowers_the_next_reservation_unless_asked_whole(
    window: Window,
) -> None:
    for _ in range(60):
        held = await window.purse.reserve(window.ask("sonnet"))
        await window.purse.settle(held, Usage(300, 200))
    window.now += timedelta(minutes=2)
    held = await window.purse.reserve(window.ask("sonnet"))
    assert tokens.SMALLEST_OUTPUT <= held.max_tokens < 400
    assert not held.capped
    whole = await window.purse.reserve(window.ask("sonnet", full_output=True))
    assert whole.max_tokens == 8_192


@pytest.mark.ledger_file
async def test_a_ledger_that_cannot_be_written_refuses_before_anything_is_sent(
    tmp_path: Path,
) -> None:
    (tmp_path / "state").write_text("in the way")
    window = Window(tmp_path / "state")
    with pytest.raises(LedgerUnavailable):
        await window.purse.reserve(window.ask())
    await window.purse.ledger.close()


async def test_a_zone_that_does_not_exist_refuses_with_its_name(window: Window) -> None:
    window.limits = replace(window.limits, timezone="Mars/Olympus")
    with refused(LedgerUnavailable, match="Mars/Olympus"):
        await window.purse.reserve(window.ask())


@pytest.mark.ledger_file
async def test_money_waits_when_a_restored_ledger_may_have_forgotten_some(
    window: Window,
) -> None:
    held = await window.purse.reserve(window.ask())
    backup.rotate(window.purse.ledger.path)
    _, cost = await window.purse.settle(held, Usage(500, 500))
    await window.purse.ledger.close()
    window.purse.ledger.path.write_bytes(b"junk" * 5_000)
    later = Window(window.folder)
    with refused(BudgetPaused, match="damaged"):
        await later.purse.reserve(later.ask())
    state = await later.purse.resume("p")
    assert state.hold is None
    assert state.day_reserved == held.worst, "what the backup knew is still held"
    assert await later.purse.settle(held, Usage(500, 500)) == (Usage(500, 500), cost)
    assert await consistent(later.purse)
    await later.purse.ledger.close()


@pytest.mark.ledger_file
async def test_a_settlement_whose_row_was_lost_is_booked_all_the_same(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    await window.purse.ledger.close()
    for path in window.folder.glob("*.db*"):
        path.unlink()
    later = Window(window.folder)
    _, cost = await later.purse.settle(held, Usage(500, 500))
    assert (await later.purse.state("p")).day_spent == cost
    assert await consistent(later.purse)
    await later.purse.ledger.close()


@pytest.mark.ledger_file
async def test_the_ledger_holds_no_text_of_the_prompt(window: Window) -> None:
    secret = "a very private sentence"
    held = await window.purse.reserve(window.ask(prompt=secret * 20))
    await window.purse.settle(held, None, streamed=secret)
    await window.purse.ledger.close()
    assert secret.encode() not in window.purse.ledger.path.read_bytes()
    with closing(sqlite3.connect(window.purse.ledger.path)) as raw:
        assert raw.execute("SELECT input_chars FROM reservations").fetchone() == (460,)


async def test_calls_that_belong_together_are_set_aside_all_or_none(window: Window) -> None:
    one = window.purse.worst(window.ask())
    window.limits = replace(window.limits, day=3 * one + one // 2)
    held = await window.purse.reserve_all([window.ask() for _ in range(3)])
    assert [each.worst for each in held] == [one] * 3
    assert (await window.purse.state("p")).day_reserved == 3 * one
    for each in held:
        await window.purse.release(each)
    with pytest.raises(TaskTooDear) as refused:
        await window.purse.reserve_all([window.ask() for _ in range(4)])
    assert (refused.value.needs, refused.value.waits) == (4 * one, False)
    assert (await window.purse.state("p")).day_reserved == 0
    assert await consistent(window.purse)


async def test_small_parts_that_fill_the_budget_to_the_last_are_not_paused_by_one_another(
    window: Window,
) -> None:
    asks = [window.ask(prompt="a", max_tokens=1, full_output=True) for _ in range(5)]
    window.limits = replace(window.limits, day=sum(window.purse.worst(ask) for ask in asks))
    assert len(await window.purse.reserve_all(asks)) == 5


async def test_parts_that_fit_once_the_calls_in_flight_end_wait_for_them(window: Window) -> None:
    one = window.purse.worst(window.ask())
    window.limits = replace(window.limits, day=4 * one)
    first = await window.purse.reserve(window.ask())
    with pytest.raises(TaskTooDear) as refused:
        await window.purse.reserve_all([window.ask() for _ in range(4)])
    assert refused.value.waits
    await window.purse.release(first)
    assert len(await window.purse.reserve_all([window.ask() for _ in range(4)])) == 4


async def test_a_used_up_budget_pauses_parts_and_free_ones_need_no_room(window: Window) -> None:
    window.limits = replace(window.limits, day=1)
    with pytest.raises(BudgetPaused):
        await window.purse.reserve_all([window.ask(), window.ask()])
    assert len(await window.purse.reserve_all([window.ask(allowed=True) for _ in range(3)])) == 3


async def test_windows_that_set_parts_aside_at_once_never_cross_the_cap(tmp_path: Path) -> None:
    windows = [Window(tmp_path / "state") for _ in range(3)]
    one = windows[0].purse.worst(windows[0].ask())
    for each in windows:
        each.limits = replace(each.limits, day=7 * one)
    tries = [w.purse.reserve_all([w.ask() for _ in range(3)]) for w in windows]
    got = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(isinstance(each, TaskTooDear) for each in got) == [False, False, True]
    assert (await windows[0].purse.state("p")).day_reserved == 6 * one
    for each in windows:
        await each.purse.ledger.close()
