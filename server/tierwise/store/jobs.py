"""Groups and jobs of the night queue, as the operator sees them.

Plain statements on an open transaction. The engine's own database can be rebuilt from these rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tierwise.core.actions import Action
from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import AHEAD, Each, GroupState, JobState, TestsSaid
from tierwise.store import owner
from tierwise.store.deferred import Connection, deferred
from tierwise.store.glance import LedgerRows
from tierwise.store.odd_rows import well

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

_OF_GROUP = """
SELECT g.id, g.cap, SUM(r.cost), SUM(CASE WHEN r.state = 'open' THEN r.worst ELSE 0 END)
FROM queue_jobs j JOIN queue_groups g ON g.id = j.group_id
JOIN queue_jobs k ON k.group_id = g.id
LEFT JOIN reservations r ON r.task_id = k.id AND NOT r.rehearsal
WHERE j.id = ? AND g.cap IS NOT NULL GROUP BY g.id, g.cap
"""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Jobs that were queued together. Times in UTC milliseconds, money in nano-dollars.

    - `root` is the workspace folder.
    - `fan` says what there is a job for: each file, diagnostic or symbol.
    - `place` is the name of the state folder that holds its instruction, `host` the machine that
      has both. They are None where the ledger is a file.
    - `at_ms` is when it may start (None: as soon as a worker runs).
    - `by_ms` is when those of its jobs that did not run expire.
    """

    id: str
    project: str
    root: str
    created_ms: int
    action: Action
    fan: Each
    origin: str
    tier: str | None = None
    at_ms: int | None = None
    by_ms: int | None = None
    every: str | None = None
    after_group: str | None = None
    cap: int | None = None
    agent: bool = False
    rehearsal: bool = False
    state: GroupState = "open"
    forecast: int = 0
    worst: int = 0
    baseline: int = 0
    told_ms: int | None = None
    next_group: str | None = None
    snapshot: str | None = None
    place: str | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """One job of the night queue as the ledger keeps it. `cost` is nano-dollars.

    Its id is that of its task. `range` is start and end, line and character. `run` counts how often
    it was handed to the engine that runs jobs, `kills` how many workers ended while it ran.
    `reason` is a code.
    """

    id: str
    group_id: str
    number: int
    uri: str
    path: str
    range: tuple[int, int, int, int] | None = None
    state: JobState = "queued"
    reason: str | None = None
    worker: str | None = None
    run: int = 0
    kills: int = 0
    version: str | None = None
    tier: str | None = None
    routed: str | None = None
    edit_id: str | None = None
    tests: TestsSaid | None = None
    network: bool | None = None
    cost: int = 0
    not_before_ms: int | None = None
    started_ms: int | None = None
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class GroupSpend:
    """The cap of a group, and what its calls cost and may still cost; nano-dollars."""

    cap: int
    spent: int
    reserved: int


def insert_group(conn: Connection, group: GroupRow, jobs: Sequence[JobRow]) -> None:
    """Add a group with its jobs to the queue."""
    conn.execute(sa.insert(schema.queue_groups).values(**asdict(group)))
    rows = [{**asdict(job), "range": job.range and list(job.range)} for job in jobs]
    if rows:
        conn.execute(sa.insert(schema.queue_jobs), rows)


def groups(conn: Connection, project: str | None = None) -> Sequence[GroupRow]:
    """The groups of a project or of all projects, the latest first, without odd rows."""
    table = schema.queue_groups
    query = sa.select(table).order_by(table.c.created_ms.desc(), table.c.id)
    if project is not None:
        query = query.where(table.c.project == project)
    return well(GroupRow(**row) for row in conn.execute(query).mappings())


def group(conn: Connection, group_id: str) -> GroupRow | None:
    """The group of that id."""
    table = schema.queue_groups
    row = conn.execute(sa.select(table).where(table.c.id == group_id)).mappings().first()
    return next(iter(well([GroupRow(**row)] if row else [])), None)


def jobs_of(conn: Connection, group_id: str) -> Sequence[JobRow]:
    """The jobs of a group in their order."""
    table = schema.queue_jobs
    query = sa.select(table).where(table.c.group_id == group_id).order_by(table.c.number)
    return well(_job(dict(row)) for row in conn.execute(query).mappings())


def job(conn: Connection, job_id: str) -> JobRow | None:
    """The job of that id."""
    table = schema.queue_jobs
    row = conn.execute(sa.select(table).where(table.c.id == job_id)).mappings().first()
    return next(iter(well([_job(dict(row))] if row else [])), None)


def ahead(conn: Connection) -> Sequence[JobRow]:
    """Every job that waits or runs, of all projects, in the order in which it was queued."""
    table, of = schema.queue_jobs, schema.queue_groups
    query = (
        sa.select(table)
        .join(of, of.c.id == table.c.group_id)
        .where(table.c.state.in_(sorted(AHEAD)))
        .order_by(of.c.created_ms, of.c.id, table.c.number)
    )
    return well(_job(dict(row)) for row in conn.execute(query).mappings())


def change(
    conn: Connection, job_id: str, only: Collection[JobState] | None = None, **values: Any
) -> bool:
    """Set columns of a job, if it is in one of the states `only`. Returns whether it was."""
    table = schema.queue_jobs
    wanted = sa.update(table).where(table.c.id == job_id)
    if only is not None:
        wanted = wanted.where(table.c.state.in_(sorted(only)))
    return conn.execute(wanted.values(**values)).rowcount == 1


