"""Civil days in the operator's zone, and clocks that jump.

A day is a calendar date, not 24 hours: zones have days of 23, 23.5 and 25 hours, and one
lost a whole day. A reservation belongs to the day it was made on, whenever it is settled.
Pure: the day that is open comes in, the day to book to comes out.
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
"""How far a clock may go back and still be believed; beyond that the operator is asked."""


@dataclass(frozen=True, slots=True)
class OpenDay:
    """The day that is open: its date, the zone it was opened in, the latest instant seen."""

    day: str
    zone: str
    seen: datetime


class UnknownZone(ValueError):
    """A time zone that is nowhere; its one argument is the name."""


class ClockWentBack(Exception):
    """The clock is further back than any change of zone or correction explains."""


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
    """The day to book to at `now`, and what to remember of it.

    A day that was left is never opened again: a clock set back, or a zone further west,
    stays on the open day. A zone further east does not begin a day early either, because
    that would hand out a fresh budget: the open day lasts until it is over in the zone it
    was opened in and in the zone of now. Raises `ClockWentBack` beyond `MAX_BACK`.
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
    """The instant, in UTC."""
    return datetime.now(UTC)


def local_name() -> str:
    """The machine's own zone as well as it can be named, so that a change of it is seen."""
    named = os.environ.get("TZ", "").lstrip(":")
    if named:
        return named
    _, _, found = os.path.realpath("/etc/localtime").partition("zoneinfo/")
    return found or "local"


def _day_in(now: datetime, name: str, otherwise: str) -> str:
    """The civil day in a zone that was valid once and may have no name any more."""
    try:
        return day_of(now, None if name == local_name() else name)
    except ValueError:
        return otherwise
