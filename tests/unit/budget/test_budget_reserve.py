from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tierwise.budget import orphans, tokens
from tierwise.budget.limits import Limits, cap
from tierwise.budget.prices import PriceTable
from tierwise.budget.reserve import Ask, Purse, Reservation
from tierwise.core.errors import BudgetPaused, LedgerUnavailable, TaskTooDear
from tierwise.core.money import Usage, to_nanos
from tierwise.core.tiers import DEFAULT_LADDER, Tier
from tierwise.store import backup, reservations
from tierwise.store.deferred import Connection
from tierwise.store.engine import Ledger

PRICES = PriceTable.load()
START = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Window:
    """One editor window: a purse with a clock and limits that a test may move."""

    folder: Path
    limits: Limits = field(default_factory=lambda: Limits(timezone="UTC"))
    now: datetime = START

    def __post_init__(self) -> None:
        self.purse = Purse(
            Ledger.open(self.folder),
            PRICES,
            lambda: self.limits,
            lambda: DEFAULT_LADDER.get("haiku"),
            lambda: self.now,
        )
        self.asked = 0

    def ask(self, on: str | Tier = "opus", chars: int = 1_600, **more: object) -> Ask:
        self.asked += 1
        tier = DEFAULT_LADDER.get(on) if isinstance(on, str) else on
        return replace(
            Ask(
                task_id="task",
                request_id=f"{id(self)}:{self.asked}",
                tier=tier,
                prompt="x" * chars,
                action="edit",
                language="python",
                max_tokens=tier.max_tokens,
                project="p",
            ),
            **more,  # type: ignore[arg-type]  # any field of an Ask
        )


@pytest_asyncio.fixture
async def window(tmp_path: Path) -> AsyncIterator[Window]:
    made = Window(tmp_path / "state")
    yield made
    await made.purse.ledger.close()


async def consistent(purse: Purse) -> bool:
    def check(conn: Connection) -> bool:
        return all(
            reservations.stored(conn, rehearsal=r) == reservations.recomputed(conn, rehearsal=r)
            for r in (False, True)
        )

    return await purse.ledger.read(check)


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
    ask = window.ask()
    first, second = await window.purse.reserve(ask), await window.purse.reserve(ask)
    assert (first.id, first.worst) == (second.id, second.worst)
    assert (await window.purse.state("p")).day_reserved == first.worst
    await window.purse.settle(first, Usage(1, 1))
    with pytest.raises(ValueError, match="settled already"):
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
    assert held.shrunk
    assert held.worst <= to_nanos("0.10") < held.worst + 20_000
    assert 700 <= held.max_tokens < 16_384
    assert held.note == f"answer capped at {held.max_tokens:,} tokens to fit what is left"


async def test_a_task_too_dear_is_refused_alone_with_its_figures(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos("0.02"))
    with pytest.raises(TaskTooDear, match=r"needs up to \$0\.03 on Opus, \$0\.02 left") as caught:
        await window.purse.reserve(window.ask())
    assert caught.value.name == "BudgetPaused"
    assert (await window.purse.state("p")).level == "ok"
    held = await window.purse.reserve(window.ask("haiku"))
    assert held.worst <= to_nanos("0.02")


async def test_levels_are_those_of_the_contract(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos(1))
    held = await window.purse.reserve(window.ask(chars=160, max_tokens=30_000, whole=True))
    assert (await window.purse.state("p")).level == "ok"
    await window.purse.settle(held, Usage(0, 39_999))
    assert (await window.purse.state("p")).level == "ok", "0.79998 of the day"
    held = await window.purse.reserve(window.ask("haiku", 160))
    await window.purse.settle(held, Usage(40_000, 0))
    assert (await window.purse.state("p")).level == "soft"
    held = await window.purse.reserve(window.ask("haiku", 160, max_tokens=500_000, whole=True))
    await window.purse.settle(held, Usage(0, 391_000))
    state = await window.purse.state("p")
    assert state.left is not None
    assert 0 < state.left < state.smallest
    assert state.level == "paused", "the cheapest tier's smallest reservation no longer fits"
    with pytest.raises(BudgetPaused, match=r"day budget of .* is used up") as caught:
        await window.purse.reserve(window.ask("haiku", 10))
    assert not isinstance(caught.value, TaskTooDear)


async def test_expected_in_flight_counts_toward_soft(window: Window) -> None:
    ask = window.ask(chars=16_000)
    held = await window.purse.reserve(ask)
    expected = (await window.purse.state("p")).day_expected
    await window.purse.release(held)
    window.limits = replace(window.limits, day=round(expected / 0.8))
    state = await window.purse.state("p")
    assert state.level == "ok"
    held = await window.purse.reserve(window.ask(chars=16_000, allowed=True))
    state = replace(await window.purse.state("p"), day_reserved=0)
    assert state.level == "soft"


