"""From the ledger to decisions: what is ripe is learned once, and decisions come out again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tierwise.core.outcome import Outcome
from tierwise.core.request import Request, Selection
from tierwise.core.situation import Choice, Situation
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, LearnerAnswer, Observation
from tierwise.learning.record import Record
from tierwise.present.reasons import words
from tierwise.routing.signals import measure
from tierwise.routing.weights import load
from tierwise.store import decisions, outcomes
from tierwise.store.decisions import DecisionRow, TaskHistory, TaskRow
from tierwise.store.deferred import Connection
from tierwise.store.learned import LearnedFile
from tierwise.store.ledger import Ledger
from tierwise.tasks.learning import advice, recall, rerun
from tierwise.tasks.learning.learning import fold, learned
from tierwise.tasks.record.journal import decision_detail

WEIGHTS = load()
COSTS = {"haiku": 400_000, "sonnet": 8_000_000, "opus": 16_000_000}
FACTS = Situation(cost=COSTS)
REQUEST = Request(
    "document",
    "add a docstring",
    selection=Selection("a.py", "python", 10, 11, "def add(a, b):\n    return a + b\n", 90, "add"),
)
CELL = Cell("document", "python")


def advised(memory: Memory | None = None, facts: Situation = FACTS) -> advice.Advised:
    signals = measure(REQUEST, weights=WEIGHTS)
    return advice.decide(signals, facts, WEIGHTS, CELL, memory or Memory(), basis="b", id="t")


def row(found: advice.Advised) -> DecisionRow:
    decision = found.decision
    detail = json.loads(json.dumps(decision_detail(decision, found.situation)))
    return DecisionRow(
        decision.first, decision.routed, decision.answering, decision.cause,
        decision.confidence, decision.propensity, decision.weights, detail, at_ms=1,
    )  # fmt: skip


def write(
    ledger: Ledger,
    number: int,
    *events: tuple[str, int],
    rehearsal: bool = False,
    client: str | None = None,
) -> None:
    task_id, found = f"t{number:04}", advised()
    tier = found.decision.answering

    def insert(conn: Connection) -> None:
        decisions.insert_task(
            conn,
            TaskRow(task_id, 1_000 + number, "/home/me/secret-project", "document", "python",
                    None, None, None, "s", rehearsal, "applied", client=client),
        )  # fmt: skip
        decisions.record_decision(conn, task_id, 1, row(found))
        for kind, at_ms in events:
            outcomes.record_outcome(conn, Outcome(task_id, kind, at_ms, tier))  # type: ignore[arg-type]

    ledger.write_sync(insert)


def told(ledger: Ledger, since_ms: int = 0) -> list[TaskHistory]:
    return list(ledger.read_sync(lambda conn: decisions.judged(conn, since_ms)))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger.open(tmp_path / "state")
    yield found
    found.close_sync()


def test_what_is_ripe_is_learned_once_and_rehearsal_never(ledger: Ledger, tmp_path: Path) -> None:
    for number in range(8):
        write(ledger, number, ("applied", 10_000 * number))
    write(ledger, 90, ("discarded", 1_000), rehearsal=True)
    write(ledger, 91, ("cancelled", 1_000))
    write(ledger, 92, ("applied", 3_600_000))
    file = LearnedFile(tmp_path / "state")
    now = 3_600_000
    first = fold(file, told(ledger), WEIGHTS, None, now)
    assert first.memory.evidence.outcomes == 8
    again = fold(file, told(ledger), WEIGHTS, None, now + 1)
    assert again.memory.evidence.outcomes == 8
    later = fold(file, told(ledger), WEIGHTS, None, now + 3_600_000)
    assert later.memory.evidence.outcomes == 9
    assert "secret-project" not in file.path.read_text()


def test_many_windows_learn_every_task_once(ledger: Ledger, tmp_path: Path) -> None:
    for number in range(30):
        write(ledger, number, ("applied" if number % 3 else "discarded", 1_000 * number))
    seen = told(ledger)
    threads = [
        threading.Thread(
            target=fold,
            args=(LearnedFile(tmp_path / "state"), seen, WEIGHTS, None, 10_000_000),
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    data = LearnedFile(tmp_path / "state").read()
    assert data is not None
    assert data["evidence"]["outcomes"] == 30


def test_what_a_command_did_teaches_nothing_of_a_tier(ledger: Ledger) -> None:
    write(ledger, 1, ("applied", 1_000), client=decisions.COMMAND)
    write(ledger, 2, ("applied", 1_000), client="Neovim")
    found = learned(Record(weights=WEIGHTS.hash), told(ledger), WEIGHTS, None, 9_000_000)
    assert found.memory.evidence.outcomes == 1


def test_a_reset_keeps_older_outcomes_out(ledger: Ledger) -> None:
    write(ledger, 1, ("applied", 1_000))
    empty = Record(weights=WEIGHTS.hash, since_ms=5_000_000, told_ms=5_000_000)
    assert learned(empty, told(ledger), WEIGHTS, None, 9_000_000) == empty


def live_memory() -> Memory:
    signals = measure(REQUEST, weights=WEIGHTS)
    memory, task = Memory(), advice.task_of(signals, FACTS, WEIGHTS, CELL)
    for _ in range(400):
        answers = (
            LearnerAnswer(0, 0.0, settled=True, clicked=False),
            LearnerAnswer(1, 0.0, settled=True),
            LearnerAnswer(2, 1.0, settled=True, clicked=True),
        )
        memory = memory.learned(Observation(task, answers))
    assert memory.live
    return memory


def test_a_live_state_decides_and_says_so() -> None:
    shipped, found = advised().decision, advised(live_memory()).decision
    assert found.answering == "opus" != shipped.answering
    assert words(found.reasons[0]).startswith("learned from 400 outcomes: Opus first, shipped")
    assert found.estimate.need[shipped.answering] < shipped.estimate.need[shipped.answering]


def test_floors_choices_and_budget_hold_whatever_was_learned() -> None:
    chosen = replace(FACTS, choices=(Choice("task", "haiku"),))
    assert advised(live_memory(), chosen).decision.answering == "haiku"
    assert advised(live_memory(), replace(FACTS, cap="sonnet")).decision.answering == "sonnet"


def test_decisions_of_the_ledger_come_out_again_bit_for_bit() -> None:
    for memory in (Memory(), live_memory()):
        for trial in (None, 0.01, 0.9):
            found = advised(memory, replace(FACTS, trial=trial, redo_cost=40_000_000))
            assert rerun.reproduced(row(found), WEIGHTS)
            assert recall.situation(row(found).detail) == found.situation
    tampered = row(advised())
    tampered.detail["signals"]["words"] += 0.5
    assert not rerun.reproduced(tampered, WEIGHTS)


def test_what_the_past_would_have_cost(ledger: Ledger) -> None:
    for number in range(12):
        write(ledger, number, ("applied" if number % 4 else "discarded", 1_000 * number))
    found = rerun.rerun(
        told(ledger), WEIGHTS, rerun.WhatIf(without=frozenset({"haiku"})), 30_000_000
    )
    was, would = found["asItWas"], found["whatIf"]
    assert found["reproduced"] == found["tasks"] == was["tasks"] == would["tasks"] == 12
    assert was["quality"] == pytest.approx(9 / 12)
    assert "haiku" not in would["first"]
    assert would["moved"] == would["estimated"] == was["first"].get("haiku", 0) == 12
    assert would["costUsd"] > was["costUsd"]
    stricter = rerun.rerun(told(ledger), WEIGHTS, rerun.WhatIf(target=0.9999), 30_000_000)
    assert set(stricter["whatIf"]["first"]) == {"opus"}
    plain = rerun.rerun(told(ledger), WEIGHTS, rerun.WhatIf(), 30_000_000)
    assert "whatIf" not in plain
