from __future__ import annotations

import os
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from tests.support.ledgers import open_ledger

from tierwise.core.money import Usage
from tierwise.core.outcome import Outcome
from tierwise.store import decisions, outcomes, overrides, reservations, stats
from tierwise.store.content import Content
from tierwise.store.decisions import DecisionRow, TaskRow
from tierwise.store.deferred import Connection
from tierwise.store.ledger import Ledger
from tierwise.store.reservations import ReservationRow


@pytest_asyncio.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = open_ledger(tmp_path)
    yield opened
    await opened.close()


def a_task(task_id: str, created_ms: int = 1, *, rehearsal: bool = False) -> TaskRow:
    return TaskRow(
        task_id=task_id,
        created_ms=created_ms,
        project="p",
        action="edit",
        language="python",
        uri="file:///a.py",
        range=(1, 0, 4, 2),
        conversation_id=None,
        session="s",
        rehearsal=rehearsal,
        state="routing",
        day="2026-11-24",
    )


def a_decision(answering: str, routed: str = "haiku", cause: str = "routed") -> DecisionRow:
    return DecisionRow(
        first="haiku",
        routed=routed,
        answering=answering,
        cause=cause,
        confidence=0.93,
        propensity=1.0,
        weights="abc",
        detail={"signals": {"lines": 3.0}, "text_scores": [0.1 + 0.2]},
        at_ms=5,
    )


def an_attempt(task_id: str, cost: int, *, rehearsal: bool = False) -> ReservationRow:
    return ReservationRow(
        id=f"r-{task_id}",
        request_id=f"{task_id}:1",
        task_id=task_id,
        created_ms=2,
        lease_ms=9,
        owner="",
        day="2026-11-24",
        period="2026-11",
        project="p",
        action="edit",
        language="python",
        tier="haiku",
        model="claude-haiku-5-5",
        base_url=None,
        input_chars=10,
        input_bound=70,
        max_tokens=100,
        worst=cost * 2,
        expected=cost,
        allowed=False,
        price_known=True,
        rehearsal=rehearsal,
    )


async def test_a_task_comes_back_with_its_whole_life(ledger: Ledger) -> None:
    def live(conn: Connection) -> None:
        decisions.insert_task(conn, a_task("task-1"))
        decisions.record_decision(conn, "task-1", 1, a_decision("haiku"))
        decisions.record_decision(conn, "task-1", 2, a_decision("opus", cause="override"))
        row = an_attempt("task-1", 40)
        reservations.insert(conn, row)
        reservations.book(conn, row, Usage(7, 3), 33, state="settled", at_ms=4)
        decisions.set_task_state(conn, "task-1", "proposed", "edit-1")
        decisions.set_task_state(conn, "task-1", "applied")
        outcomes.record_outcome(conn, Outcome("task-1", "survived", 8, "opus", 0.5, 100))

    await ledger.write(live)
    told = await ledger.read(lambda conn: decisions.task(conn, "task-1"))
    assert told is not None
    assert told.task == replace(a_task("task-1"), state="applied", edit_id="edit-1")
    assert [made.answering for made in told.decisions] == ["haiku", "opus"]
    assert told.decisions[0].detail == {"signals": {"lines": 3.0}, "text_scores": [0.1 + 0.2]}
    assert told.outcomes == (("survived", 8, "opus", 0.5),)
    assert told.cost == 33


async def test_a_task_is_found_by_a_unique_prefix_alone(ledger: Ledger) -> None:
    def write(conn: Connection) -> None:
        for name in ("ab1", "ab2", "ab", "a%"):
            decisions.insert_task(conn, a_task(name))

    await ledger.write(write)

    async def found(prefix: str) -> str | None:
        told = await ledger.read(lambda conn: decisions.task(conn, prefix))
        return told.task.task_id if told else None

    assert await found("ab1") == "ab1"
    assert await found("ab") == "ab", "an exact id wins over longer ones"
    assert await found("a") is None
    assert await found("%") is None
    assert await found("a%") == "a%"
    assert await found("zz") is None


async def test_history_is_newest_first_and_filters(ledger: Ledger) -> None:
    def write(conn: Connection) -> None:
        for n in range(1_200):
            decisions.insert_task(conn, a_task(f"t{n:04}", n))
            decisions.record_decision(conn, f"t{n:04}", 1, a_decision("haiku"))
        decisions.record_decision(conn, "t0007", 2, a_decision("opus"))
        decisions.set_task_state(conn, "t0003", "proposed", "e")

    await ledger.write(write)

    async def ids(**wanted: object) -> list[str]:
        told = await ledger.read(lambda conn: decisions.history(conn, **wanted))  # type: ignore[arg-type]  # keyword filters of several types
        return [each.task.task_id for each in told]

    assert await ids(limit=2) == ["t1199", "t1198"]
    assert await ids(limit=5, tier="opus") == ["t0007"]
    assert await ids(limit=5, state="proposed") == ["t0003"]
    assert await ids(limit=5, since_ms=1_198) == ["t1199", "t1198"]
    assert len(await ids(limit=5_000)) == 1_200
    assert len(await ids(limit=5_000, tier="haiku")) == 1_199