def hand_in(conn: Connection, job: JobRow, version: str) -> bool:
    """Note that a job is handed to the engine, the library that runs jobs, for its next run.

    Returns False if another process handed it in first.
    """
    table = schema.queue_jobs
    mine = (
        sa.update(table)
        .where(
            table.c.id == job.id,
            table.c.run == job.run,
            table.c.version.is_(None),
            table.c.state.in_(sorted(AHEAD - {"running"})),
        )
        .values(version=version, run=job.run + 1, state="queued", reason=None)
    )
    return conn.execute(mine).rowcount == 1


def over(conn: Connection, job_id: str, held_by: str | None, /, **values: Any) -> bool:
    """Set the result of a run, if the worker `held_by` still has the job. Returns whether it was
    set.

    `held_by` is None for a job that no worker began.
    """
    table = schema.queue_jobs
    mine = table.c.worker.is_(None) if held_by is None else table.c.worker == held_by
    where = (table.c.id == job_id, table.c.state.in_(sorted(AHEAD)), mine)
    return conn.execute(sa.update(table).where(*where).values(**values)).rowcount == 1


def tell_once(conn: Connection, group_id: str, at_ms: int) -> bool:
    """Claim the right to tell the operator that a group is over.

    Returns False if another process has claimed it.
    """
    table = schema.queue_groups
    mine = sa.update(table).where(table.c.id == group_id, table.c.told_ms.is_(None))
    return conn.execute(mine.values(told_ms=at_ms)).rowcount == 1


def change_group(conn: Connection, group_id: str, **values: Any) -> bool:
    """Set columns of a group. Returns whether the group was there."""
    table = schema.queue_groups
    return (
        conn.execute(sa.update(table).where(table.c.id == group_id).values(**values)).rowcount == 1
    )


def lie_at(conn: Connection, place: str, host: str) -> None:
    """Note state folder (`place`) and machine (`host`) for groups of jobs that name no place."""
    table = schema.queue_groups
    conn.execute(sa.update(table).where(table.c.place.is_(None)).values(place=place, host=host))


def forget(conn: Connection, group_id: str) -> None:
    """Delete a group with its jobs. What it cost stays booked."""
    of = schema.queue_jobs
    conn.execute(sa.delete(of).where(of.c.group_id == group_id))
    conn.execute(sa.delete(schema.queue_groups).where(schema.queue_groups.c.id == group_id))


def took_over(conn: Connection) -> int:
    """Queue again every running job whose process is not known to live.

    Each gets one more killed run. Returns how many there were.
    """
    table = schema.queue_jobs
    found = conn.execute(sa.select(table.c.id, table.c.worker).where(table.c.state == "running"))
    lost = [row.id for row in found if owner.alive(row.worker or "") is not True]
    for each in lost:
        conn.execute(
            sa.update(table)
            .where(table.c.id == each)
            .values(state="queued", worker=None, kills=table.c.kills + 1)
        )
    return len(lost)


def task_states(conn: Connection, job_ids: Collection[str]) -> Mapping[str, str]:
    """The states of the tasks of some jobs, by id.

    The operator may have applied a task meanwhile.
    """
    table = schema.tasks
    query = sa.select(table.c.task_id, table.c.state).where(table.c.task_id.in_(list(job_ids)))
    return {row.task_id: row.state for row in conn.execute(query)}


def spend_of_group(conn: LedgerRows, job_id: str) -> GroupSpend | None:
    """The spend of the group that a job belongs to; None if it has no cap or the task is no job."""
    for _, cap, spent, reserved in conn.exec_driver_sql(_OF_GROUP, (job_id,)):
        return GroupSpend(int(cap), int(spent or 0), int(reserved or 0))
    return None


def lost_calls(conn: Connection, job_id: str) -> int:
    """How many calls of a job were sent without anybody knowing how they ended."""
    table = schema.reservations
    query = sa.select(table.c.state, table.c.sent_ms, table.c.owner).where(
        table.c.task_id == job_id, table.c.state.in_(["open", "assumed"])
    )
    return sum(
        row.state == "assumed" or (row.sent_ms != 0 and owner.alive(row.owner) is False)
        for row in conn.execute(query)
    )


def calls_made(conn: Connection, job_id: str) -> int:
    """How many calls of a job for its answer reached a server, whether it answered or not."""
    table = schema.reservations
    asked = table.c.request_id
    query = (
        sa.select(sa.func.count())
        .select_from(table)
        .where(
            table.c.task_id == job_id,
            table.c.sent_ms > 0,
            asked.like(f"{job_id}:%"),
            asked.not_like(f"{job_id}:%:%"),
        )
    )
    return int(conn.execute(query).scalar_one())


def cost_of(conn: Connection, job_id: str) -> int:
    """What was booked for a job's calls, in nano-dollars, rehearsal included."""
    table = schema.reservations
    query = sa.select(sa.func.coalesce(sa.func.sum(table.c.cost), 0))
    return int(conn.execute(query.where(table.c.task_id == job_id)).scalar_one())


def _job(values: dict[str, Any]) -> JobRow:
    span = values.pop("range")
    return JobRow(**values, range=tuple(span) if isinstance(span, list) else span)
