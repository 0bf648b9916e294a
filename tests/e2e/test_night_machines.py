"""Machines that share the ledger's server alone: each has its own files, instructions and workers.

Where the system allows it, each machine has a host name of its own, and the second one processes of
its own, so that nobody can look across.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import pytest_asyncio
from tests.support.night import FILES, NightFolder
from tests.support.postgres import PostgresServer, schema

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import jobs
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger

pytestmark = pytest.mark.postgres

NAMED = ("sh", "-c", 'hostname "$0"; exec "$@"')


@cache
def apart(name: str, *more: str) -> tuple[str, ...]:
    """The command that runs another one on a machine of that name; empty where none may be made."""
    made = ("unshare", "--uts", *more, *NAMED, name)
    try:
        works = subprocess.run([*made, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        works = False
    return made if works else ()


@dataclass
class Two:
    """Two machines, their model server, and a look at the ledger from outside."""

    alpha: NightFolder
    beta: NightFolder
    model: RehearsalServer
    ledger: Ledger

    async def queued_on(self, machine: NightFolder) -> str:
        added = await asyncio.to_thread(
            machine.facts, "queue", "add", "Add docstrings", *sorted(FILES), "--yes"
        )
        return str(added["group"])

    async def look(self, group: str) -> tuple[GroupRow, list[JobRow]]:
        found = await self.ledger.read(lambda conn: jobs.group(conn, group), own_writes=False)
        assert found is not None
        rows = await self.ledger.read(lambda conn: jobs.jobs_of(conn, group), own_writes=False)
        return found, list(rows)

    async def works(self, machine: NightFolder) -> str:
        """What `tierwise work --once` says there."""
        done = await asyncio.to_thread(machine.run, "work", "--once")
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with schema(postgres.url) as found:
        yield found


@pytest_asyncio.fixture
async def two(tmp_path: Path, url: str) -> AsyncIterator[Two]:
    model = await RehearsalServer().start()

    def machine(name: str, *more: str) -> NightFolder:
        folder = tmp_path / name
        own = {"TIERWISE_STORE_URL": url, "HOME": str(folder)}
        return NightFolder(
            folder, model.base_url, "[budget]\nnight_usd = 1.0\n", own, apart(name, *more)
        )

    ledger = Ledger.open(tmp_path / "look", url)
    others = ("--pid", "--fork", "--kill-child", "--mount-proc")
    yield Two(machine("alpha"), machine("beta", *others), model, ledger)
    await ledger.close()
    await model.close()


async def test_a_job_runs_where_its_files_are_and_the_other_machine_says_so(two: Two) -> None:
    group = await two.queued_on(two.alpha)
    row, before = await two.look(group)
    said = await two.works(two.beta)
    assert said == (
        f"{len(FILES)} jobs wait for a worker on {row.host}, where the instruction and the files "
        "are.\n"
    )
    assert row.host == "alpha" or not two.alpha.through
    assert (await two.look(group))[1] == before, "the other machine left them as they are"
    assert two.model.requests == []
    told = await asyncio.to_thread(two.beta.run, "queue", "show", group)
    assert f"(its instruction is on {row.host})" in told.stdout
    assert "no longer kept" not in told.stdout
    for command in ("apply", "undo"):
        told = await asyncio.to_thread(two.beta.run, "queue", command, group)
        assert told.returncode != 0
        assert f"Its files and proposals are on {row.host}. Apply or undo it there." in told.stderr
    await two.works(two.alpha)
    assert {job.state for job in (await two.look(group))[1]} == {"ready"}
    applied = await asyncio.to_thread(two.alpha.facts, "queue", "apply", group)
    assert len(applied["applied"]) == len(FILES)


async def test_both_machines_do_their_own_at_once_from_one_purse(two: Two) -> None:
    groups = [await two.queued_on(machine) for machine in (two.alpha, two.beta)]
    await asyncio.gather(two.works(two.alpha), two.works(two.beta))
    for group in groups:
        assert {job.state for job in (await two.look(group))[1]} == {"ready"}
    assert len(two.model.requests) == 2 * len(FILES)


async def test_what_a_killed_worker_left_is_taken_over_on_its_own_machine_alone(two: Two) -> None:
    group = await two.queued_on(two.alpha)
    two.model.faults.default = Fault(first_delay=600.0)
    worker = two.alpha.worker()
    while not two.model.requests:
        await asyncio.sleep(0.02)
    worker.kill()
    await asyncio.to_thread(worker.communicate)
    two.model.faults.default = Fault()
    _, left = await two.look(group)
    running = [job.id for job in left if job.state == "running"]
    assert running
    await two.works(two.beta)
    assert (await two.look(group))[1] == left, "the other machine cannot do them, and took none"
    await two.works(two.alpha)
    _, done = await two.look(group)
    assert {job.state for job in done} == {"ready"}
    assert {job.id for job in done if job.kills} == set(running)


async def test_where_the_state_folder_is_shared_a_job_waits_for_a_machine_that_has_the_tree(
    two: Two,
) -> None:
    two.beta.more["TIERWISE_STATE_DIR"] = str(two.alpha.state)
    group = await two.queued_on(two.alpha)
    elsewhere = two.alpha.root.rename(two.alpha.folder / "not-mounted-here")
    await two.works(two.beta)
    told = await asyncio.to_thread(two.beta.run, "queue", "report", group)
    assert told.stdout.count("Its folder is not on this machine.") == len(FILES)
    elsewhere.rename(two.alpha.root)
    await two.works(two.alpha)
    assert {job.state for job in (await two.look(group))[1]} == {"ready"}
