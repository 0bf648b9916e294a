"""The bars of the free checks, over the whole corpus; `make bench` prints the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.bench.checks.bench_checks import CLASSES, CorpusDesk, measure
from tests.bench.checks.edit_tasks import LANGUAGES, tasks


@pytest.mark.timeout(600)
def test_bad_answers_are_caught_and_good_ones_are_not(tmp_path: Path) -> None:
    assert len(tasks()) >= 60
    assert {task.language for task in tasks()} == set(LANGUAGES)
    tally = measure(CorpusDesk(tmp_path), seeds=1)
    assert tally.rate("good") <= 0.02, tally.missed
    for kind in CLASSES:
        assert tally.seen[kind] >= 200
        assert tally.rate(kind) >= 0.95, [m for m in tally.missed if m[0] == kind]
