"""A ledger that changes its shape: nothing is lost, and an older window goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.sentences import refused
from tests.unit.store.daily_sums import as_kept, as_rebuilt
from tests.unit.store.first_shape import DUMP, FirstWindow, restore
from tests.unit.store.rows import keys, put

from tierwise.core.errors import LedgerUnavailable
from tierwise.store import migrate, reservations, schema
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.steps import STEPS, SchemaStep

OLD_TABLES = (
    "tasks", "decisions", "reservations", "spent", "calendar", "samples", "budget_events",
    "outcomes", "overrides",
)  # fmt: skip

pytestmark = pytest.mark.ledger_file


def shape(path: Path) -> dict[str, str]:
    """Every table, index and trigger, with the white space of its statement made even."""
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()).replace("( ", "(") for name, sql in rows}


def rows_of(path: Path, table: str, columns: list[str] | None = None) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        named = columns or [r[1] for r in raw.execute(f"PRAGMA table_info({table})")]
        return sorted(raw.execute(f"SELECT {', '.join(map(repr_, named))} FROM {table}"), key=repr)


def repr_(column: str) -> str:
    return f'"{column}"'


def columns_of(path: Path, table: str) -> list[str]:
    with closing(sqlite3.connect(path)) as raw:
        return [r[1] for r in raw.execute(f"PRAGMA table_info({table})")]


@pytest.mark.parametrize("table", OLD_TABLES)
async def test_the_first_ledger_keeps_every_value_of_every_row(table: str, tmp_path: Path) -> None:
    path = restore(tmp_path)
    columns, before = columns_of(path, table), rows_of(path, table)
    ledger = Ledger.open(tmp_path)
    await ledger.write(lambda conn: None)
    await ledger.close()
    assert before
    assert rows_of(path, table, columns) == before


async def test_the_first_step_makes_what_the_first_tierwise_made(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "new.db")) as raw:
        for statement in STEPS[0].statements:
            raw.execute(statement)
    assert shape(tmp_path / "new.db") == shape(restore(tmp_path / "old"))


async def test_an_upgraded_ledger_and_a_new_one_have_one_shape(tmp_path: Path) -> None:
    paths = restore(tmp_path / "old"), tmp_path / "new" / "ledger.db"
    for path in paths:
        ledger = Ledger.open(path.parent)
        await ledger.write(lambda conn: None)
        assert await ledger.write(migrate.version) == migrate.CURRENT
        await ledger.close()
    assert shape(paths[0]) == shape(paths[1])


async def test_statements_name_the_columns_that_are_on_disk(ledger: Ledger) -> None:
    await ledger.write(lambda conn: None)
    for table in schema.metadata.sorted_tables:
        assert sorted(columns_of(ledger.path, table.name)) == sorted(table.c.keys()), table.name


async def test_the_upgrade_is_backed_up_first_and_adds_the_days_up(tmp_path: Path) -> None:
    restore(tmp_path)
    ledger = Ledger.open(tmp_path)
    assert await ledger.write(as_kept) == await ledger.read(as_rebuilt)
    assert len(list((tmp_path / "backups").glob("*.db"))) >= 1
    await ledger.close()


Act = Callable[[FirstWindow], None]


def settle(window: FirstWindow) -> None:
    window.reserve("a")
    window.book("a", "settled", 4_321)


def settle_late(window: FirstWindow) -> None:
    window.reserve("a", day="2026-11-13")
    window.book("a", "assumed", 9_000)
    window.book("a", "settled", 1_000)


def release(window: FirstWindow) -> None:
    window.reserve("a")
    window.book("a", "assumed", 9_000)
    window.book("a", "released", 0)


def leave_open(window: FirstWindow) -> None:
    window.reserve("a")


def rehearse(window: FirstWindow) -> None:
    window.task("a", rehearsal=True)
    window.decision("a", 1, "haiku")
    window.reserve("a", rehearsal=True)
    window.book("a", "settled", 77)


def redo(window: FirstWindow) -> None:
    window.task("a")
    window.decision("a", 1, "haiku")
    window.decision("a", 2, "opus", cause="override")
    window.decision("a", 3, "sonnet", cause="override")
    window.outcome("a", "applied")


def never_decided(window: FirstWindow) -> None:
    window.task("a")
    window.outcome("a", "discarded")


def decisions_out_of_order(window: FirstWindow) -> None:
    window.task("a")
    window.decision("a", 2, "opus")
    window.decision("a", 1, "haiku")


def long_prompt(window: FirstWindow) -> None:
    window.reserve("a", model="own", tier="opus", project="größe", period="total")
    window.book("a", "settled", 5_000_000, output=200_001)


def lost_task(window: FirstWindow) -> None:
    window.decision("nowhere", 1, "haiku")
    window.outcome("nowhere", "applied")


@pytest.mark.parametrize(
    "act",
    [settle, settle_late, release, leave_open, rehearse, redo, never_decided,
     decisions_out_of_order, long_prompt, lost_task],
)  # fmt: skip
async def test_a_window_of_the_first_tierwise_goes_on_while_another_upgrades(
    act: Act, tmp_path: Path
) -> None:
    path = restore(tmp_path)
    window = FirstWindow(path)
    window.reserve("before")
    ledger = Ledger.open(tmp_path)
    await ledger.write(put("by the new one"))
    act(window)
    window.book("before", "settled", 10)
    assert window.user_version() == 1, "the first Tierwise would refuse a larger number"
    await ledger.write(put("again"))
    assert await ledger.read(as_kept) == await ledger.read(as_rebuilt)
    for rehearsal in (False, True):
        assert await ledger.read(
            lambda conn, r=rehearsal: reservations.stored(conn, rehearsal=r)  # type: ignore[misc]  # default binds the loop variable
        ) == await ledger.read(
            lambda conn, r=rehearsal: reservations.recomputed(conn, rehearsal=r)  # type: ignore[misc]  # default binds the loop variable
        )
    window.close()
    await ledger.close()


async def test_a_ledger_to_which_a_newer_one_only_added_is_written_on(ledger: Ledger) -> None:
    newer = (*STEPS, SchemaStep(("CREATE TABLE extra (n INTEGER)",), min_writer=1))
    await ledger.write(lambda conn: migrate.migrate(conn, newer))
    await ledger.close()
    later = Ledger.open(ledger.folder)
    await later.write(put("b"))
    assert await later.read(keys) == ["b"]
    assert await later.write(migrate.version) == migrate.CURRENT + 1, "and it stays as it is"
    await later.close()


async def test_a_ledger_whose_rows_mean_something_else_is_read_and_not_written(
    ledger: Ledger,
) -> None:
    await ledger.write(put("a"))
    number = migrate.CURRENT + 1
    newer = (*STEPS, SchemaStep(("CREATE TABLE extra (n INTEGER)",), min_writer=number))
    await ledger.write(lambda conn: migrate.migrate(conn, newer))
    await ledger.close()
    later = Ledger.open(ledger.folder)
    with refused(LedgerUnavailable, match="newer Tierwise"):
        await later.write(put("b"))
    assert later.problem is not None
    assert await later.read(keys) == ["a"]
    await later.close()


async def test_steps_run_once_each_and_all_or_none(ledger: Ledger) -> None:
    add = SchemaStep(("CREATE TABLE extra (n INTEGER)",), min_writer=1)
    broken = SchemaStep(("CREATE TABLE extra (n INTEGER)",), min_writer=1)

    def number(conn: Connection) -> int:
        return migrate.version(conn)

    with pytest.raises(LedgerUnavailable):
        await ledger.write(lambda conn: migrate.migrate(conn, (*STEPS, add, broken)))
    assert await ledger.write(number) == migrate.CURRENT
    for _ in range(2):
        await ledger.write(lambda conn: migrate.migrate(conn, (*STEPS, add)))
    assert await ledger.write(number) == migrate.CURRENT + 1


def test_the_dump_names_nothing_of_the_machine_it_was_made_on() -> None:
    text = DUMP.read_text(encoding="utf-8")
    assert not any(word in text for word in ("/home/", "/root", "/tmp", "/Users/"))
