"""The check that editors' suites end with finds what was paid and not shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.editors.vscode.rig.ledger import LedgerFile
from tests.editors.vscode.rig.paid import look, tasks
from tests.editors.vscode.rig.told import Frames
from tests.support.full_ledger import fill

from tierwise.store.ledger import Ledger

TASKS = 12


@pytest.fixture
def booked(tmp_path: Path) -> LedgerFile:
    """A ledger with calls of a dozen tasks, and of a dozen rehearsed ones."""
    ledger = Ledger.open(tmp_path / "state")
    fill(ledger, TASKS)
    fill(ledger, TASKS, rehearsal=True)
    ledger.close_sync()
    return LedgerFile(tmp_path / "state")


def told_of(folder: Path, ledger: LedgerFile, leave_out: str = "", less: int = 0) -> Path:
    """What a client was told: every task twice, at first without a cost."""
    lines = []
    for task_id, task in tasks(ledger).items():
        if task_id != leave_out:
            lines += [f"{task_id} running 0", f"{task_id} proposed {(task.nanos - less) / 1e9}"]
    (folder / "told").write_text("\n".join(lines), encoding="utf-8")
    return folder / "told"


def test_nothing_is_found_where_all_was_shown(tmp_path: Path, booked: LedgerFile) -> None:
    calls = sum(task.calls for task in tasks(booked).values())
    assert len(tasks(booked)) == TASKS
    assert look(told_of(tmp_path, booked), booked, calls) == []


def test_a_task_a_cost_and_a_call_that_were_not_shown_are_found(
    tmp_path: Path, booked: LedgerFile
) -> None:
    calls = sum(task.calls for task in tasks(booked).values())
    first = next(iter(tasks(booked)))
    (told,) = look(told_of(tmp_path, booked, leave_out=first), booked, calls)
    assert "never shown" in told
    assert len(look(told_of(tmp_path, booked, less=1), booked, calls)) == TASKS
    (told,) = look(told_of(tmp_path, booked), booked, calls + 1)
    assert "marked as sent" in told


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(0, 60))
def test_messages_are_cut_out_of_bytes_however_they_come(bodies: list[bytes], cut: int) -> None:
    data = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
    first = Frames(data[:cut])
    found = list(first)
    second = Frames(first.rest + data[cut:])
    assert [*found, *second] == bodies
    assert second.rest == b""
