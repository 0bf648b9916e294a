"""Where the spend stands: sums, caps and holds of a day and a project, from the ledger."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tierwise.budget import days
from tierwise.budget.limits import BudgetState, Limits, cap
from tierwise.store import budget_events, calendar, reservations
from tierwise.store.budget_events import allowed, note
from tierwise.store.deferred import Connection
from tierwise.store.glance import LedgerRows

__all__ = ["allowed", "note", "open_day", "state", "today"]

SEEN_STEP_MS: Final = 60_000
"""How far time must go on before it is written down, in milliseconds."""

HOUR_MS: Final = 3_600_000
"""The time an hourly cap binds, in milliseconds."""

CLOCK: Final = "clock"
"""The reason why money waits for the operator's word after the clock went far back."""


def today(conn: LedgerRows, limits: Limits, now: datetime) -> days.OpenDay:
    """The day to book to. Raises `ClockWentBack`, or `UnknownZone`."""
    found = calendar.read(conn)
    opened: days.OpenDay | None = None
    if found is not None:
        opened = days.OpenDay(found[0], found[1], datetime.fromtimestamp(found[2] / 1000, UTC))
    return days.booking(now, limits.timezone, opened)


def open_day(conn: Connection, day: days.OpenDay) -> None:
    """Remember the day that is open and, to the minute, the latest instant seen."""
    seen_ms = int(day.seen.timestamp() * 1000)
    found = calendar.read(conn)
    if found is None or found[:2] != (day.day, day.zone) or seen_ms - found[2] >= SEEN_STEP_MS:
        calendar.write(conn, day.day, day.zone, seen_ms)


def state(
    conn: LedgerRows, limits: Limits, project: str, now: datetime, smallest: int
) -> BudgetState:
    """Spend and caps at `now`, with what the operator changed, raised or put right."""
    reason = None
    try:
        day = today(conn, limits, now).day
    except days.ClockWentBack:
        day, reason = days.day_of(now, limits.timezone), CLOCK
    period = days.period_of(day, limits.period)
    key = reservations.project_key(project, period)
    of_day, of_project = reservations.sums(conn, day, key)
    word = budget_events.word(conn, day, project, key)
    hour = reservations.since(conn, _hour_ago(conn, now)) if limits.hour is not None else None
    reason = word.hold or reason
    return BudgetState(
        day=day,
        period=period,
        project=project,
        day_limit=cap(limits.day, word.day.set_to, limits.repository_day, word.day.raised),
        day_spent=of_day.settled,
        day_reserved=of_day.reserved,
        day_expected=of_day.expected,
        project_limit=cap(
            limits.project, word.project.set_to, limits.repository_project, word.project.raised
        ),
        project_spent=of_project.settled,
        project_reserved=of_project.reserved,
        project_expected=of_project.expected,
        hour_limit=limits.hour,
        hour_spent=hour.settled if hour is not None else 0,
        hour_reserved=hour.reserved if hour is not None else 0,
        soft_at=limits.soft_at,
        smallest=smallest,
        hold=reason,
    )


def _hour_ago(conn: LedgerRows, now: datetime) -> int:
    """An hour before the latest instant seen: a clock that went back frees nothing."""
    found = calendar.read(conn)
    at_ms = int(now.timestamp() * 1000)
    return max(at_ms, found[2] if found is not None else 0) - HOUR_MS
