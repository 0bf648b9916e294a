"""Sums of the ledger, read from the daily sums that the database updates with every row.

Triggers update them (`steps/002_daily_sums.sql`) in the transaction of the row itself, whichever
version of Tierwise writes it. A reservation belongs to the civil day it was made on, however late
it is settled; a task to the day it was asked on, under its latest decision. A change of zone
changes nothing that is stored. Removing kept content changes no sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import NIGHT
from tierwise.core.money import Usage
from tierwise.store.deferred import Connection, deferred

if TYPE_CHECKING:
    import sqlalchemy as sa

    from tierwise.store import schema
else:
    sa, schema = deferred("sqlalchemy"), deferred("tierwise.store.schema")


@dataclass(frozen=True, slots=True)
class LedgerCut:
    """Which rows of the ledger to add up. Empty fields exclude nothing.

    `since` and `day` are civil days ("YYYY-MM-DD"). `day` may be the key of a night, too. `project`
    goes with `period`, since a project's sums are kept per budget period. `rehearsal` picks the
    rows of the built-in model instead of the paid ones.
    """

    since: str = ""
    day: str | None = None
    project: str | None = None
    period: str | None = None
    rehearsal: bool = False


EVERYTHING: Final = LedgerCut()


@dataclass(frozen=True, slots=True)
class SpendCell:
    """What one model used on one day, for prompts of one size class; cost in nano-dollars.

    Every prompt in it has more than `prompt_size` tokens, up to the next size at which vendors
    change their price. So one price holds for all of it.
    """

    day: str
    tier: str
    model: str
    prompt_size: int
    usage: Usage
    cost: int


@dataclass(frozen=True, slots=True)
class Moved:
    """How many tasks the router gave to tier `routed` and tier `answering` answered, and why."""

    routed: str
    answering: str
    cause: str
    tasks: int


def spend(conn: Connection, cut: LedgerCut = EVERYTHING) -> Sequence[SpendCell]:
    """What was used, by day, tier, model and prompt size, in no order. The costs add up to the
    total.
    """
    table = schema.daily_spend
    keys = (table.c.day, table.c.tier, table.c.model, table.c.prompt_size)
    sums = [
        sa.func.sum(table.c[name])
        for name in (
            "input_tokens",
            "output_tokens",
            "cache_read_tokens",
            "cache_write_5m_tokens",
            "cache_write_1h_tokens",
            "cost",
        )
    ]
    query = sa.select(*keys, *sums).where(*_of_spend(cut)).group_by(*keys)
    return [
        SpendCell(day, tier, model, size, Usage(*tokens), cost)
        for day, tier, model, size, *tokens, cost in conn.execute(query)
    ]


def spent_by(conn: Connection, column: str, cut: LedgerCut = EVERYTHING) -> Mapping[str, int]:
    """Nano-dollars of the chosen rows by "day", "project", "tier" or "model".

    What was paid from the night's budget is listed under the civil day on which the night began.
    """
    table = schema.daily_spend
    query = sa.select(table.c[column], sa.func.sum(table.c.cost)).where(*_of_spend(cut))
    found: dict[str, int] = {}
    for key, cost in conn.execute(query.group_by(table.c[column])):
        whole = key.removesuffix(NIGHT) if column == "day" else key
        found[whole] = found.get(whole, 0) + cost
    return found


def actions(conn: Connection, cut: LedgerCut = EVERYTHING) -> Mapping[str, tuple[int, int]]:
    """Tasks and nano-dollars by action, on the chosen days and in all projects."""
    table = schema.daily_actions
    sums = (sa.func.sum(table.c.tasks), sa.func.sum(table.c.cost))
    query = sa.select(table.c.action, *sums).where(*_days(table, cut)).group_by(table.c.action)
    return {action: (tasks, cost) for action, tasks, cost in conn.execute(query)}


def assumed(conn: Connection, cut: LedgerCut = EVERYTHING) -> int:
    """Nano-dollars of the chosen rows that were booked at an upper bound for want of a bill."""
    query = sa.select(sa.func.sum(schema.daily_spend.c.assumed_cost)).where(*_of_spend(cut))
    return int(conn.execute(query).scalar() or 0)


def tasks_by(conn: Connection, column: str, cut: LedgerCut = EVERYTHING) -> Mapping[str, int]:
    """Number of tasks by "day", "project", "routed", "answering" or "cause".

    A task without a decision is under "".
    """
    table = schema.daily_tasks
    query = sa.select(table.c[column], sa.func.sum(table.c.tasks)).where(*_of_tasks(cut))
    found = conn.execute(query.group_by(table.c[column]))
    return {key: tasks for key, tasks in found if tasks}


def moved(conn: Connection, cut: LedgerCut = EVERYTHING) -> Sequence[Moved]:
    """Where tasks were routed, what answered them and why, by their latest decision."""
    table = schema.daily_tasks
    keys = (table.c.routed, table.c.answering, table.c.cause)
    query = sa.select(*keys, sa.func.sum(table.c.tasks)).where(*_of_tasks(cut)).group_by(*keys)
    return [Moved(*row) for row in conn.execute(query.order_by(*keys)) if row[3]]


def of_tasks(
    conn: Connection, column: str, cut: LedgerCut = EVERYTHING
) -> Mapping[str, tuple[int, int]]:
    """Tasks and nano-dollars by a column of the tasks, such as "language"; "" where it is empty.

    No daily sum is kept for such a column, so the rows themselves are added up. The cost of a call
    is listed where its task is, and under "" where the task is unknown.
    """
    tasks, calls = schema.tasks, schema.reservations
    of_task = sa.func.coalesce(tasks.c[column], "")
    asked = sa.select(of_task, sa.func.count()).where(*_days(tasks, cut)).group_by(of_task)
    paid = (
        sa.select(of_task, sa.func.sum(calls.c.cost))
        .select_from(calls.outerjoin(tasks, tasks.c.task_id == calls.c.task_id))
        .where(*_days(calls, cut), calls.c.state.not_in(("open", "released")))
        .group_by(of_task)
    )
    counted = {key: int(count) for key, count in conn.execute(asked)}
    costs = {key: int(cost) for key, cost in conn.execute(paid)}
    return {key: (counted.get(key, 0), costs.get(key, 0)) for key in sorted({*counted, *costs})}


def outcomes(conn: Connection, cut: LedgerCut = EVERYTHING) -> Mapping[tuple[str, str], int]:
    """Number of outcomes by (kind, answering tier), in all projects."""
    table = schema.daily_outcomes
    keys = (table.c.kind, table.c.tier)
    query = sa.select(*keys, sa.func.sum(table.c.outcomes)).where(*_days(table, cut))
    return {(kind, tier): n for kind, tier, n in conn.execute(query.group_by(*keys)) if n}


def _of_spend(cut: LedgerCut) -> list[Any]:
    table = schema.daily_spend
    wanted = _days(table, cut)
    if cut.project is not None:
        wanted.append(table.c.project == cut.project)
    if cut.period is not None:
        wanted.append(table.c.period == cut.period)
    return wanted


def _of_tasks(cut: LedgerCut) -> list[Any]:
    """The conditions of a cut on tasks. For a period that is a month, the days begin with it."""
    table = schema.daily_tasks
    wanted = _days(table, cut)
    if cut.project is not None:
        wanted.append(table.c.project == cut.project)
    if cut.period is not None and cut.period != "total":
        wanted.append(table.c.day.startswith(cut.period, autoescape=True))
    return wanted


def _days(table: Any, cut: LedgerCut) -> list[Any]:
    wanted = [table.c.rehearsal.is_(cut.rehearsal)]
    if cut.since:
        wanted.append(table.c.day >= cut.since)
    if cut.day is not None:
        wanted.append(table.c.day == cut.day)
    return wanted
