"""Times of the night queue: the next instant of a time of day, and the night an instant is in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.budget import days
from tierwise.core.jobs import NIGHT
from tierwise.night import times

ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"])
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(
    lambda d: d.replace(tzinfo=UTC)
)


@given(INSTANTS, ZONES, st.integers(0, 23), st.integers(0, 59))
def test_the_next_time_of_day_is_within_a_day_and_a_change_of_clocks(
    now: datetime, zone: str, hour: int, minute: int
) -> None:
    found = times.at(f"{hour}:{minute:02}", now, zone)
    assert now <= found <= now + timedelta(hours=26)


@given(INSTANTS, ZONES)
def test_a_night_goes_from_noon_to_noon(now: datetime, zone: str) -> None:
    local = now.astimezone(days.zone(zone))
    night = days.night_of(now, zone)
    assert night.endswith(NIGHT)
    began = datetime.fromisoformat(night.removesuffix(NIGHT)).date()
    assert began == local.date() - timedelta(days=0 if local.hour >= 12 else 1)
    assert days.period_of(night, "month") == began.isoformat()[:7]


def test_tonight_ends_on_the_morning_after() -> None:
    now = datetime(2026, 11, 29, 15, tzinfo=UTC)
    at, by = times.window(*times.TONIGHT, now, "UTC")
    assert at == datetime(2026, 11, 29, 23, tzinfo=UTC).timestamp() * 1000
    assert by == datetime(2026, 11, 30, 7, tzinfo=UTC).timestamp() * 1000


@pytest.mark.parametrize("text", ["", "25:00", "7", "7:5", "soon", "07:60"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(times.NoTime):
        times.at(text, datetime(2026, 1, 1, tzinfo=UTC), None)


def test_a_day_later_is_the_same_time_of_day_across_a_change_of_clocks() -> None:
    before = datetime(2026, 10, 24, 21, tzinfo=UTC)
    later = times.a_day_later(int(before.timestamp() * 1000), "Europe/Berlin")
    assert later == datetime(2026, 10, 25, 22, tzinfo=UTC).timestamp() * 1000
