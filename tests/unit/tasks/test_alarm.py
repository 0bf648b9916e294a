"""The alarm reads the ledger's decisions, tells once a day for all windows, and no money."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.store import decisions
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.tasks.money.alarm import ShareAlarm
from tierwise.tasks.window.consent import Consents

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = 3_600_000
TASK = decisions.TaskRow(
    task_id="", created_ms=0, project="p", action="edit", language=None, uri=None, range=None,
    conversation_id=None, session="s", rehearsal=False, state="answered", edit_id=None,
)  # fmt: skip


@dataclass
class Told:
    """A listener that keeps what it was told."""

    said: list[str] = field(default_factory=list)

    def notice(self, level: str, text: str) -> None:
        self.said.append(text)


def fill(ledger: Ledger, hours_ago: float, top: int, other: int, **task: Any) -> None:
    """Tasks of that time, so many answered by Opus and so many by Haiku."""
    at = int(NOW.timestamp() * 1000 - hours_ago * HOUR)

    def write(conn: Connection) -> None:
        for n, tier in enumerate(["opus"] * top + ["haiku"] * other):
            name = f"{hours_ago}-{n}-{task}"
            decisions.insert_task(conn, replace(TASK, task_id=name, created_ms=at, **task))
            decisions.record_decision(conn, name, 0, decision(at, tier))

    ledger.write_sync(write)


def decision(at: int, tier: str, cause: str = "routed") -> decisions.DecisionRow:
    return decisions.DecisionRow(
        at_ms=at, first=tier, routed=tier, answering=tier, cause=cast("Any", cause),
        confidence=0.9, propensity=1.0, weights="w", action="edit", language=None, project="p",
        detail={},
    )  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    found = Ledger.open(tmp_path)
    yield found
    found.close_sync()


def window(ledger: Ledger, folder: Path) -> tuple[ShareAlarm, Told]:
    told = Told()
    world = SimpleNamespace(
        ledger=ledger, listener=told, ladder=DEFAULT_LADDER, clock=lambda: NOW,
        now_ms=lambda: int(NOW.timestamp() * 1000),
    )  # fmt: skip
    return ShareAlarm(cast("Any", world), Consents(folder)), told


async def test_a_doubled_share_is_told_once_a_day_for_all_windows(
    ledger: Ledger, tmp_path: Path
) -> None:
    fill(ledger, 200, top=10, other=90)
    fill(ledger, 2, top=12, other=18)
    alarm, told = window(ledger, tmp_path)
    assert await alarm.look()
    other, silent = window(ledger, tmp_path)
    assert not await other.look()
    assert not await alarm.look()
    assert len(told.said) == 1
    assert "Opus answered 40%" in told.said[0]
    assert "10% is usual" in told.said[0]
    assert "$" not in told.said[0]
    assert not silent.said


async def test_rehearsal_and_what_is_too_old_or_too_little_say_nothing(
    ledger: Ledger, tmp_path: Path
) -> None:
    fill(ledger, 200, top=10, other=90)
    fill(ledger, 2, top=40, other=0, rehearsal=True)
    fill(ledger, 3, top=10, other=5)
    fill(ledger, 24 * 20, top=0, other=500)
    alarm, told = window(ledger, tmp_path)
    assert not await alarm.look()
    assert not told.said
