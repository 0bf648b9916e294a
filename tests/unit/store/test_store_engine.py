"""The ledger as an engine: what is written is read, by every window, whatever fails."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.sentences import refused
from tests.unit.store.rows import keys, put

from tierwise.core.errors import LedgerUnavailable
from tierwise.present.errors import sentence
from tierwise.store import faults, filesystem
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.lock import LedgerLock


def test_naming_the_rooms_imports_no_database() -> None:
    code = (
        "import sys, tierwise.budget.purse, tierwise.store.decisions, tierwise.store.outcomes,"
        "tierwise.store.overrides, tierwise.store.stats, tierwise.budget.cache_cost;"
        "sys.exit('sqlalchemy' in sys.modules or 'aiosqlite' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_what_is_written_is_read_by_both_readers(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    assert await ledger.read(keys) == ["a"]
    assert await asyncio.to_thread(ledger.read_sync, keys) == ["a"]
    assert ledger.problem is None


async def test_the_files_are_the_operators_alone(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    modes = {p.name: p.stat().st_mode & 0o777 for p in ledger.folder.iterdir() if p.is_file()}
    assert modes
    assert set(modes.values()) == {0o600}, modes
    assert ledger.folder.stat().st_mode & 0o777 == 0o700


async def test_it_writes_through_and_waits_for_the_disk(ledger: Ledger) -> None:
    def pragmas(conn: Connection) -> tuple[object, object]:
        mode = conn.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        return mode, conn.exec_driver_sql("PRAGMA synchronous").scalar_one()

    kind = filesystem.file_system(ledger.folder)
    assert await ledger.write(pragmas) == (kind.journal.lower(), 2)


async def test_an_error_of_the_caller_rolls_back_and_is_no_problem_of_the_ledger(
    ledger: Ledger,
) -> None:
    def half(conn: Connection) -> None:
        put("half")(conn)
        raise KeyError("mine")

    with pytest.raises(KeyError):
        await ledger.write(half)
    await ledger.write(put("whole"))
    assert await ledger.read(keys) == ["whole"]
    assert ledger.problem is None


async def test_a_cancelled_write_is_finished_and_not_half_done(ledger: Ledger) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(conn: Connection) -> None:
        put("first")(conn)
        inside.set()
        assert go_on.wait(10)
        put("second")(conn)

    job = asyncio.create_task(ledger.write(slow))
    await asyncio.to_thread(inside.wait, 10)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    go_on.set()
    await ledger.write(put("third"))
    assert await ledger.read(keys) == ["first", "second", "third"]


async def test_a_reader_sees_a_snapshot_while_another_window_writes(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    other = Ledger.open(ledger.folder)
    looked, written = threading.Event(), threading.Event()

    def twice(conn: Connection) -> tuple[list[str], list[str]]:
        before = keys(conn)
        looked.set()
        assert written.wait(10)
        return before, keys(conn)

    job = asyncio.create_task(ledger.read(twice))
    await asyncio.to_thread(looked.wait, 10)
    await other.write(put("b"))
    written.set()
    assert await job == (["a"], ["a"])
    assert await ledger.read(keys) == ["a", "b"]
    await other.close()


async def test_a_read_sees_what_was_queued_before_it(ledger: Ledger) -> None:
    for n in range(20):
        ledger.submit(put(str(n)))
    assert len(await ledger.read(keys)) == 20


async def test_a_change_by_another_window_is_noticed(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    other = Ledger.open(ledger.folder)
    await other.write(put("b"))
    waiting = asyncio.create_task(ledger.changed(poll_s=0.01))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    await other.write(put("c"))
    await asyncio.wait_for(waiting, 10)
    await other.close()


async def test_a_full_disk_refuses_and_heals_by_itself(ledger: Ledger) -> None:
    await ledger.write(put("a"))

    def fill(conn: Connection) -> None:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        conn.exec_driver_sql(
            "INSERT INTO budget_events (at_ms, kind, scope, key) VALUES (1, 'x', 'day', ?)",
            ("x" * 100_000,),
        )

    with refused(LedgerUnavailable, match="disk is full"):
        await ledger.write(fill)
    assert ledger.problem is not None
    await ledger.write(put("b"))
    assert ledger.problem is None
    assert await ledger.read(keys) == ["a", "b"]


async def test_a_state_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    ledger = Ledger.open(tmp_path / "state")
    with refused(LedgerUnavailable, match="state folder"):
        await ledger.write(put("a"))
    with pytest.raises(LedgerUnavailable):
        await ledger.read(keys)
    await ledger.close()


async def test_a_ledger_that_was_deleted_under_it_is_begun_anew(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    for path in ledger.folder.glob("ledger.db*"):
        path.unlink()
    await ledger.write(put("b"))
    assert await ledger.read(keys) == ["b"]


async def test_a_closed_ledger_refuses(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    await ledger.close()
    with refused(LedgerUnavailable, match="closed"):
        await ledger.write(put("b"))
    assert not list(ledger.folder.glob("*-wal")), "closing checkpoints"


def test_the_lock_keeps_another_process_out_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.lock"
    code = (
        "import sys, filelock\n"
        "with filelock.FileLock(sys.argv[1]):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline().strip() == b"held"
    with refused(LedgerUnavailable, match="Another window"), LedgerLock(path, 0.05).held():
        pass
    holder.kill()
    holder.wait()
    with LedgerLock(path, 10).held():
        pass
    holder.stdin.close()
    holder.stdout.close()


def test_a_read_only_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE t (n)")
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as raw,
        pytest.raises(sqlite3.OperationalError) as caught,
    ):
        raw.execute("INSERT INTO t VALUES (1)")
    fault = faults.fault_of(caught.value)
    assert fault == "readonly"
    assert "read-only" in sentence(faults.unavailable(fault))


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
server:/home /home/me nfs4 rw 0 0
C: /mnt/c 9p rw 0 0
host:/x /home/me/far\\040away fuse.sshfs rw 0 0
bucket /mnt/bucket fuse.s3fs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind", "journal", "refused"),
    [
        ("/var/lib", "ext4", "WAL", False),
        ("/home/me/.local/state", "nfs4", "DELETE", False),
        ("/home/meadow", "ext4", "WAL", False),
        ("/mnt/c/Users/me", "9p", "DELETE", False),
        ("/home/me/far away/state", "fuse.sshfs", "DELETE", False),
        ("/mnt/bucket/state", "fuse.s3fs", "DELETE", True),
    ],
)
def test_network_file_systems_get_no_shared_memory(
    tmp_path: Path, path: str, kind: str, journal: str, refused: bool
) -> None:
    table = tmp_path / "mounts"
    table.write_text(MOUNTS)
    found = filesystem.file_system(Path(path), table)
    assert (found.kind, found.journal) == (kind, journal)
    assert found.lockless == refused


async def test_on_a_network_file_system_the_ledger_works_without_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tierwise.store.filesystem.file_system", lambda _path: filesystem.FileSystem("nfs4")
    )
    ledger = Ledger.open(tmp_path / "state")
    await ledger.write(put("a"))
    assert await ledger.read(keys) == ["a"]
    assert not list(ledger.folder.glob("*-shm"))
    await ledger.close()


async def test_where_nothing_can_be_locked_no_money_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tierwise.store.filesystem.file_system", lambda _path: filesystem.FileSystem("davfs")
    )
    ledger = Ledger.open(tmp_path / "state")
    with refused(LedgerUnavailable, match="TIERWISE_STATE_DIR"):
        await ledger.write(put("a"))
    await ledger.close()