async def test_rehearsal_teaches_nothing_and_counts_apart(ledger: Ledger) -> None:
    def write(conn: Connection) -> None:
        for name, rehearsal in (("real", False), ("played", True)):
            decisions.insert_task(conn, a_task(name, rehearsal=rehearsal))
            decisions.record_decision(conn, name, 1, a_decision("sonnet", cause="override"))
            row = an_attempt(name, 100, rehearsal=rehearsal)
            reservations.insert(conn, row)
            reservations.book(conn, row, Usage(10, 5), 60, state="settled", at_ms=3)
            outcomes.record_outcome(conn, Outcome(name, "applied", 9, "sonnet"))

    await ledger.write(write)
    taught = await ledger.read(lambda conn: decisions.judged(conn, 0))
    assert [told.task.task_id for told in taught] == ["real"]
    assert taught[0].decisions[0].answering == "sonnet"
    for rehearsal in (False, True):
        cut = stats.LedgerCut(rehearsal=rehearsal)

        def figures(conn: Connection, cut: stats.LedgerCut = cut) -> tuple[object, ...]:
            return (
                stats.tasks_by(conn, "answering", cut),
                stats.moved(conn, cut),
                stats.outcomes(conn, cut),
                stats.spent_by(conn, "tier", cut),
                [(cell.usage, cell.cost) for cell in stats.spend(conn, cut)],
            )

        assert await ledger.read(figures) == (
            {"sonnet": 1},
            [stats.Moved("haiku", "sonnet", "override", 1)],
            {("applied", "sonnet"): 1},
            {"haiku": 60},
            [(Usage(10, 5), 60)],
        )
    real, played = (
        await ledger.read(reservations.stored),
        await ledger.read(lambda conn: reservations.stored(conn, rehearsal=True)),
    )
    assert real == played, "equal sums, each in its own book"
    assert real["day", "2026-11-24"].settled == 60


async def test_a_request_id_is_reserved_once(ledger: Ledger) -> None:
    from sqlalchemy.exc import IntegrityError

    row = an_attempt("t", 5)
    await ledger.write(lambda conn: reservations.insert(conn, row))
    with pytest.raises(IntegrityError):
        await ledger.write(lambda conn: reservations.insert(conn, row))
    stored = await ledger.read(reservations.stored)
    assert stored == await ledger.read(reservations.recomputed)
    assert stored["day", "2026-11-24"].reserved == 10


async def test_choices_hold_for_their_project_and_session(ledger: Ledger) -> None:
    def write(conn: Connection) -> None:
        overrides.put(conn, "session", "s1", "opus", project="p", session="s1")
        overrides.put(conn, "project", "p", "haiku", project="p", session="s1")
        overrides.put(conn, "project", "p", "sonnet", project="p", session="s2")
        overrides.put(conn, "tier", "haiku", "sonnet", project="q", session="s1")

    await ledger.write(write)

    async def of(project: str, session: str) -> list[tuple[str, str, str]]:
        return sorted(
            await ledger.read(
                lambda conn: overrides.choices(conn, project=project, session=session)
            )
        )

    assert await of("p", "s1") == [("project", "p", "sonnet"), ("session", "s1", "opus")]
    assert await of("p", "s2") == [("project", "p", "sonnet")]
    assert await of("q", "s3") == [("tier", "haiku", "sonnet")]
    await ledger.write(
        lambda conn: overrides.clear(conn, "project", "p", project="p", session="elsewhere")
    )
    assert await of("p", "s1") == [("session", "s1", "opus")]


def test_content_is_kept_private_whole_and_inside_its_folder(tmp_path: Path) -> None:
    content = Content(tmp_path)
    text = "a\r\nb\n\u2028\x0cü"
    path = content.put("task", "answer.md", text)
    assert path is not None
    assert content.get("task", "answer.md") == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(content.folder.stat().st_mode) == 0o700
    for task_id, name in (("../../evil", "x"), ("..", ".."), ("/etc", "passwd"), ("", "")):
        inside = content.put(task_id, name, "x")
        assert inside is not None
        assert inside.resolve().is_relative_to(content.folder.resolve())
    assert content.put("task", "bad", "\ud800") is None
    assert content.get("task", "none") is None


def test_content_goes_after_its_days(tmp_path: Path) -> None:
    content = Content(tmp_path)
    for name in ("old", "young"):
        content.put(name, "a", "x")
    os.utime(content.folder / "old", (0, 0))
    assert content.purge(100_000) == 0
    assert content.purge(7) == 1
    assert content.get("old", "a") is None
    assert content.get("young", "a") == "x"
    assert content.purge() == 1
    assert content.get("young", "a") is None


async def test_a_task_asked_again_under_its_id_keeps_what_it_had_and_goes_on(
    ledger: Ledger,
) -> None:
    """Its window was lost, and the client asks for it once more after a restart."""

    def live(conn: Connection) -> None:
        for session, tier in (("first", "haiku"), ("second", "opus")):
            row = replace(a_task("t"), session=session, created_ms=1 if session == "first" else 9)
            decisions.insert_task(conn, row)
            decisions.record_decision(conn, "t", 1, a_decision(tier))
            decisions.record_decision(conn, "t", 2, a_decision("sonnet"))

    await ledger.write(live)
    told = await ledger.read(lambda conn: decisions.task(conn, "t"))
    assert told is not None
    assert [made.answering for made in told.decisions] == ["haiku", "sonnet", "opus", "sonnet"]
    assert (told.task.session, told.task.created_ms) == ("second", 1)
    assert await ledger.read(lambda conn: stats.tasks_by(conn, "answering")) == {"sonnet": 1}
