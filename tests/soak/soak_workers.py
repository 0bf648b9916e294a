"""`python -m tests.soak.soak_workers --kills 24`: three workers on one queue, killed at random.

Groups of jobs are queued on a PostgreSQL server, and three workers do them. One after the other is
killed at a random moment and another one takes its place. Afterwards every job must have ended,
none may have run in two workers at once, none may have been taken from a worker that lived, and no
request may have come that nobody booked. Prints one line of figures; exits 1 when anything fails.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from tests.soak.soak_queue import FILES, NIGHT_USD, faults
from tests.support.night import NightFolder
from tests.support.postgres import PostgresServer, schema

from tierwise.core.jobs import AHEAD
from tierwise.core.money import to_nanos
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import schema as tables
from tierwise.store.ledger import Ledger

WORKERS: Final = 3
AUDIT: Final = """
CREATE TABLE audit (at DOUBLE PRECISION, job TEXT, was TEXT, by_was TEXT, is_now TEXT, by_now TEXT);
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO audit VALUES (extract(epoch FROM clock_timestamp()), NEW.id, OLD.state, OLD.worker,
    NEW.state, NEW.worker);
  RETURN NULL; END $$;
CREATE TRIGGER noted AFTER UPDATE ON queue_jobs FOR EACH ROW
  WHEN (OLD.state <> NEW.state OR OLD.worker IS DISTINCT FROM NEW.worker)
  EXECUTE FUNCTION note_change();
"""
"""Each change of a job's state or worker, as the server saw it."""


class Crew:
    """Workers. A killed one is replaced; `killed` has the process ids and the moments."""

    def __init__(self, night: NightFolder, size: int = WORKERS) -> None:
        self._night, self._size = night, size
        self.killed: dict[int, float] = {}
        self.at: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        """Bring the crew to its size."""
        self.at = [one for one in self.at if one.returncode is None]
        while len(self.at) < self._size:
            self.at.append(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "tierwise", "work", cwd=self._night.root,
                    env=self._night.env, stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
                )
            )  # fmt: skip

    async def kill(self, chance: random.Random) -> None:
        """Kill one of them."""
        one = chance.choice([each for each in self.at if each.returncode is None])
        one.kill()
        self.killed[one.pid] = time.time()
        await one.wait()

    async def end(self) -> None:
        """End all of them in good order."""
        for one in self.at:
            if one.returncode is None:
                one.terminate()
        await asyncio.gather(*(one.wait() for one in self.at))


async def run(folder: Path, url: str, kills: int, seed: int) -> int:
    """Kill so often; how many things were wrong."""
    chance, model = random.Random(seed), await RehearsalServer().start()
    config = f"[budget]\nnight_usd = {NIGHT_USD}\n"
    night = NightFolder(folder, model.base_url, config, {"TIERWISE_STORE_URL": url})
    names = [f"src/m{n}.py" for n in range(FILES)]
    night.put({name: f"def f{n}(a):\n    return a\n".encode() for n, name in enumerate(names)})
    ledger, crew, groups = Ledger.open(night.state, url), Crew(night), 0
    await ledger.write(lambda conn: driver(conn).execute(AUDIT))
    while len(crew.killed) < kills:
        added = await asyncio.to_thread(night.run, "queue", "add", "Add docs", *names, "--yes")
        assert added.returncode == 0, added.stderr
        groups += 1
        while len(crew.killed) < kills and await _left(ledger):
            await crew.start()
            model.faults.default = faults(chance)
            before = len(model.requests)
            until = time.monotonic() + chance.uniform(1.0, 20.0)
            while time.monotonic() < until and (len(model.requests) < before + 3):
                await asyncio.sleep(0.02)
            await asyncio.sleep(chance.uniform(0.0, 2.0))
            await crew.kill(chance)
    model.faults.default = Fault()
    until = time.monotonic() + 900
    while await _left(ledger) and time.monotonic() < until:
        await crew.start()
        await ledger.write(lambda conn: conn.execute(
            sa.update(tables.queue_jobs).values(not_before_ms=None)
        ))  # fmt: skip
        await asyncio.sleep(1.0)
    await crew.end()
    wrong = await _judged(ledger, model, crew, groups)
    await ledger.close()
    await model.close()
    for line in wrong:
        print(f"WRONG: {line}")
    return len(wrong)


