"""Civil days in the operator's zone, and clocks that jump.

A day is a calendar date, not 24 hours: zones have days of 23, 23.5 and 25 hours, and one
lost a whole day. The day a reservation was made on is the day it is booked to.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MAX_BACK: Final = timedelta(hours=36)
"""How far a clock may have gone back before it is not believed: two days apart at most."""


def zone(name: str | None) -> tzinfo | None:
    """The zone of that IANA name; None means the machine's local zone. Raises `ValueError`."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"There is no time zone '{name}'.") from None


def day_of(at: datetime, where: tzinfo | None, last_day: str | None = None) -> str:
    """The civil day of an instant as "YYYY-MM-DD", never before `last_day`.

    A clock set back, or a zone further west, must not reopen a day that was already left:
    within `MAX_BACK` the last day stays. Beyond it the clock was wrong before, and the new
    date holds.
    """
    local = at.astimezone(where) if where is not None else at.astimezone()
    today = local.date()
    if last_day is not None:
        last = date.fromisoformat(last_day)
        if today < last and last - today <= MAX_BACK:
            return last_day
    return today.isoformat()


def period_of(day: str, period: Literal["month", "total"]) -> str:
    """The key of a project's budget period: the month of `day`, or "total"."""
    return day[:7] if period == "month" else "total"


def now() -> datetime:
    """The instant, in UTC."""
    return datetime.now(UTC)
