"""A ledger on a PostgreSQL server: its shape, its faults, and what the two stores do alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio
from tests.support import postgres as servers
from tests.support.postgres import PostgresServer
from tests.support.sentences import refused
from tests.unit.store.daily_sums import as_kept, as_rebuilt
from tests.unit.store.rows import keys, put
from tests.unit.store.test_daily_sums import apply
from tests.unit.store.test_store_rows import a_decision, a_task, an_attempt

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.purse import Purse, ReservationRequest
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import Usage
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import decisions, reservations, samples, schema, stats
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.postgres.address import address_of
from tierwise.store.postgres.driver import marked

pytestmark = pytest.mark.postgres


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with servers.schema(postgres.url) as found:
        yield found


@pytest_asyncio.fixture
async def served(url: str, tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = Ledger.open(tmp_path / "state", url)
    yield opened
    await opened.close()


async def test_both_stores_have_the_same_tables_and_columns(served: Ledger) -> None:
    def columns(conn: Connection) -> dict[str, set[str]]:
        rows = conn.exec_driver_sql(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
        found: dict[str, set[str]] = {}
        for table, column in rows:
            found.setdefault(table, set()).add(column)
        return found

    there = await served.write(columns)
    for table in schema.metadata.sorted_tables:
        assert set(table.c.keys()) <= there.get(table.name, set()), (
            f"{table.name}: a step of SQLite needs its twin in store/postgres/steps"
        )


async def test_the_sums_of_an_hour_are_read_by_their_index(served: Ledger) -> None:
    def scans(conn: Connection) -> list[int]:
        found = []
        # What millions of rows do to a plan, as costs: reading all of them looks cheap.
        for cost in ("seq_page_cost", "cpu_tuple_cost", "cpu_operator_cost"):
            conn.exec_driver_sql(f"SET LOCAL {cost} = 0")
        for _ in range(3):
            conn.exec_driver_sql("SELECT sums_since(now_ms() - 3600000, 'm', 'p')").all()
            found.append(conn.exec_driver_sql(
                "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'reservations'"
                " AND schemaname = current_schema()"
            ).scalar_one())  # fmt: skip
        return found

    assert len(set(await served.write(scans))) == 1


async def test_a_life_of_a_task_is_kept_and_nothing_lies_in_the_folder(served: Ledger) -> None:
    def live(conn: Connection) -> None:
        decisions.insert_task(conn, replace(a_task("t1"), day=None))
        decisions.record_decision(conn, "t1", 1, a_decision("opus"))
        row = an_attempt("t1", 40)
        reservations.insert(conn, row)
        reservations.book(conn, row, Usage(7, 3), 33, state="settled", at_ms=4)

    await served.write(live)
    told = await served.read(lambda conn: decisions.task(conn, "t1"))
    assert told is not None
    assert told.cost == 33
    assert (await served.read(stats.spend))[0].usage == Usage(7, 3)
    assert await served.read(as_kept) == await served.read(as_rebuilt)
    assert not served.folder.exists()


async def test_sums_are_plain_integers(served: Ledger) -> None:
    await served.write(lambda conn: apply(conn, ("reserve", "t1", "2026-11-24", "opus")))
    await served.write(lambda conn: apply(conn, ("book", "t1", "settled", (1, 2, 3, 4, 5))))
    spent = await served.read(lambda conn: stats.spent_by(conn, "tier"))
    assert {type(nanos) for nanos in spent.values()} == {int}
    assert {type(cell.cost) for cell in await served.read(stats.spend)} == {int}


HISTOGRAM = ("output", "m", "edit")


@pytest.mark.parametrize("store", ["file", "server"])
async def test_halves_are_whole_numbers_and_what_is_no_number_is_kept_as_unknown(
    store: str, served: Ledger, tmp_path: Path
) -> None:
    ledger = served if store == "server" else Ledger.open(tmp_path / "file")

    def write(conn: Connection) -> None:
        samples.add(conn, *[(HISTOGRAM, bucket) for bucket in (1, 1, 1, 2, 3, 3, 3, 3, 3)])
        samples.forget(conn, HISTOGRAM, above=8)
        made = replace(a_decision("opus"), detail={"a": float("nan"), "b": [float("inf"), 1.5]})
        decisions.record_decision(conn, "t", 1, made)

    await ledger.write(write)
    assert await ledger.read(samples.read) == {HISTOGRAM: {1: 1, 3: 2}}
    (made,) = (await ledger.read(lambda conn: decisions.decisions_of(conn, ["t"])))["t"]
    assert made.detail == {"a": None, "b": [None, 1.5]}
    if store == "file":
        await ledger.close()


@pytest.mark.parametrize("text", ["a\x00b", "\x00", "100% of ? and 'quotes'", "ü\u2028𝄞"])
async def test_any_text_can_be_kept_and_is_found_again(served: Ledger, text: str) -> None:
    await served.write(put(text))
    kept = text.replace("\x00", "\ufffd")
    assert await served.read(keys) == [kept]
    found = "SELECT COUNT(*) FROM budget_events WHERE key = ? AND kind <> '?%'"
    assert await served.read(lambda c: c.exec_driver_sql(found, (text,)).scalar_one()) == 1


def test_plain_statements_get_the_drivers_marks() -> None:
    assert marked("a = ? AND b LIKE '%?''?' AND c % 2 = ?") == (
        "a = %s AND b LIKE '%%?''?' AND c %% 2 = %s"
    )


@pytest.mark.usefixtures("postgres")
async def test_a_server_that_is_stopped_refuses_and_work_goes_on_when_it_is_back(
    tmp_path: Path,
) -> None:
    with PostgresServer() as server:
        ledger = Ledger.open(tmp_path, server.url)
        await ledger.write(put("a"))
        assert await ledger.read(keys) == ["a"]
        server.stop()
        with refused(LedgerUnavailable, match="does not answer"):
            await ledger.write(put("b"))
        assert ledger.problem is not None
        server.start()
        await ledger.write(put("c"))
        assert await ledger.read(keys) == ["a", "c"]
        server.stop()
        server.start()
        assert await ledger.read(keys) == ["a", "c"], "a dead connection is made anew"
        await ledger.write(put("d"))
        assert ledger.problem is None
        await ledger.close()


async def test_a_connection_that_was_cut_is_made_again_without_a_trace_in_the_log(
    postgres: PostgresServer, served: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    def backend(conn: Connection) -> int:
        return int(conn.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())

    await served.write(put("before"))
    both = [await served.write(backend), await served.read(backend)]
    with psycopg.connect(postgres.url.replace("+psycopg", ""), autocommit=True) as conn:
        for pid in both:
            conn.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    await served.write(put("after"))
    assert len(await served.read(keys)) == 2
    assert not [record for record in caplog.records if record.exc_info]


async def test_a_program_that_is_too_old_stops_at_its_next_write(served: Ledger) -> None:
    await served.write(put("a"))
    await served.write(lambda conn: conn.exec_driver_sql("UPDATE shape SET min_writer = 99"))
    with refused(LedgerUnavailable, match="newer Tierwise"):
        await served.write(put("b"))
    assert await served.read(keys) == ["a"]


async def test_a_user_who_may_not_is_named(postgres: PostgresServer, url: str) -> None:
    ledger = Ledger.open(Path("nowhere"), url.replace("/postgres?", "/none?"))
    with refused(LedgerUnavailable, match="refuses this user or database"):
        await ledger.write(put("a"))
    await ledger.close()


@pytest.mark.parametrize(
    ("written", "match"),
    [
        ("sqlite:///x.db", "no address"),
        ("db.example", "no address"),
        ("postgresql://u:p@h:port/x", "no address"),
        ("postgresql://u:geheim@db.example/x", "without checking who answers"),
        ("postgresql://u:geheim@db.example/x?sslmode=require", "without checking"),
        ("postgresql:///x?host=db.example", "without checking"),
    ],
)
def test_an_address_that_is_none_or_not_safe_is_refused(written: str, match: str) -> None:
    with refused(LedgerUnavailable, match=match) as caught:
        address_of(written)
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    "written",
    [
        "postgresql://u:geheim@db.example/x?sslmode=verify-full",
        "postgresql+psycopg://u:geheim@127.0.0.1:5/x",
        "postgres://u:geheim@[::1]/x",
        "postgresql://u:geheim@localhost/x",
        "postgresql://u:geheim@/x?host=/run/postgresql",
    ],
)
def test_a_safe_address_is_taken_and_never_tells_its_password(written: str) -> None:
    found = address_of(written)
    assert psycopg.conninfo.conninfo_to_dict(found.url)["dbname"] == "x"
    assert "geheim" not in repr(found)


async def test_a_reservation_is_made_whatever_its_texts_hold(served: Ledger) -> None:
    limits = Limits(timezone="UTC")
    tier = DEFAULT_LADDER.get("haiku")
    purse = Purse(served, PriceTable.load, lambda: limits, lambda: tier)
    ask = ReservationRequest(
        task_id="t\x00", request_id="r\x00\ud800", tier=tier, prompt="x", action="edit",
        language=None, max_tokens=100, project="p\x00?", marked=True,
    )  # fmt: skip
    held = await purse.reserve(ask)
    assert (await purse.reserve(ask)).id == held.id, "found again under its key"
    await purse.let_go(held)
    used, cost = await purse.settle(held, Usage(5, 5))
    assert await purse.settle(held, Usage(9, 9)) == (used, cost), "booked once"
    with refused(LedgerUnavailable, match="given back"):
        await purse.let_go(held)


@pytest.mark.usefixtures("postgres")
async def test_what_was_reserved_while_the_way_broke_is_given_back(tmp_path: Path) -> None:
    limits = Limits(timezone="UTC")
    tier = DEFAULT_LADDER.get("haiku")
    with PostgresServer() as server:
        ledger = Ledger.open(tmp_path, server.url)
        purse = Purse(ledger, PriceTable.load, lambda: limits, lambda: tier)
        ask = ReservationRequest(
            task_id="t", request_id="r1", tier=tier, prompt="x", action="edit", language=None,
            max_tokens=100, project="p", marked=True,
        )  # fmt: skip
        await purse.reserve(replace(ask, request_id="r0"))
        server.stop()
        with refused(LedgerUnavailable, match="does not answer"):
            await purse.reserve(ask)
        server.start()
        other = Ledger.open(tmp_path, server.url)
        await Purse(other, PriceTable.load, lambda: limits, lambda: tier).reserve(ask)
        await purse.reserve(replace(ask, request_id="r2"))
        states = "SELECT state FROM reservations ORDER BY request_id"
        found = await ledger.read(lambda conn: list(conn.exec_driver_sql(states).scalars()))
        assert found == ["open", "released", "open"]
        await other.close()
        await ledger.close()
