"""Reservations in the ledger and the running sums beside them, in nano-dollars.

Plain statements on an open transaction; `budget` decides what they mean. The sums
always equal what the reservations add up to, and `recomputed` can check that.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage
from tierwise.store import upsert
from tierwise.store.deferred import Connection, deferred
from tierwise.store.glance import LedgerRows

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")

State = Literal["open", "settled", "released", "assumed"]
OPEN: Final = "open"
ASSUMED: Final = "assumed"
_MADE: Final = "SELECT 1 FROM reservations WHERE request_id = ?"
_SUMS: Final = """
SELECT scope, settled, reserved, expected FROM spent WHERE NOT rehearsal
  AND ((scope = 'day' AND key = ?) OR (scope = 'project' AND key = ?))
"""
_JOB: Final = "job:"
_SUMS_OF_JOB: Final = """
SELECT settled, reserved, expected FROM spent WHERE NOT rehearsal AND scope = 'job' AND key = ?
"""
_SINCE: Final = """
SELECT SUM(cost), SUM(CASE WHEN state = 'open' THEN worst ELSE 0 END) FROM reservations
WHERE NOT rehearsal AND created_ms > ?
"""


@dataclass(frozen=True, slots=True)
class ReservationRow:
    """One attempt (a call of a model) as the ledger keeps it. Times in UTC milliseconds, money in
    nano-dollars.

    `input_bound` is the upper bound of the prompt in tokens, `expected` the forecast, `owner` the
    process that will settle it. `sent_ms` is 0 while the request was certainly not sent; None, from
    an older Tierwise, is read as sent.
    """

    id: str
    request_id: str
    task_id: str
    created_ms: int
    lease_ms: int
    owner: str
    day: str
    period: str
    project: str
    action: str
    language: str | None
    tier: str
    model: str
    base_url: str | None
    input_chars: int
    input_bound: int
    max_tokens: int
    worst: int
    expected: int
    allowed: bool
    price_known: bool
    rehearsal: bool
    state: str = OPEN
    cost: int = 0
    settled_ms: int | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    assumed: bool = False
    sent_ms: int | None = 0
    member: str | None = None

    @property
    def unsent(self) -> bool:
        """Whether the request was certainly not sent."""
        return self.sent_ms == 0

    @property
    def accounts(self) -> tuple[tuple[str, str], ...]:
        """The (scope, key) of every sum that includes this row."""
        job = job_of(self.request_id)
        return (
            ("day", self.day),
            ("project", project_key(self.project, self.period)),
            *((("job", job),) if job is not None else ()),
            *(team_accounts(self) if self.member else ()),
        )


_COLUMNS: Final = tuple(field.name for field in fields(ReservationRow))
_BOOKED: Final = (
    "state",
    "cost",
    "settled_ms",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "assumed",
)
"""The columns that change when a reservation is booked."""

_OF_TIER: Final = ("tier", "model", "base_url", "worst", "expected", "price_known")
"""The columns that depend on the tier which answers."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums in nano-dollars: what is settled, and the worst and expected cost of open
    reservations.
    """

    settled: int = 0
    reserved: int = 0
    expected: int = 0


def team_accounts(row: ReservationRow) -> tuple[tuple[str, str], ...]:
    """The (scope, key) of the team's sums that the row of a member's call adds to."""
    return (
        ("period", row.period),
        ("project-day", f"{row.project}|{row.day}"),
        ("member-day", f"{row.member}|{row.day}"),
        ("member-period", f"{row.member}|{row.period}"),
    )


def project_key(project: str, period: str) -> str:
    """The key of a project's sums in one period."""
    return f"{project}|{period}"


def job_request(job: str) -> str:
    """A new request id that names its job, so that the job's calls can be added up."""
    return f"{_JOB}{job}:{uuid.uuid4().hex}"


def job_of(request_id: str) -> str | None:
    """The job that a request belongs to; None if it belongs to none."""
    if not request_id.startswith(_JOB):
        return None
    return request_id.removeprefix(_JOB).rpartition(":")[0]


def by_request(conn: Connection, request_id: str) -> ReservationRow | None:
    """The reservation of that request; None if there is none yet."""
    if conn.exec_driver_sql(_MADE, (request_id,)).first() is None:
        # Usually there is none, and this query takes a fifth of the time.
        return None
    row = conn.execute(_select_by("request_id"), {"wanted": request_id}).mappings().first()
    return ReservationRow(**row) if row else None


def by_id(conn: Connection, reservation_id: str) -> ReservationRow | None:
    """The reservation of that id."""
    row = conn.execute(_select_by("id"), {"wanted": reservation_id}).mappings().first()
    return ReservationRow(**row) if row else None


def insert(conn: Connection, row: ReservationRow) -> None:
    """Add an open reservation and add it to the sums."""
    conn.execute(_insert_row(), {name: getattr(row, name) for name in _COLUMNS})
    _add(conn, row, reserved=row.worst, expected=row.expected)


def book(
    conn: Connection, row: ReservationRow, usage: Usage, cost: int, *, state: State, at_ms: int
) -> None:
    """Settle an open reservation to its cost, on the day it was made.

    One that was booked at an upper bound for want of a bill (assumed) may be settled again.
    """
    conn.execute(
        _update_row(),
        {
            "wanted": row.id,
            "state": state,
            "cost": cost,
            "settled_ms": at_ms,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "cache_write_5m_tokens": usage.cache_write_5m_tokens,
            "cache_write_1h_tokens": usage.cache_write_1h_tokens,
            "assumed": usage.assumed,
        },
    )
    if row.state == OPEN:
        _add(conn, row, settled=cost, reserved=-row.worst, expected=-row.expected)
    else:
        _add(conn, row, settled=cost - row.cost)


