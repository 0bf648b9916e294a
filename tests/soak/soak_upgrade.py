"""Two versions on one ledger: the first Tierwise goes on while this one upgrades its ledger.

`python -m tests.soak.soak_upgrade [--seconds S]` takes the program that shipped the first shape
out of the repository's history, opens a ledger with it, upgrades the ledger under it, opens
another old window afterwards, and lets all of them write. Exits 1 when a row was lost, a sum is
wrong, or a window had to stop.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from tests.unit.store.daily_sums import as_kept, as_rebuilt
from tests.unit.store.first_shape import restore

from tierwise.store import reservations
from tierwise.store.ledger import Ledger

ROOT: Final = Path(__file__).parents[2]
FIRST: Final = "06a9b5f"
"""The commit whose program wrote the dump of the first shape."""


def old_program(folder: Path) -> Path:
    """The server of the first Tierwise, unpacked. Raises `CalledProcessError` without history."""
    packed = folder / "old.tar"
    subprocess.run(
        ["git", "archive", "--output", str(packed), FIRST, "server"], cwd=ROOT, check=True
    )
    subprocess.run(["tar", "-xf", str(packed), "-C", str(folder)], check=True)
    return folder / "server"


class Worker:
    """A window of one version in a process of its own."""

    def __init__(self, server: Path, state: Path, name: str) -> None:
        self.name = name
        self._acks = state / f"acks-{name}"
        with self._acks.open("w") as out:
            self._process = subprocess.Popen(
                [sys.executable, str(ROOT / "tests/soak/upgrade_worker.py"), str(state), name],
                env={"PYTHONPATH": str(server), "PATH": "/usr/bin:/bin"},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
            )

    def acks(self) -> list[str]:
        return self._acks.read_text().splitlines()

    def began(self, within: float = 60.0) -> None:
        """Wait until it has written something. Raises `AssertionError` with what it died of."""
        deadline = time.monotonic() + within
        while not self.acks():
            assert self._process.poll() is None, self.end()
            assert time.monotonic() < deadline, f"{self.name} writes nothing"
            time.sleep(0.01)

    def end(self) -> str:
        """Close its input and wait; what it complained of."""
        _, errors = self._process.communicate(input="", timeout=60)
        return errors.strip() if self._process.returncode else ""


def run(seconds: float) -> bool:
    """One upgrade under two old windows; whether nothing was lost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        state, old, new = folder / "state", old_program(folder), ROOT / "server"
        before = _rows(restore(state))
        workers = [Worker(old, state, "old-before")]
        workers[0].began()
        for server, each in ((new, "new"), (old, "old-after")):
            workers.append(Worker(server, state, each))
            workers[-1].began()
        time.sleep(seconds)
        counts = {worker.name: len(worker.acks()) for worker in workers}
        time.sleep(seconds)
        troubles = {worker.name: trouble for worker in workers if (trouble := worker.end())}
        stopped = [w.name for w in workers if len(w.acks()) <= counts[w.name]]
        acks = [line.split() for worker in workers for line in worker.acks()]
        lost, sums, kept = _judged(state, acks, before)
        found = {worker.name: len(worker.acks()) for worker in workers}
        print(f"{found}, lost {lost}, sums right {sums}, first rows kept {kept}", flush=True)
        for where, trouble in troubles.items():
            print(f"{where}: {trouble.splitlines()[-1]}")
        return not (lost or stopped or troubles) and sums and kept


def _rows(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as raw:
        return list(raw.execute("SELECT id, worst, day FROM reservations ORDER BY id"))


def _judged(
    state: Path, acks: list[list[str]], before: list[tuple[object, ...]]
) -> tuple[int, bool, bool]:
    """How much of what was acknowledged is gone; whether sums are right and the first rows stay."""
    ledger = Ledger.open(state)
    query = "SELECT task_id, cost FROM reservations WHERE project = 'soak'"
    costs = {
        str(row[0]): int(row[1])
        for row in ledger.read_sync(lambda conn: conn.exec_driver_sql(query).all())
    }
    lost = sum(1 for task, cost in acks if costs.get(task) != int(cost))
    sums = ledger.read_sync(as_kept) == ledger.read_sync(as_rebuilt) and all(
        ledger.read_sync(lambda conn, r=rehearsal: reservations.stored(conn, rehearsal=r))  # type: ignore[misc]  # default binds the loop variable
        == ledger.read_sync(lambda conn, r=rehearsal: reservations.recomputed(conn, rehearsal=r))  # type: ignore[misc]  # default binds the loop variable
        for rehearsal in (False, True)
    )
    ledger.close_sync()
    now = {row[0]: row for row in _rows(state / "ledger.db")}
    return lost, sums, all(now.get(row[0]) == row for row in before)


def main() -> int:
    """Run the upgrades; 0 when nothing was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--times", type=int, default=3)
    asked = parser.parse_args()
    return 0 if all(run(asked.seconds) for _ in range(asked.times)) else 1


if __name__ == "__main__":
    sys.exit(main())
