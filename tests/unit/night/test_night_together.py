"""Which proposals are applied together: those that pass the tests as a whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.jobs import TestsSaid
from tierwise.tasks.testing.tested import Tests, TestsReport, Tried

ALL = [Tried(str(number), {}) for number in range(12)]
SPOILS = st.lists(st.frozensets(st.integers(0, 11), min_size=1, max_size=3), max_size=6)


class Told(Tests):
    """Tests that fail where one of some sets of proposals is in the tree as a whole."""

    def __init__(self, spoils: Sequence[frozenset[int]], runs: bool = True) -> None:
        self.spoils, self.runs, self.count = spoils, runs, 0

    async def of(self, proposals: Sequence[Tried]) -> TestsReport:
        self.count += 1
        there = {int(one.job) for one in proposals}
        red: TestsSaid = "red" if any(spoil <= there for spoil in self.spoils) else "passed"
        return TestsReport(red if self.runs else "notRun")


@given(SPOILS)
def test_what_is_left_passes_and_nothing_more_of_it_would(spoils: list[frozenset[int]]) -> None:
    told = Told(spoils)
    found = asyncio.run(told.passing(ALL))
    assert found is not None
    kept = {int(one.job) for one in found}
    assert not any(spoil <= kept for spoil in spoils)
    assert all(any(spoil <= kept | {left} for spoil in spoils) for left in set(range(12)) - kept)


@given(st.integers(0, 11))
def test_one_that_spoils_it_is_found_by_halves(bad: int) -> None:
    told = Told([frozenset({bad})])
    found = asyncio.run(told.passing(ALL))
    assert found is not None
    assert len(found) == 11
    assert told.count <= 9


def test_where_the_tests_cannot_be_run_nothing_passes() -> None:
    assert asyncio.run(Told([], runs=False).passing(ALL)) is None
