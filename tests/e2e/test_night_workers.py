"""Workers that share one queue on PostgreSQL: each job once, and a lost worker's by another."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.soak.soak_workers import AUDIT, Crew, at_once, audited, driver
from tests.support import postgres
from tests.support.night import FILES, NightFolder
from tests.support.postgres import PostgresServer

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store.ledger import Ledger

pytestmark = pytest.mark.postgres


@pytest.fixture
def url() -> Iterator[str]:
    if not postgres.installed():
        missing = "no PostgreSQL server: run tests/postgres/install.sh"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with PostgresServer() as server, postgres.schema(server.url) as found:
        yield found


async def test_the_jobs_of_a_killed_worker_are_done_by_another_and_none_twice(
    url: str,
) -> None:
    model = await RehearsalServer().start()
    with tempfile.TemporaryDirectory() as name:
        night = NightFolder(
            Path(name), model.base_url, "[budget]\nnight_usd = 1.0\n", {"TIERWISE_STORE_URL": url}
        )
        ledger = Ledger.open(night.state, url)
        await ledger.write(lambda conn: driver(conn).execute(AUDIT))
        added = await asyncio.to_thread(
            night.facts, "queue", "add", "Add docstrings", *sorted(FILES), "--yes"
        )
        crew = Crew(night, size=1)
        model.faults.default = Fault(first_delay=600.0)
        await crew.start()
        while not model.requests:
            await asyncio.sleep(0.02)
        await crew.kill(random.Random(1))
        model.faults.default = Fault()
        others = await asyncio.gather(
            *(asyncio.to_thread(night.run, "work", "--once") for _ in range(2))
        )
        assert [done.returncode for done in others] == [0, 0], [done.stderr for done in others]
        report = await asyncio.to_thread(night.report, added["group"])
        assert report["counts"] == {"ready": len(FILES)}
        audit = await audited(ledger)
        assert at_once(audit, crew.killed) == []
        assert any(row["was"] == "running" and row["is_now"] == "queued" for row in audit)
        await ledger.close()
    await model.close()
