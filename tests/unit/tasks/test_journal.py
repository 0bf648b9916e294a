"""A journal whose ledger is away: nothing stops, nothing is lost, and it is said once."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from tierwise.core.errors import LedgerUnavailable
from tierwise.core.outcome import Outcome
from tierwise.store import schema
from tierwise.store.ledger import Ledger
from tierwise.tasks.record import journal as journals
from tierwise.tasks.record.journal import Journal


class Away:
    """A ledger that refuses to write as long as it is told to."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.away, self.refused = ledger, True, asyncio.Event()

    async def write(self, fn):  # type: ignore[no-untyped-def]
        if self.away:
            self.refused.set()
            raise LedgerUnavailable("The disk is full.")
        return await self.ledger.write(fn)


def lines(number: int) -> list[Outcome]:
    return [Outcome(f"task-{n}", "applied", n, "haiku", None, None) for n in range(number)]


async def kept(ledger: Ledger, number: int) -> list[int]:
    found: list[int] = []
    table = schema.outcomes
    for n in range(number):
        query = sa.select(table.c.at_ms).where(table.c.task_id == f"task-{n}").order_by(table.c.id)
        found += await ledger.read(lambda conn, query=query: conn.execute(query).scalars().all())  # type: ignore[misc]
    return found


async def test_lines_the_ledger_refused_are_written_in_order_once_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "AGAIN", 0.01)
    ledger, said = Ledger(tmp_path), list[str]()
    away = Away(ledger)
    journal = Journal(away, said.append)  # type: ignore[arg-type]
    for outcome in lines(3):
        journal.outcome(outcome)
    await asyncio.wait_for(away.refused.wait(), 30)
    away.refused.clear()
    await asyncio.wait_for(away.refused.wait(), 30)
    assert said == ["The disk is full."]
    away.away = False
    async with asyncio.timeout(30):
        while await kept(ledger, 3) != [0, 1, 2]:
            await asyncio.sleep(0.01)
    await journal.close()
    await ledger.close()


async def test_what_waits_at_the_end_is_written_by_the_last_try(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    away = Away(ledger)
    journal = Journal(away, lambda text: None)  # type: ignore[arg-type]
    journal.outcome(lines(1)[0])
    await asyncio.wait_for(away.refused.wait(), 30)
    away.away = False
    await journal.close()
    assert await kept(ledger, 1) == [0]
    await ledger.close()


async def test_the_oldest_lines_go_once_too_many_wait_and_the_log_says_how_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(journals, "KEPT", 2)
    ledger = Ledger(tmp_path)
    away = Away(ledger)
    journal = Journal(away, lambda text: None)  # type: ignore[arg-type]
    with caplog.at_level(logging.ERROR):
        for outcome in lines(5):
            journal.outcome(outcome)
        await asyncio.wait_for(away.refused.wait(), 30)
        away.away = False
        await journal.close()
    assert "3 journal lines are lost" in caplog.text
    assert await kept(ledger, 5) == [3, 4]
    await ledger.close()
