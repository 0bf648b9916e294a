"""The operator's own record in the sentence of a decision, counted from a real ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tests.support.full_ledger import decision_row
from tests.support.window import Window, lines
from tests.unit.tasks.conftest import Open
from tests.unit.tasks.test_shadow import applies

from tierwise.core.actions import Action
from tierwise.core.outcome import Outcome, OutcomeKind
from tierwise.learning.memory import Memory
from tierwise.learning.own_record import KeptOf
from tierwise.learning.record import Record, to_json
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.shown import shown
from tierwise.store import decisions, outcomes
from tierwise.store.decisions import COMMAND, TaskRow
from tierwise.store.deferred import Connection
from tierwise.store.learned import LearnedFile
from tierwise.store.ledger import Ledger
from tierwise.tasks.api import TaskParams

DOCUMENTED = '```python\ndef add_numbers(a, b):\n    """Add two numbers."""\n    return a + b\n```'
UNKNOWN = "not yet checked on your work"


@dataclass(frozen=True)
class Past:
    """Earlier tasks of one kind, and what became of the answers to each."""

    count: int
    kinds: Sequence[OutcomeKind]
    action: str = "document"
    tier: str = "haiku"
    rehearsal: bool = False
    client: str | None = None
    member: str | None = None
    at_ms: int = 1_000


def remember(folder: Path, *past: Past) -> None:
    """Put earlier tasks into the ledger of a state folder, as another window leaves them."""
    row = decision_row()

    def write(conn: Connection) -> None:
        for kind, some in enumerate(past):
            for number in range(some.count):
                task_id = f"{some.at_ms}-{kind}-{number}"
                decisions.insert_task(conn, TaskRow(
                    task_id, some.at_ms, "/p", some.action, "python", None, None, None, "s",
                    some.rehearsal, "applied", client=some.client, member=some.member))  # fmt: skip
                decisions.record_decision(conn, task_id, 1, replace(row, answering=some.tier))
                for outcome in some.kinds:
                    outcomes.record_outcome(conn, Outcome(task_id, outcome, some.at_ms, some.tier))

    ledger = Ledger.open(folder / "state")
    ledger.write_sync(write)
    ledger.close_sync()


def sentence(w: Window, action: Action = "document") -> str:
    """What stands in the header of a task of that action, on the cheapest tier."""
    uri = w.papers.put("sample.py")
    found = w.app.forecast(TaskParams(action, uri, lines(0, 2), "add a docstring"))
    assert found.routed == "haiku"
    return shown(found).sentence


async def counted(w: Window) -> None:
    """Wait for the look at the ledger with which a window begins."""
    job = w.app.world.learning._job
    assert job is not None
    await job


async def test_the_sentence_tells_the_record_once_it_is_long_enough(
    tmp_path: Path, window: Open
) -> None:
    remember(
        tmp_path,
        Past(46, ("applied", "survived")),
        Past(1, ("discarded",)),
        Past(1, ("applied", "undone")),
        Past(9, ("applied",), action="edit"),
        Past(50, ("discarded",), rehearsal=True),
        Past(50, ("discarded",), client=COMMAND),
        Past(3, ("discarded",), member="m1"),
        Past(3, ("discarded",), tier="opus"),
        Past(50, ("cancelled",)),
    )
    w = await window()
    await counted(w)
    assert sentence(w) == "Haiku: you kept 46 of 48 like this"
    assert UNKNOWN in sentence(w, "edit"), "nine say too little"


async def test_what_this_window_sees_counts_at_once_and_what_others_see_at_the_next_look(
    tmp_path: Path, window: Open, model: RehearsalServer
) -> None:
    remember(tmp_path, Past(9, ("applied",)))
    w = await window()
    applies(w)
    await counted(w)
    assert UNKNOWN in sentence(w)
    model.faults.queue.append(Fault(text=DOCUMENTED))
    asked = TaskParams("document", w.papers.put("sample.py"), lines(0, 2), "add a docstring")
    view = await w.ended((await w.app.start_task(asked)).task_id)
    assert view.edit_id is not None
    assert (await w.app.apply(view.edit_id)).applied
    assert sentence(w) == "Haiku: you kept 10 of 10 like this"
    w.app.world.outcomes.record(w.app.tasks[view.task_id], "undone")
    assert sentence(w) == "Haiku: you kept 9 of 10 like this"

    await w.app.world.journal.flush()
    remember(tmp_path, Past(2, ("discarded",), at_ms=2_000))
    await w.app.world.learning._look()
    assert sentence(w) == "Haiku: you kept 9 of 12 like this"


async def test_no_title_asks_the_ledger(
    tmp_path: Path, window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(tmp_path, Past(20, ("applied",)))
    w = await window()
    await counted(w)

    def never(*args: object) -> None:
        raise AssertionError("the ledger was asked for a title")

    monkeypatch.setattr(Ledger, "read", never)
    assert sentence(w) == "Haiku: you kept 20 of 20 like this"


async def test_after_a_reset_the_record_begins_anew(tmp_path: Path, window: Open) -> None:
    remember(tmp_path, Past(20, ("applied",)))
    w = await window()
    await counted(w)
    own = w.app.world.learning.own
    assert own.of("document", "haiku") == KeptOf(20, 20)
    weights = w.app.world.window.weights
    reset = Record(Memory(), weights.hash, 5_000, 5_000)
    LearnedFile(tmp_path / "state").update(lambda _: to_json(reset))
    remember(tmp_path, Past(12, ("discarded",), at_ms=6_000))
    await w.app.world.learning._look()
    assert own.of("document", "haiku") == KeptOf(0, 12)
