"""When a group may run: converts clock times in the operator's zone to instants. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from tierwise.budget import days

TONIGHT: Final = ("23:00", "07:00")
"""When "Queue for tonight" begins, and when jobs that did not run by then expire."""
NOW: Final = "now"
"""The one value for a begin that is not a time of day."""
_CLOCK: Final = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")


class NoTime(ValueError):
    """Raised for a text that is no time of day. Its one argument is the text."""


def at(text: str, now: datetime, zone: str | None) -> datetime:
    """The next instant of a time of day such as "23:00", or of "now". Raises `NoTime`.

    Summer time can skip a time of day or repeat it. A skipped time is taken one hour later, and a
    repeated one the first time.
    """
    if text.strip().lower() == NOW:
        return now
    found = _CLOCK.match(text.strip())
    if found is None:
        raise NoTime(text)
    hour, minute = int(found.group(1)), int(found.group(2))
    local = now.astimezone(days.zone(zone))
    for ahead in range(3):
        day = local.date() + timedelta(days=ahead)
        naive = datetime(day.year, day.month, day.day, hour, minute)
        wanted = _in_zone(naive, zone)
        if wanted >= now:
            return wanted
    raise AssertionError("every time of day comes within two days")


def window(
    begin: str | None, end: str | None, now: datetime, zone: str | None
) -> tuple[int | None, int | None]:
    """The instants of `--at` and `--by`, in UTC milliseconds. None for one that is not given.

    The end is the next such time after the begin. It cannot be "now": the group would be over
    before anything ran. Raises `NoTime`.
    """
    if end is not None and end.strip().lower() == NOW:
        raise NoTime(end)
    starts = at(begin, now, zone) if begin is not None else None
    ends = at(end, starts or now, zone) if end is not None else None
    return _ms(starts), _ms(ends)


def a_day_later(at_ms: int | None, zone: str | None) -> int | None:
    """The same time of day on the next civil day, in UTC milliseconds."""
    if at_ms is None:
        return None
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(days.zone(zone))
    return _ms(_in_zone(local.replace(tzinfo=None, fold=0) + timedelta(days=1), zone))


def shown(at_ms: int | None, zone: str | None) -> datetime | None:
    """An instant of a group in the operator's time zone."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(days.zone(zone))


def _in_zone(naive: datetime, zone: str | None) -> datetime:
    """A wall-clock time in a zone as an instant in UTC."""
    return naive.replace(tzinfo=days.zone(zone)).astimezone(UTC)


def _ms(instant: datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp() * 1000)
