"""The ledger as an engine: what is written is read, by every window, whatever fails."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import filelock
import pytest
from tests.support.ledgers import open_ledger
from tests.support.sentences import refused
from tests.unit.store.rows import keys, put

from tierwise.core.errors import LedgerUnavailable
from tierwise.present.errors import sentence
from tierwise.store import faults, filesystem, kept_lock
from tierwise.store.deferred import Connection
from tierwise.store.kept_lock import KeptLock, NoFlock
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


@pytest.mark.ledger_file
async def test_the_files_are_the_operators_alone(ledger: Ledger) -> None:
    await ledger.write(put("a"))
    modes = {p.name: p.stat().st_mode & 0o777 for p in ledger.folder.iterdir() if p.is_file()}
    assert modes
    assert set(modes.values()) == {0o600}, modes
    assert ledger.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.ledger_file
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
    other = open_ledger(ledger.folder)
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
    other = open_ledger(ledger.folder)
    await other.write(put("b"))
    waiting = asyncio.create_task(ledger.changed(poll_s=0.01))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    await other.write(put("c"))
    await asyncio.wait_for(waiting, 10)
    await other.close()


@pytest.mark.ledger_file
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


@pytest.mark.ledger_file
async def test_a_state_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    ledger = Ledger.open(tmp_path / "state")
    with refused(LedgerUnavailable, match="state folder"):
        await ledger.write(put("a"))
    with pytest.raises(LedgerUnavailable):
        await ledger.read(keys)
    await ledger.close()


@pytest.mark.ledger_file
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


HOLDERS = {
    "the library's": "import sys, filelock\nwith filelock.FileLock(sys.argv[1]):\n",
    "our own": "import sys, pathlib\nfrom tierwise.store.lock import LedgerLock\n"
    "with LedgerLock(pathlib.Path(sys.argv[1]), keeps=True).held():\n",
}


@pytest.mark.ledger_file
@pytest.mark.parametrize("whose", HOLDERS)
def test_the_lock_keeps_another_process_out_and_says_so(tmp_path: Path, whose: str) -> None:
    path = tmp_path / "ledger.lock"
    code = HOLDERS[whose] + "    print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline().strip() == b"held"
    ours = LedgerLock(path, 0.05, keeps=True)
    with refused(LedgerUnavailable, match="Another window"), ours.held():
        pass
    with pytest.raises(filelock.Timeout), filelock.FileLock(path, timeout=0.05):
        pass
    holder.kill()
    holder.wait()
    with LedgerLock(path, 10).held():
        pass
    with ours.held(), ours.held():
        pass
    with filelock.FileLock(path, timeout=10):
        pass
    ours.close()
    holder.stdin.close()
    holder.stdout.close()


@pytest.mark.ledger_file
@pytest.mark.parametrize("gone", ["replaced", "removed", "its folder removed"])
def test_the_lock_is_that_of_the_file_which_is_there(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "state" / "ledger.lock"
    ours = LedgerLock(path, 0.05, keeps=True)
    with ours.held():
        pass
    path.unlink()
    if gone == "replaced":
        path.touch()
    elif gone != "removed":
        path.parent.rmdir()
        path.parent.mkdir()
    with filelock.FileLock(path), refused(LedgerUnavailable, match="Another"), ours.held():
        pass
    with ours.held(), pytest.raises(filelock.Timeout), filelock.FileLock(path, timeout=0.05):
        pass
    ours.close()


@pytest.mark.ledger_file
@pytest.mark.parametrize(("later", "pauses"), [(0.0, [0.0005]), (0.0002, [0.0003]), (1.0, [])])
def test_who_gave_the_lock_back_lets_others_look_before_it_takes_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: float, pauses: list[float]
) -> None:
    now = 100.0
    slept: list[float] = []

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return now

        @staticmethod
        def sleep(seconds: float) -> None:
            slept.append(round(seconds, 6))

    monkeypatch.setattr(kept_lock, "time", Clock)
    lock = KeptLock(tmp_path / "ledger.lock")
    assert lock.acquire(1.0, 0.0005)
    assert lock.acquire(1.0, 0.0005)
    lock.release()
    lock.release()
    assert slept == []
    now += later
    assert lock.acquire(1.0, 0.0005)
    assert slept == pauses
    lock.release()
    lock.close()


@pytest.mark.ledger_file
def test_without_flock_the_library_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(self: KeptLock, wait_s: float, poll_s: float) -> bool:
        raise NoFlock

    monkeypatch.setattr(KeptLock, "acquire", none)
    ours, path = LedgerLock(tmp_path / "ledger.lock", 0.05), tmp_path / "ledger.lock"
    with ours.held(), pytest.raises(filelock.Timeout), filelock.FileLock(path, timeout=0.05):
        pass
    with filelock.FileLock(path), refused(LedgerUnavailable, match="Another"), ours.held():
        pass


@pytest.mark.ledger_file
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


@pytest.mark.ledger_file
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


@pytest.mark.ledger_file
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


def elsewhere(code: str, path: Path) -> str:
    """What a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.ledger_file
async def test_what_is_written_after_another_process_ended_is_in_the_file(tmp_path: Path) -> None:
    """Several ledgers of one process, as a worker has them: opening one must not let go of the
    file for the others, or the next process that ends takes the log of writes away from them."""
    other = (
        "import pathlib, sys; from tierwise.store.ledger import Ledger;"
        "ledger = Ledger.open(pathlib.Path(sys.argv[1]));"
        "ledger.write_sync(lambda conn: None); ledger.close_sync()"
    )
    seen = (
        "import sqlite3, sys; rows = sqlite3.connect(sys.argv[1]).execute("
        "'SELECT key FROM budget_events ORDER BY 1'); print(*[row[0] for row in rows])"
    )
    ledgers = [Ledger.open(tmp_path) for _ in range(3)]
    for number, ledger in enumerate(ledgers):
        await ledger.write(put(f"a{number}"))
        await ledger.read(keys)
    await asyncio.to_thread(elsewhere, other, tmp_path)
    for number, ledger in enumerate(ledgers):
        await ledger.write(put(f"b{number}"))
    found = await asyncio.to_thread(elsewhere, seen, tmp_path / "ledger.db")
    assert found.split() == ["a0", "a1", "a2", "b0", "b1", "b2"]
    for ledger in ledgers:
        await ledger.close()
