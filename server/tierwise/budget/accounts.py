"""Reads from the ledger what was spent, which caps bind, and whether paid calls are on hold."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from tierwise.budget import days
from tierwise.budget.limits import BudgetState, Limits, cap
from tierwise.core.team import SharedCap
from tierwise.store import budget_events, calendar, jobs, reservations, team_caps
from tierwise.store.budget_events import allowed, note
from tierwise.store.deferred import Connection
from tierwise.store.glance import LedgerRows

__all__ = ["allowed", "note", "open_day", "state"]

Opened = tuple[str, str, int] | None
"""The day that is open in the ledger, as `calendar.read` gives it."""

SEEN_STEP_MS: Final = 60_000
"""Milliseconds after which the latest instant seen is written to the ledger again."""

HOUR_MS: Final = 3_600_000
"""The length of the time that an hourly cap covers, in milliseconds."""

CLOCK: Final = "clock"
"""The reason of a hold after the clock went far back: no paid call until the operator resumes."""


def open_day(conn: Connection, limits: Limits, now: datetime) -> None:
    """Store which civil day is open and, to the minute, the latest time seen.

    Raises `ClockWentBack` if the clock was set back too far, or `UnknownZone`.
    """
    found = calendar.read(conn)
    day = _today(found, limits, now)
    seen_ms = int(day.seen.timestamp() * 1000)
    if found is None or found[:2] != (day.day, day.zone) or seen_ms - found[2] >= SEEN_STEP_MS:
        calendar.write(conn, day.day, day.zone, seen_ms)


def state(
    conn: LedgerRows,
    limits: Limits,
    project: str,
    now: datetime,
    smallest: int,
    *,
    night: bool = False,
    job: str | None = None,
    member: str | None = None,
) -> BudgetState:
    """What is spent at `now` and which caps bind, with all that the operator changed by hand.

    - `smallest` is the smallest reservation there is, in nano-dollars.
    - `night` takes the night's budget instead of the day's.
    - `job` is a task of the night queue: then the cap of its group binds as well.
    - `member` is the member of a team who makes the calls: then the team's caps bind as well.
    """
    reason, opened = None, calendar.read(conn)
    latest = _latest(opened, now)
    try:
        day = _today(opened, limits, now).day
    except days.ClockWentBack:
        day, reason = days.day_of(now, limits.timezone), CLOCK
    period = days.period_of(day, limits.period)
    key = reservations.project_key(project, period)
    tonight = days.night_of(latest, limits.timezone)
    of_day, of_project = reservations.sums(conn, tonight if night else day, key)
    word = budget_events.word(conn, day, project, key, tonight)
    limit = cap(limits.day, word.day.set_to, limits.repository_day, word.day.raised)
    if night:
        limit = 0 if limit == 0 else _night_limit(limits, word.night)
    group = jobs.spend_of_group(conn, job) if job is not None else None
    hour = reservations.since(conn, _hour_ago(latest)) if limits.hour is not None else None
    reason = word.hold or reason
    return BudgetState(
        day=tonight if night else day,
        period=period,
        project=project,
        day_limit=limit,
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
        purse="night" if night else "day",
        group_limit=group.cap if group is not None else None,
        group_spent=group.spent if group is not None else 0,
        group_reserved=group.reserved if group is not None else 0,
        shared=_shared(conn, member, project, day, period, latest) if member else (),
    )


def _shared(
    conn: LedgerRows, member: str, project: str, day: str, period: str, latest: datetime
) -> tuple[SharedCap, ...]:
    asked = team_caps.CapQuestion(member, project, day, period, _hour_ago(latest))
    return tuple(
        SharedCap(scope, span, limit, sums.settled, sums.reserved, sums.expected)
        for (scope, span), (limit, sums) in sorted(team_caps.binding(conn, asked).items())
    )


def _night_limit(limits: Limits, word: budget_events.Change) -> int:
    """The night's cap.

    If none is set or configured it is 0, since nobody watches the spending at night.
    """
    return cap(limits.night, word.set_to, limits.repository_night, word.raised) or 0


def _today(found: Opened, limits: Limits, now: datetime) -> days.OpenDay:
    """The day to book to. Raises `ClockWentBack`, or `UnknownZone`."""
    opened: days.OpenDay | None = None
    if found is not None:
        opened = days.OpenDay(found[0], found[1], datetime.fromtimestamp(found[2] / 1000, UTC))
    return days.booking(now, limits.timezone, opened)


def _hour_ago(latest: datetime) -> int:
    """An hour before the latest instant seen, so that a clock that is set back frees no money."""
    return int(latest.timestamp() * 1000) - HOUR_MS


def _latest(found: Opened, now: datetime) -> datetime:
    """The latest instant that was ever seen, which is later than now if the clock went back."""
    seen = datetime.fromtimestamp(found[2] / 1000, UTC) if found is not None else now
    return max(now, seen)