async def _left(ledger: Ledger) -> int:
    """Jobs that are not over."""
    table = tables.queue_jobs
    query = sa.select(sa.func.count()).where(table.c.state.in_(sorted(AHEAD)))
    return await ledger.read(lambda conn: int(conn.execute(query).scalar_one()), own_writes=False)


def driver(conn: Any) -> Any:
    """The driver's own connection: several statements go in one."""
    return conn.connection.driver_connection


def at_once(audit: Sequence[Mapping[str, Any]], killed: Mapping[int, float]) -> list[str]:
    """Jobs that two workers had at once, by what the server saw and when workers were killed."""
    wrong = []
    for row in audit:
        moved = row["was"] == "running" and row["by_was"] != row["by_now"]
        if not moved:
            continue
        pid = int(row["by_was"].split(":")[1])
        if row["is_now"] == "running":
            wrong.append(f"{row['job']} ran in two workers")
        elif row["is_now"] == "queued" and killed.get(pid, float("inf")) > row["at"]:
            wrong.append(f"{row['job']} was taken from a worker that lived")
    return wrong


async def audited(ledger: Ledger) -> Sequence[Mapping[str, Any]]:
    """What the server saw, in order."""
    return await ledger.read(lambda conn: [
        dict(row) for row in conn.exec_driver_sql("SELECT * FROM audit ORDER BY at").mappings()
    ])  # fmt: skip


async def _judged(ledger: Ledger, model: RehearsalServer, crew: Crew, groups: int) -> list[str]:
    def rows(conn: Any, table: Any) -> list[dict[str, Any]]:
        return [dict(row) for row in conn.execute(sa.select(table)).mappings()]

    jobs = await ledger.read(lambda conn: rows(conn, tables.queue_jobs))
    booked = await ledger.read(lambda conn: rows(conn, tables.reservations))
    audit = await audited(ledger)
    wrong = at_once(audit, crew.killed)
    states = Counter(job["state"] for job in jobs)
    calls = sum(1 for row in booked if row["sent_ms"])
    cost = sum(row["cost"] for row in booked)
    if len(jobs) != groups * FILES or any(state in AHEAD for state in states):
        wrong.append(f"of {groups * FILES} jobs these are there: {dict(states)}")
    if any(row["state"] == "open" for row in booked):
        wrong.append("a reservation is still open")
    if len(model.requests) > calls:
        wrong.append(f"{len(model.requests) - calls} requests came that nobody booked")
    if cost > to_nanos(NIGHT_USD):
        wrong.append("the night's purse is overspent")
    begun = Counter(row["by_now"] for row in audit if row["is_now"] == "running")
    taken = sum(row["was"] == "running" and row["is_now"] == "queued" for row in audit)
    print(
        f"{len(crew.killed)} kills of {WORKERS} workers, {len(jobs)} jobs in {groups} groups: "
        f"{dict(states)}; {len(begun)} workers began {sum(begun.values())} runs, {taken} of them "
        f"were taken over; {len(model.requests)} requests came, {calls} sent and booked, "
        f"{cost / 1e9:.4f} USD; at once twice or lost: {len(wrong)}"
    )
    return wrong


def main() -> int:
    """Run it; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="tests.soak.soak_workers")
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--seed", type=int, default=27)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="tierwise-soak-") as folder,
        PostgresServer() as server,
        schema(server.url) as url,
    ):
        return int(asyncio.run(run(Path(folder), url, asked.kills, asked.seed)) > 0)


if __name__ == "__main__":
    sys.exit(main())