async def test_no_cap_is_never_paused_and_zero_is_no_paid_call(window: Window) -> None:
    assert (await window.purse.state("p")).left is None
    await window.purse.reserve(window.ask())
    window.limits = replace(window.limits, day=0)
    with pytest.raises(BudgetPaused, match="budget is 0"):
        await window.purse.reserve(window.ask("haiku"))


async def test_a_free_server_of_ones_own_goes_on_while_paused(window: Window) -> None:
    window.purse.prices = PriceTable.load(
        [{"base_url": "http://localhost:1", "input": 0, "output": 0}]
    )
    window.limits = replace(window.limits, day=0)
    tier = replace(DEFAULT_LADDER.get("haiku"), model="llama", base_url="http://localhost:1")
    held = await window.purse.reserve(window.ask(tier))
    assert held.worst == 0
    assert await window.purse.settle(held, Usage(10, 10)) == (Usage(10, 10), 0)


async def test_the_project_has_its_own_cap_and_period(window: Window) -> None:
    window.limits = replace(window.limits, project=to_nanos("0.50"))
    held = await window.purse.reserve(window.ask(max_tokens=20_000, whole=True))
    await window.purse.settle(held, Usage(0, 24_990))
    with pytest.raises(BudgetPaused, match="project budget"):
        await window.purse.reserve(window.ask("haiku"))
    other = await window.purse.reserve(window.ask("haiku", project="q"))
    await window.purse.release(other)
    window.now = datetime(2026, 12, 1, 1, tzinfo=UTC)
    await window.purse.release(await window.purse.reserve(window.ask("haiku")))
    window.limits = replace(window.limits, period="total")
    assert (await window.purse.state("p")).period == "total"


async def test_a_raise_is_seen_by_every_window_at_once_and_ends_with_the_day(
    window: Window,
) -> None:
    window.limits = replace(window.limits, day=0)
    other = Window(window.folder, window.limits)
    with pytest.raises(BudgetPaused):
        await other.purse.reserve(other.ask("haiku"))
    await window.purse.raise_by(to_nanos(1), "p")
    await other.purse.release(await other.purse.reserve(other.ask("haiku")))
    window.now = other.now = START + timedelta(days=1)
    with pytest.raises(BudgetPaused):
        await other.purse.reserve(other.ask("haiku"))
    await other.purse.ledger.close()


async def test_without_a_cap_nothing_is_raised_for_later(window: Window) -> None:
    await window.purse.raise_by(to_nanos(100), "p")
    state = await window.purse.set_cap(to_nanos(1), "p", "day")
    assert state.day_limit == to_nanos(1)


async def test_a_cap_set_by_hand_stands_until_it_is_given_back(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos(5), project=to_nanos(50))
    state = await window.purse.set_cap(to_nanos(7), "p", "day")
    assert state.day_limit == to_nanos(7)
    state = await window.purse.set_cap(to_nanos(9), "p", "project")
    assert state.project_limit == to_nanos(9)
    assert (await window.purse.state("q")).project_limit == to_nanos(50)
    window.now += timedelta(days=1)
    assert (await window.purse.state("p")).day_limit == to_nanos(7)
    state = await window.purse.set_cap(None, "p", "day")
    assert state.day_limit == to_nanos(5)


async def test_one_task_may_be_allowed_and_still_counts(window: Window) -> None:
    window.limits = replace(window.limits, day=0)
    await window.purse.allow("this-one", "p")
    held = await window.purse.reserve(window.ask(task_id="this-one"))
    assert not held.shrunk
    _, cost = await window.purse.settle(held, Usage(100, 100))
    assert (await window.purse.state("p")).day_spent == cost
    with pytest.raises(BudgetPaused):
        await window.purse.reserve(window.ask(task_id="another"))


@pytest.mark.parametrize(
    ("configured", "set_to", "repository", "raised", "in_force"),
    [
        (None, None, None, 5, None),
        (10, None, None, 0, 10),
        (10, 20, None, 0, 20),
        (10, None, 5, 0, 5),
        (10, None, 50, 0, 10),
        (10, 20, 5, 0, 5),
        (10, None, 5, 3, 8),
        (None, None, 5, 0, 5),
    ],
)
def test_a_repository_can_only_lower(
    configured: int | None,
    set_to: int | None,
    repository: int | None,
    raised: int,
    in_force: int | None,
) -> None:
    assert cap(configured, set_to, repository, raised) == in_force


async def test_a_reservation_is_booked_to_the_day_it_was_made(window: Window) -> None:
    window.now = datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)
    held = await window.purse.reserve(window.ask())
    window.now += timedelta(hours=8)
    _, cost = await window.purse.settle(held, Usage(10, 10))
    stored = await window.purse.ledger.read(reservations.stored)
    assert stored["day", "2026-11-24"].settled == cost
    assert (await window.purse.state("p")).day_spent == 0


