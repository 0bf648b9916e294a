"""Compares the tests without and with a change. Only a failure that is not there without the change
speaks against it. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from tierwise.core.jobs import TestsSaid
from tierwise.tasks.testing.cell import CellRun

_FAILED: Final = re.compile(
    r"^\s*(?:FAILED|ERROR|--- FAIL:|not ok \d+ -?|✗|✕|×|FAIL:?)\s+(\S.*?)(?:\s+-\s.*|\s+\(\d.*)?$"
)


def failures(run: CellRun) -> frozenset[str]:
    """The names of the tests that failed in a run. Empty if its output names none."""
    found = (_FAILED.match(line) for line in run.output.splitlines())
    return frozenset(match.group(1).strip() for match in found if match is not None)


def verdict(before: CellRun, after: CellRun, again: CellRun | None) -> TestsSaid:
    """What the tests say about a change, from a run without it and one with it. `again` is a second
    run with the change, made if the first failed.
    """
    if not after.ran or not before.ran:
        return "notRun"
    if after.code == 0:
        return "passed"
    if before.code != 0:
        new = failures(after) - failures(before)
        if after.code is None or (new and (again is None or again.code != 0)):
            return "red"
        return "redBefore"
    if again is not None and again.code == 0:
        return "flaky"
    return "red"
