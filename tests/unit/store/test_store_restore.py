"""Backups, and a ledger that is junk, damaged or gone: what is put in its place."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing

import pytest
from tests.unit.store.rows import keys, put

from tierwise.store import backup, faults, members, reservations
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger

pytestmark = pytest.mark.ledger_file


async def test_backups_rotate_and_are_whole(ledger: Ledger) -> None:
    for n in range(backup.KEEP + 3):
        await ledger.write(put(str(n)))
        backup.rotate(ledger.path)
    copies = backup.copies(ledger.path)
    assert len(copies) == backup.KEEP
    assert all(backup.sound(copy) for copy in copies)
    assert {copy.stat().st_mode & 0o777 for copy in copies} == {0o600}
    with closing(sqlite3.connect(copies[0])) as raw:
        assert raw.execute("SELECT COUNT(*) FROM budget_events").fetchone()[0] == backup.KEEP + 3
    newest = copies[0].stat().st_mtime
    assert not backup.due(ledger.path, newest + 10)
    assert backup.due(ledger.path, newest + backup.EVERY_S)
    assert backup.due(ledger.path, newest - 10), "a clock that was set back"


async def test_a_first_write_is_backed_up_without_being_asked(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    await ledger.close()
    assert len(backup.copies(ledger.path)) == 1


async def test_junk_in_place_of_the_ledger_is_replaced_by_the_backup_and_money_waits(
    ledger: Ledger,
) -> None:
    await ledger.write(put("a"))
    backup.rotate(ledger.path)
    await ledger.write(put("after the backup"))
    await ledger.close()
    ledger.path.write_bytes(b"not a database at all" * 500)
    later = Ledger.open(ledger.folder)
    assert await later.write(keys) == ["a", ""], "the hold is the last event"
    kinds = await later.read(
        lambda conn: list(conn.exec_driver_sql("SELECT kind FROM budget_events").scalars())
    )
    assert kinds == ["raise", "hold"]
    assert list(ledger.folder.glob("ledger.damaged-*.db"))
    await later.close()


async def test_a_ledger_damaged_while_it_is_open_is_restored_within_the_write(
    ledger: Ledger,
) -> None:
    for n in range(50):
        await ledger.write(put(f"{n}" + "x" * 500))
    backup.rotate(ledger.path)
    await ledger.close()
    size = ledger.path.stat().st_size
    with ledger.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    later = Ledger.open(ledger.folder)
    await later.write(put("last"))
    assert len([k for k in await later.read(keys) if k]) == 51
    assert later.problem is None
    await later.close()


async def test_rows_newer_than_the_backup_are_saved_from_a_file_that_can_be_read(
    ledger: Ledger,
) -> None:
    await ledger.write(put("old"))
    one, token = await ledger.write(lambda conn: members.invite(conn, "Max", "member", 1))
    backup.rotate(ledger.path)
    await ledger.write(put("new"))
    await ledger.write(lambda conn: members.revoke(conn, one.id, 2))

    def damage_an_index(conn: Connection) -> int:
        return int(
            conn.exec_driver_sql(
                "SELECT rootpage FROM sqlite_master WHERE name = 'tasks_created'"
            ).scalar_one()
        )

    page = await ledger.write(damage_an_index)
    await ledger.close()
    with ledger.path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    later = Ledger.open(ledger.folder)
    assert await later.write(keys) == ["old", "new"], "nothing lost, so no hold"
    assert await later.read(reservations.stored) == {}
    (kept,) = await later.read(members.every)
    assert kept.revoked_ms == 2, f"{token} stays revoked"
    await later.close()


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.ENOSPC, ""), "full"),
        (OSError(errno.EROFS, ""), "readonly"),
        (OSError(errno.EACCES, ""), "readonly"),
        (OSError(errno.ENOENT, ""), "missing"),
        (OSError(errno.EIO, ""), "other"),
        (sqlite3.IntegrityError("mine"), None),
        (ValueError("mine"), None),
    ],
)
def test_faults_are_told_from_errors_of_the_caller(error: Exception, fault: str | None) -> None:
    assert faults.fault_of(error) == fault