async def test_a_clock_far_back_holds_money_until_the_operator_resumes(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    await window.purse.settle(held, Usage(10, 10))
    window.now -= timedelta(days=3)
    with pytest.raises(BudgetPaused, match="clock went back"):
        await window.purse.reserve(window.ask())
    state = await window.purse.state("p")
    assert state.level == "paused"
    assert state.hold is not None
    window.now += timedelta(days=3)
    assert (await window.purse.state("p")).level == "ok", "a clock put right needs no word"
    window.now -= timedelta(days=3)
    state = await window.purse.resume("p")
    assert (state.level, state.day) == ("ok", "2026-11-21")
    await window.purse.release(await window.purse.reserve(window.ask()))


async def test_each_threshold_is_told_once_a_window_and_day(window: Window) -> None:
    window.limits = replace(window.limits, day=to_nanos(1))
    held = await window.purse.reserve(window.ask(max_tokens=45_000, whole=True))
    await window.purse.settle(held, Usage(0, 45_000))
    state = await window.purse.state("p")
    assert [(v.scope, v.state) for v in window.purse.notices(state)] == [("day", "soft")]
    assert window.purse.notices(state) == []
    held = await window.purse.reserve(window.ask("haiku", 16))
    paused = replace(state, day_spent=to_nanos(1))
    assert [(v.scope, v.state) for v in window.purse.notices(paused)] == [("day", "paused")]
    assert window.purse.notices(state) == [], "back down is nothing to tell"
    tomorrow = replace(state, day="2026-11-25")
    assert len(window.purse.notices(tomorrow)) == 1


async def test_an_orphan_is_booked_at_its_worst_and_corrected_should_it_come_back(
    window: Window,
) -> None:
    held = await window.purse.reserve(window.ask())
    assert await window.purse.reap() == 0, "this process lives"
    await disown(window, held)
    assert await window.purse.reap() == 0, "its lease holds"
    window.now += timedelta(milliseconds=orphans.LEASE_MS + orphans.MARGIN_MS + 1)
    assert await window.purse.reap() == 1
    state = await window.purse.state("p")
    assert (state.day_spent, state.day_reserved) == (held.worst, 0)
    assert await consistent(window.purse)
    _, cost = await window.purse.settle(held, Usage(10, 10))
    assert (await window.purse.state("p")).day_spent == cost
    assert await consistent(window.purse)


async def disown(window: Window, held: Reservation) -> None:
    """Give the reservation to a process of which nothing is known here."""
    await window.purse.ledger.write(
        lambda conn: conn.exec_driver_sql(
            "UPDATE reservations SET owner = 'elsewhere:1:1' WHERE id = ?", (held.id,)
        )
    )


@pytest.mark.parametrize(
    ("alive", "over_ms", "gone"),
    [
        (False, -50_000, True),
        (None, -50_000, False),
        (None, 10_000, False),
        (None, 15_001, True),
        (True, 60_000, False),
        (True, 600_001, True),
        (None, -86_400_000, True),
        (True, -86_400_000, False),
    ],
)
async def test_who_counts_as_an_orphan(
    window: Window, alive: bool | None, over_ms: int, gone: bool
) -> None:
    row = (await window.purse.reserve(window.ask())).row
    assert orphans.orphaned(row, alive, row.lease_ms + over_ms) is gone


async def test_a_renewed_lease_is_no_orphan(window: Window) -> None:
    held = await window.purse.reserve(window.ask())
    await disown(window, held)
    window.now += timedelta(milliseconds=orphans.LEASE_MS)
    await window.purse.renew([held.id])
    window.now += timedelta(milliseconds=orphans.MARGIN_MS + 1)
    assert await window.purse.reap() == 0


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
    assert not held.shrunk
    whole = await window.purse.reserve(window.ask("sonnet", whole=True))
    assert whole.max_tokens == 8_192


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
    with pytest.raises(LedgerUnavailable, match="Mars/Olympus"):
        await window.purse.reserve(window.ask())


async def test_money_waits_when_a_restored_ledger_may_have_forgotten_some(
    window: Window,
) -> None:
    held = await window.purse.reserve(window.ask())
    backup.rotate(window.purse.ledger.path)
    _, cost = await window.purse.settle(held, Usage(500, 500))
    await window.purse.ledger.close()
    window.purse.ledger.path.write_bytes(b"junk" * 5_000)
    later = Window(window.folder)
    with pytest.raises(BudgetPaused, match="damaged"):
        await later.purse.reserve(later.ask())
    state = await later.purse.resume("p")
    assert state.hold is None
    assert state.day_reserved == held.worst, "what the backup knew is still held"
    assert await later.purse.settle(held, Usage(500, 500)) == (Usage(500, 500), cost)
    assert await consistent(later.purse)
    await later.purse.ledger.close()


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


async def test_the_ledger_holds_no_text_of_the_prompt(window: Window) -> None:
    secret = "a very private sentence"
    held = await window.purse.reserve(window.ask(prompt=secret * 20))
    await window.purse.settle(held, None, streamed=secret)
    await window.purse.ledger.close()
    assert secret.encode() not in window.purse.ledger.path.read_bytes()
    with closing(sqlite3.connect(window.purse.ledger.path)) as raw:
        assert raw.execute("SELECT input_chars FROM reservations").fetchone() == (460,)
