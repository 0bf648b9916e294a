"""A queue that several workers share: a job is handed in, begun, ended and told by one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from tierwise.store import jobs, owner, schema, workers
from tierwise.store.deferred import Connection
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger

GONE = owner.identity().replace(":", ":9", 1)
"""A process of this machine that is not there."""
ELSEWHERE = "another-boot/1:1:1"
"""A process of another machine."""


HERE, THERE = "place-a", "place-b"


async def begin(ledger: Ledger, place: str | None = HERE, **job: Any) -> JobRow:
    group = GroupRow("g", "p", "/p", 1, "document", "file", "cli", place=place)
    row = JobRow("j", "g", 0, "file:///p/a.py", "a.py", **job)
    await ledger.write(lambda conn: jobs.insert_group(conn, group, [row]))
    return row


async def now(ledger: Ledger) -> JobRow:
    row = await ledger.read(lambda conn: jobs.job(conn, "j"))
    assert row is not None
    return row


async def lost(ledger: Ledger, place: str = HERE) -> Sequence[str]:
    return await ledger.read(lambda conn: workers.lost(conn, place))


async def taken_over(ledger: Ledger, worker: str, place: str = HERE) -> int:
    return await ledger.write(lambda conn: workers.taken_over(conn, [worker], place))


async def seen(ledger: Ledger, worker: str, ago_ms: int) -> None:
    def write(conn: Connection) -> None:
        workers.here(conn, worker, HERE)
        at = workers.now_ms(conn) - ago_ms
        table = schema.workers
        conn.execute(sa.update(table).where(table.c.worker == worker).values(seen_ms=at))

    await ledger.write(write)


@pytest.mark.parametrize(
    ("worker", "ago_ms", "is_lost"),
    [
        (owner.identity(), 10**9, False),
        (GONE, 0, True),
        (ELSEWHERE, workers.LOST_MS - 30_000, False),
        (ELSEWHERE, workers.LOST_MS + 1, True),
    ],
    ids=["here", "gone", "elsewhere", "silent"],
)
async def test_a_worker_is_lost_where_it_is_known_dead_or_long_silent(
    ledger: Ledger, worker: str, ago_ms: int, is_lost: bool
) -> None:
    await seen(ledger, worker, ago_ms)
    assert (worker in await lost(ledger)) is is_lost
    assert await lost(ledger, THERE) == [], "what it left can be done in its own place alone"


async def test_what_a_lost_worker_ran_is_queued_again_and_counts_a_kill(ledger: Ledger) -> None:
    await begin(ledger, state="running", worker=GONE, run=1, version="v")
    await seen(ledger, GONE, 0)
    assert await taken_over(ledger, ELSEWHERE) == 0
    assert (await now(ledger)).state == "running"
    assert await taken_over(ledger, GONE) == 1
    row = await now(ledger)
    assert (row.state, row.worker, row.version, row.kills, row.run) == ("queued", None, None, 1, 1)
    assert await lost(ledger) == []


@pytest.mark.parametrize(("place", "handed_in"), [(HERE, None), (None, None), (THERE, "v")])
async def test_a_job_of_another_place_stays_handed_in_there(
    ledger: Ledger, place: str | None, handed_in: str | None
) -> None:
    await begin(ledger, place, state="queued", run=1, version="v")
    await taken_over(ledger, GONE)
    assert (await now(ledger)).version == handed_in


async def test_what_lay_in_a_file_gets_the_place_where_it_was_taken_over(ledger: Ledger) -> None:
    await begin(ledger, None)
    for place in (HERE, THERE):
        await ledger.write(lambda conn, place=place: jobs.lie_at(conn, place, "alpha"))  # type: ignore[misc]  # default binds the loop variable
    group = await ledger.read(lambda conn: jobs.group(conn, "g"))
    assert group is not None
    assert (group.place, group.host) == (HERE, "alpha")


async def test_what_a_lost_worker_took_and_did_not_begin_is_handed_in_anew(ledger: Ledger) -> None:
    await begin(ledger, state="queued", run=3, version="v")
    assert await taken_over(ledger, GONE) == 0
    row = await now(ledger)
    assert (row.state, row.version, row.kills) == ("queued", None, 0)
    assert await ledger.write(lambda conn: jobs.hand_in(conn, row, "v"))
    assert (await now(ledger)).run == 4


async def test_a_job_is_handed_in_once_for_each_of_its_runs(ledger: Ledger) -> None:
    row = await begin(ledger, state="waiting", reason="model")
    assert await ledger.write(lambda conn: jobs.hand_in(conn, row, "v"))
    assert not await ledger.write(lambda conn: jobs.hand_in(conn, row, "v")), "another was quicker"
    await ledger.write(lambda conn: jobs.change(conn, "j", version=None, state="waiting"))
    assert not await ledger.write(lambda conn: jobs.hand_in(conn, row, "v")), "its run is over"
    again = await now(ledger)
    assert await ledger.write(lambda conn: jobs.hand_in(conn, again, "v"))
    assert ((await now(ledger)).run, (await now(ledger)).reason) == (2, None)


@pytest.mark.parametrize("holder", [GONE, None], ids=["running", "queued"])
async def test_only_who_has_a_job_says_what_came_of_it(ledger: Ledger, holder: str | None) -> None:
    await begin(ledger, state="running" if holder else "queued", worker=holder)
    other = ELSEWHERE if holder is None else owner.identity()
    assert not await ledger.write(lambda conn: jobs.over(conn, "j", other, state="failed"))
    assert await ledger.write(lambda conn: jobs.over(conn, "j", holder, state="ready", worker=None))
    assert not await ledger.write(lambda conn: jobs.over(conn, "j", holder, state="failed"))
    assert (await now(ledger)).state == "ready"


async def test_the_end_of_a_group_is_told_once(ledger: Ledger) -> None:
    await begin(ledger)
    assert await ledger.write(lambda conn: jobs.tell_once(conn, "g", 1))
    assert not await ledger.write(lambda conn: jobs.tell_once(conn, "g", 2))
