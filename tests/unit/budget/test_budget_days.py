from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from tierwise.budget.days import (
    ClockWentBack,
    OpenDay,
    UnknownZone,
    booking,
    day_of,
    period_of,
    zone,
)

YEARS = range(2008, 2031)
ODD_DAYS_AT_LEAST = 5_000


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def offset_changes(where: ZoneInfo) -> list[datetime]:
    """Every instant of the years in which the zone's offset changes, to the minute."""
    found = []
    step = timedelta(days=1)
    at, end = datetime(2008, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    before = at.astimezone(where).utcoffset()
    while at < end:
        after = (at + step).astimezone(where).utcoffset()
        if after != before:
            low, high = at, at + step
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                if middle.astimezone(where).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            found.append(high)
            before = after
        at += step
    return found


def fold(events: list[datetime], name: str) -> list[str]:
    """The days a ledger would book these instants to, in order; "refused" where it would not."""
    opened: OpenDay | None = None
    booked = []
    for now in events:
        try:
            opened = booking(now, name, opened)
        except ClockWentBack:
            booked.append("refused")
            continue
        booked.append(opened.day)
    return booked


def test_every_zone_books_days_that_are_not_24_hours_and_jumping_clocks_right() -> None:
    rng = random.Random(1)
    odd_days = 0
    for name in sorted(available_timezones()):
        where = ZoneInfo(name)
        changes = offset_changes(where)
        for change in changes:
            odd_days += 1
            base = [change + timedelta(hours=h) for h in (-26, -1, 0, 1, 23, 26)]
            check(fold(base, name), base, where)
            jump = timedelta(hours=rng.uniform(-48, 48))
            events = [change, change + jump, change + timedelta(minutes=5)]
            check(fold(events, name), events, where)
    assert odd_days >= ODD_DAYS_AT_LEAST


def check(booked: list[str], events: list[datetime], where: ZoneInfo) -> None:
    """A second statement of the rule: never before a day left, refused beyond 36 h back."""
    last, latest = "", events[0]
    for day, now in zip(booked, events, strict=True):
        if latest - now > timedelta(hours=36):
            assert day == "refused"
            continue
        wall = now.astimezone(where)
        last = max(last, f"{wall.year:04}-{wall.month:02}-{wall.day:02}")
        latest = max(latest, now)
        assert day == last


@pytest.mark.parametrize(
    ("name", "at", "day"),
    [
        ("Europe/Berlin", "2026-11-24T22:59:59", "2026-11-24"),
        ("Europe/Berlin", "2026-11-24T23:00:00", "2026-11-25"),
        ("America/New_York", "2026-11-25T04:59:59", "2026-11-24"),
        ("Pacific/Apia", "2011-12-30T09:59:59", "2011-12-29"),
        ("Pacific/Apia", "2011-12-30T10:00:00", "2011-12-31"),
        ("Australia/Lord_Howe", "2026-04-04T13:00:00", "2026-04-05"),
        ("Asia/Kathmandu", "2026-11-24T18:15:00", "2026-11-25"),
    ],
)
def test_a_day_is_the_date_on_the_wall(name: str, at: str, day: str) -> None:
    assert day_of(utc(at), name) == day


def test_a_laptop_asleep_over_midnight_wakes_on_the_next_day() -> None:
    events = [utc("2026-11-24T22:30:00"), utc("2026-11-25T07:00:00")]
    assert fold(events, "Europe/Berlin") == ["2026-11-24", "2026-11-25"]


def test_a_clock_set_back_does_not_reopen_a_day() -> None:
    events = [utc(f"2026-11-{d}T12:00:00") for d in (24, 25, 24, 25)]
    assert fold(events, "UTC") == ["2026-11-24", "2026-11-25", "2026-11-25", "2026-11-25"]


def test_a_clock_far_back_is_not_believed() -> None:
    events = [utc("2026-11-24T12:00:00"), utc("2026-11-23T00:00:01"), utc("2026-11-22T23:59:59")]
    assert fold(events, "UTC") == ["2026-11-24", "2026-11-24", "refused"]


def test_a_change_of_zone_never_hands_out_a_fresh_budget_early() -> None:
    opened = booking(utc("2026-11-24T11:30:00"), "Europe/Berlin", None)
    assert opened.day == "2026-11-24"
    east = booking(utc("2026-11-24T11:31:00"), "Pacific/Kiritimati", opened)
    assert east.day == "2026-11-24", "it is the 25th there, and the 24th is not over in Berlin"
    west = booking(utc("2026-11-24T11:32:00"), "Pacific/Honolulu", east)
    assert west.day == "2026-11-24"
    later = booking(utc("2026-11-24T23:00:00"), "Pacific/Kiritimati", east)
    assert (later.day, later.zone) == ("2026-11-25", "Pacific/Kiritimati")


def test_changing_the_zone_every_hour_opens_at_most_one_day_a_day() -> None:
    rng, opened = random.Random(3), None
    zones = sorted(available_timezones())
    now, days = utc("2026-01-01T00:00:00"), set()
    for _ in range(24 * 40):
        opened = booking(now, rng.choice(zones), opened)
        days.add(date.fromisoformat(opened.day))
        now += timedelta(hours=1)
    assert len(days) <= 41


def test_periods() -> None:
    assert period_of("2026-11-24", "month") == "2026-11"
    assert period_of("2026-11-24", "total") == "total"


def test_an_unknown_zone_is_named() -> None:
    with pytest.raises(UnknownZone, match="Mars/Olympus"):
        zone("Mars/Olympus")
    with pytest.raises(UnknownZone, match="passwd"):
        zone("../../etc/passwd")
