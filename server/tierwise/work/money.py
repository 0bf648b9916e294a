"""Decides whether a job that waits for money may be tried again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path

from tierwise.budget import days
from tierwise.budget.purse import Purse
from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import HOLDS
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.window.settings import configuration, limits, price_table


@dataclass
class MoneyWatch:
    """Decides when jobs that wait for money may be tried again, by the budget of the night."""

    env: Mapping[str, str]
    ledger: Ledger
    _left: dict[str, int] = field(default_factory=dict)
    """For each job, how much was left when it was last tried again, in nano-dollars."""

    async def may_retry(self, job: JobRow, group: GroupRow, now_ms: int) -> bool:
        """Whether a job may be tried again: there is money, and more than at the last try.

        A night's money is only for that night, which ends at noon. A job that waited longer goes on
        only when the operator says so.
        """
        config = configuration(self.env, {}, [Path(group.root)], True).config
        ladder, table = config.ladder(), price_table(config)[0]
        purse = Purse(
            self.ledger,
            lambda: table,
            lambda: limits(config),
            lambda: ladder.get(ladder.cheapest),
            night=True,
        )
        zone = config.budget.timezone
        if job.started_ms is not None and _night(job.started_ms, zone) != _night(now_ms, zone):
            return False
        state = await purse.state(group.project, job.id)
        if state.level == "paused":
            return config.rehearsal
        left = state.left if state.left is not None else 0
        if left <= self._left.get(job.id, -1) and job.reason not in HOLDS:
            return False
        self._left[job.id] = left
        return True


def _night(at_ms: int, zone: str | None) -> str:
    return days.night_of(datetime.fromtimestamp(at_ms / 1000, UTC), zone)