def answered_by(conn: Connection, row: ReservationRow) -> None:
    """Change tier and amounts of a reservation to those of `row`, since another tier answers its
    call.

    Doing it twice changes nothing. A reservation whose bill was booked does not change.
    """
    there = by_id(conn, row.id)
    if there is None or there.state not in (OPEN, ASSUMED):
        return
    table, named = schema.reservations, {name: getattr(row, name) for name in _OF_TIER}
    # The state is set without a change, because the trigger of the daily sums watches its column.
    conn.execute(sa.update(table).where(table.c.id == row.id).values(**named, state=there.state))
    if there.state == OPEN:
        _add(conn, there, reserved=row.worst - there.worst, expected=row.expected - there.expected)


def mark_sent(conn: Connection, reservation_id: str, at_ms: int) -> bool:
    """Note that a request is about to be sent. False if its reservation is no longer open."""
    table = schema.reservations
    mine = sa.and_(table.c.id == reservation_id, table.c.state == OPEN)
    return conn.execute(sa.update(table).where(mine).values(sent_ms=at_ms)).rowcount == 1


def did_not_leave(conn: Connection, reservation_id: str) -> None:
    """Note that a request that was marked as sent reached no server."""
    table = schema.reservations
    mine = sa.and_(table.c.id == reservation_id, table.c.sent_ms > 0)
    conn.execute(sa.update(table).where(mine).values(sent_ms=0))


def open_rows(conn: Connection) -> Sequence[ReservationRow]:
    """Every reservation that is not settled, of all editor windows, rehearsal included."""
    table = schema.reservations
    rows = conn.execute(sa.select(table).where(table.c.state == OPEN)).mappings()
    return [ReservationRow(**row) for row in rows]


def extend(conn: Connection, ids: Sequence[str], lease_ms: int) -> None:
    """Set the lease of open reservations: until when they live without news of their process.

    `lease_ms` is UTC milliseconds.
    """
    table = schema.reservations
    conn.execute(
        sa.update(table).where(table.c.id.in_(ids), table.c.state == OPEN).values(lease_ms=lease_ms)
    )


def sums(conn: LedgerRows, day: str, project: str) -> tuple[Sums, Sums]:
    """The sums of a day and of a project's period, without rehearsal; zeros if there are none."""
    rows = conn.exec_driver_sql(_SUMS, (day, project))
    found = {scope: Sums(*amounts) for scope, *amounts in rows}
    return found.get("day", Sums()), found.get("project", Sums())


def sums_of_job(conn: LedgerRows, job: str) -> Sums:
    """The sums of a job, without rehearsal; zeros if there are none."""
    for amounts in conn.exec_driver_sql(_SUMS_OF_JOB, (job,)):
        return Sums(*amounts)
    return Sums()


def since(
    conn: LedgerRows, at_ms: int, of: Literal["member", "project"] | None = None, who: str = ""
) -> Sums:
    """The sums of what was reserved since an instant, without rehearsal.

    With `of` and `who` they are the sums of that member or project alone.
    """
    more, values = (f" AND {of} = ?", (at_ms, who)) if of is not None else ("", (at_ms,))
    for settled, reserved in conn.exec_driver_sql(_SINCE + more, values):
        return Sums(int(settled or 0), int(reserved or 0), 0)
    return Sums()


def recomputed(conn: Connection, *, rehearsal: bool = False) -> Mapping[tuple[str, str], Sums]:
    """The sums, computed again from the reservations, for checks and repairs."""
    table = schema.reservations
    rows = conn.execute(sa.select(table).where(table.c.rehearsal.is_(rehearsal))).mappings()
    found: dict[tuple[str, str], Sums] = {}
    for row in (ReservationRow(**values) for values in rows):
        held = (row.worst, row.expected) if row.state == OPEN else (0, 0)
        for key in row.accounts:
            old = found.get(key, Sums())
            found[key] = Sums(
                old.settled + row.cost, old.reserved + held[0], old.expected + held[1]
            )
    return found


def stored(conn: Connection, *, rehearsal: bool = False) -> Mapping[tuple[str, str], Sums]:
    """All running sums as they are stored."""
    table = schema.spent
    rows = conn.execute(sa.select(table).where(table.c.rehearsal.is_(rehearsal)))
    return {(r.scope, r.key): Sums(r.settled, r.reserved, r.expected) for r in rows}


def _add(
    conn: Connection, row: ReservationRow, *, settled: int = 0, reserved: int = 0, expected: int = 0
) -> None:
    change = {"settled": settled, "reserved": reserved, "expected": expected}
    conn.execute(
        _add_to_sum(conn.dialect.name),
        [
            {"scope": scope, "key": key, "rehearsal": row.rehearsal, **change}
            for scope, key in row.accounts
        ],
    )


# Statements are built once: building one costs more than running it.


@cache
def _select_by(column: str) -> sa.Select[Any]:
    table = schema.reservations
    return sa.select(table).where(table.c[column] == sa.bindparam("wanted"))


@cache
def _insert_row() -> sa.Insert:
    return sa.insert(schema.reservations)


@cache
def _update_row() -> sa.Update:
    table = schema.reservations
    return (
        sa.update(table)
        .where(table.c.id == sa.bindparam("wanted"))
        .values({name: sa.bindparam(name) for name in _BOOKED})
    )


@cache
def _add_to_sum(store: str) -> sa.Insert:
    table = schema.spent
    statement = upsert.insert(store, table)
    return statement.on_conflict_do_update(
        index_elements=["scope", "key", "rehearsal"],
        set_={
            name: table.c[name] + statement.excluded[name]
            for name in ("settled", "reserved", "expected")
        },
    )
