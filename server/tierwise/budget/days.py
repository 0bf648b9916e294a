"""Civil days in the operator's zone, and what to do when the clock jumps.

A day is a calendar date, not 24 hours: some zones have days of 23, 23.5 or 25 hours, and one
skipped a whole day. A reservation belongs to the day it was made on, whenever it is settled.
Pure: functions are given the day that is open and return the day to book to.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import NIGHT

MAX_BACK: Final = timedelta(hours=36)
"""How far a clock may go back and still be trusted. Beyond that the operator is asked."""


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The day that calls are booked to, the zone it was opened in, and the latest instant seen."""

    day: str
    zone: str
    seen: datetime


class UnknownZone(ValueError):
    """A time zone that does not exist. Its one argument is the name."""


class ClockWentBack(Exception):
    """The clock is further back than a change of zone or a correction can explain."""


@lru_cache(maxsize=16)
def zone(name: str | None) -> tzinfo | None:
    """The zone of that IANA name; None means the machine's local zone.

    Raises `UnknownZone`.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None


def day_of(at: datetime, name: str | None) -> str:
    """The civil day of an instant in that zone, as "YYYY-MM-DD"."""
    return at.astimezone(zone(name)).date().isoformat()


def booking(now: datetime, zone_name: str | None, opened: OpenDay | None) -> OpenDay:
    """The day to book to at `now`, with the zone and the latest instant to remember.

    A day that is over is never opened again: after a clock was set back, or in a zone further west,
    the open day stays open. In a zone further east no day begins early either, because that would
    hand out a fresh budget: the open day lasts until it is over both in the zone it was opened in
    and in the zone that is set now. Raises `ClockWentBack` beyond `MAX_BACK`.
    """
    named = zone_name or local_name()
    today = day_of(now, zone_name)
    if opened is None:
        return OpenDay(today, named, now)
    if opened.seen - now > MAX_BACK:
        raise ClockWentBack
    seen = max(opened.seen, now)
    if opened.zone != named:
        today = min(today, _day_in(now, opened.zone, today))
    if today <= opened.day:
        return OpenDay(opened.day, opened.zone, seen)
    return OpenDay(day_of(now, zone_name), named, seen)


def night_of(at: datetime, name: str | None) -> str:
    """The night of an instant, noon to noon in that zone, as "YYYY-MM-DD~night".

    It is named after the civil day that it began on.
    """
    local = at.astimezone(zone(name))
    began = local.date() if local.hour >= 12 else local.date() - timedelta(days=1)
    return f"{began.isoformat()}{NIGHT}"


def period_of(day: str, period: Literal["month", "total"]) -> str:
    """The key of a project's budget period: the month of `day`, or "total"."""
    return day[:7] if period == "month" else "total"


def now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


def local_name() -> str:
    """A name of the machine's own zone, as good as can be found, so that a change of zone is
    noticed.
    """
    named = os.environ.get("TZ", "").lstrip(":")
    if named:
        return named
    _, _, found = os.path.realpath("/etc/localtime").partition("zoneinfo/")
    return found or "local"


def _day_in(now: datetime, name: str, otherwise: str) -> str:
    """The civil day of an instant in the zone `name`, or `otherwise` if there is no such zone."""
    try:
        return day_of(now, None if name == local_name() else name)
    except ValueError:
        return otherwise
