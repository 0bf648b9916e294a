"""What the events of a task teach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tierwise.learning import labels, record
from tierwise.learning.labels import Event, verdicts
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, LearnerAnswer, LearnerTask, Observation, features
from tierwise.learning.record import Record
from tierwise.store.learned import LearnedFile

RANK = {"haiku": 0, "sonnet": 1, "opus": 2}
M = 60_000


def story(*events: tuple[str, str, object], every: int = 1_000) -> list[Event]:
    return [(kind, i * every, tier, value) for i, (kind, tier, value) in enumerate(events)]


def survived(shares: str, tier: str = "haiku", after: int = 900_000) -> list[Event]:
    return [("applied", 0, tier, None), ("survived", after, tier, shares)]


@pytest.mark.parametrize(
    ("events", "answers"),
    [
        ([], []),
        (story(("applied", "haiku", None)), [(0, 1.0, False, True)]),
        (story(("partlyApplied", "haiku", "1.1,1.3/4")), [(0, 0.5, False, True)]),
        (story(("discarded", "haiku", None)), [(0, 0.0, False, False)]),
        (story(("discarded", "haiku", "notNeeded")), []),
        (story(("cancelled", "haiku", None)), []),
        (story(("expired", "haiku", None)), []),
        (story(("failed", "haiku", "ModelError")), []),
        (story(("applied", "haiku", None), ("undone", "haiku", None)), [(0, 0.0, True, True)]),
        (survived("0.98/1.00"), [(0, 1.0, True, True)]),
        (survived("0.20/0.90"), [(0, 0.2, True, True)]),
        (survived("1.00/1.00", after=5_000), [(0, 1.0, False, True)]),
        (
            story(("survived", "haiku", "1.0/1.0"), ("survived", "haiku", "1.0/1.0")),
            [(0, 1.0, False, True)],
        ),
        (
            story(("wentOn", "haiku", None), ("survived", "haiku", "1.0/1.0"), every=9_000_000),
            [(0, 1.0, False, True)],
        ),
        (
            story(*[("survived", "haiku", "1.0/1.0")] * 3, every=60_000),
            [(0, 1.0, True, True)],
        ),
        (
            story(("superseded", "haiku", "parses"), ("applied", "sonnet", None)),
            [(0, 0.0, True, None), (1, 1.0, False, True)],
        ),
        (
            story(("superseded", "haiku", "opus"), ("applied", "opus", None)),
            [(0, 0.0, False, False), (2, 1.0, False, True)],
        ),
        (
            story(("discarded", "haiku", None), ("rated", "haiku", "fine")),
            [(0, 1.0, True, False)],
        ),
        (story(("rated", "opus", "tooWeak")), [(2, 0.0, True, None)]),
        (story(("copied", "sonnet", None), ("reasked", "sonnet", None)), [(1, 0.0, True, True)]),
        (
            story(("applied", "haiku", None), ("diagnostics", "haiku", "-1/+0")),
            [(0, 1.0, True, True)],
        ),
        (
            story(("applied", "haiku", None), ("diagnostics", "haiku", "-0/+2")),
            [(0, 0.5, False, True)],
        ),
        (story(("tests", "haiku", "green")), [(0, 1.0, True, None)]),
        (
            story(("tests", "haiku", "red"), ("applied", "haiku", None)),
            [(0, 1.0, False, True)],
        ),
        (
            story(("applied", "haiku", None), ("tests", "haiku", "red")),
            [(0, 1.0, False, True)],
        ),
        (
            story(("tests", "haiku", "green"), ("withdrawn", "haiku", "40")),
            [(0, 1.0, True, None)],
        ),
        (story(("withdrawn", "haiku", "40")), []),
        (story(("applied", "nobody", None)), []),
    ],
)
def test_a_story_gives_its_answers(
    events: list[Event], answers: list[tuple[int, float, bool, bool | None]]
) -> None:
    found = verdicts(events, RANK.get, {})
    assert [(a.tier, a.kept, a.settled, a.clicked) for a in found.answers] == answers


def test_overkill_by_rating_and_by_a_redo_lower() -> None:
    rated = verdicts(story(("rated", "opus", "overkill")), RANK.get, {})
    assert (rated.overkill, rated.labelled) == (2, True)
    lower = verdicts(story(("superseded", "opus", "haiku")), RANK.get, {})
    assert (lower.overkill, lower.answers) == (2, ())


def test_an_override_upward_is_a_label_and_costs_go_along() -> None:
    found = verdicts(story(("applied", "opus", None)), RANK.get, {2: 5.0}, raised=0)
    assert [(a.tier, a.kept, a.weight, a.cost) for a in found.answers] == [
        (0, 0.0, labels.SEEN, None),
        (2, 1.0, 1.0, 5.0),
    ]
    assert found.labelled


def test_a_task_is_told_when_nothing_happens_to_it_any_more() -> None:
    events: list[Event] = [
        ("applied", 0, "haiku", None),
        ("survived", 5 * M, "haiku", "1.00/1.00"),
        ("survived", 10 * M, "haiku", "1.00/1.00"),
        ("rated", 60 * M, "haiku", "fine"),
    ]
    found = list(labels.episodes(events))
    assert [at for at, _ in found] == [16 * M, 66 * M]
    assert [len(part) for _, part in found] == [3, 1]


def filled() -> Record:
    memory, cell = Memory(), Cell("edit", "python", "ab12")
    task = LearnerTask(
        cell, (0.3, 1.9), features(cell, {"words": 3.0}, (0.3, 1.9)), (1e6, 2e7, 4e7)
    )
    for number in range(40):
        answers = (LearnerAnswer(0, float(number % 3 > 0), cost=2e6), LearnerAnswer(1, 1.0))
        memory = memory.learned(Observation(task, answers[: 1 + (number % 3 == 0)], at_ms=number))
    return Record(memory, "w", 5, 3, True)


def test_a_record_reads_back_as_it_was_written() -> None:
    text = json.dumps(record.to_json(filled()))
    again = record.from_json(json.loads(text))
    assert json.dumps(record.to_json(again)) == text
    assert again.basis == filled().basis
    assert again.memory.evidence.outcomes == 40


@pytest.mark.parametrize(
    "data", [None, {}, {"format": 2}, {"format": 1}, {"format": 1, "learned": {}, "evidence": 3}]
)
def test_a_damaged_record_is_refused_in_a_sentence(data: object) -> None:
    with pytest.raises(ValueError, match="learned state"):
        record.from_json(data)  # type: ignore[arg-type]


def test_other_weights_start_anew_and_a_reset_stays() -> None:
    assert filled().fit_for("w") == filled()
    other = filled().fit_for("x")
    assert (other.memory, other.told_ms, other.weights) == (Memory(), 3, "x")


def test_the_file_is_replaced_whole_and_is_the_operators_alone(tmp_path: Path) -> None:
    file = LearnedFile(tmp_path / "state")
    assert file.read() is None
    assert file.stamp is None
    file.update(lambda data: {"n": 1, "was": data})
    first = file.stamp
    file.update(lambda data: {"n": (data or {})["n"] + 1})
    assert file.read() == {"n": 2}
    assert file.stamp != first
    assert file.path.stat().st_mode & 0o077 == 0
    with pytest.raises(ZeroDivisionError):
        file.update(lambda data: {"n": 1 / 0})
    assert file.read() == {"n": 2}


APPLIED = ("applied", "sonnet", None)


@pytest.mark.parametrize(
    ("events", "answers"),
    [
        ((APPLIED, ("shadow", "haiku", "same")), [(0, 1.0, 3.0, False), (1, 1.0, 1.0, False)]),
        ((APPLIED, ("shadow", "haiku", "other")), [(0, 0.0, 1.0, False), (1, 1.0, 1.0, False)]),
        ((APPLIED, ("shadow", "haiku", "failed")), [(0, 0.0, 3.0, True), (1, 1.0, 1.0, False)]),
        (
            (APPLIED, ("shadow", "haiku", "same"), ("undone", "sonnet", None)),
            [(0, 0.0, 3.0, True), (1, 0.0, 1.0, True)],
        ),
        (
            (APPLIED, ("shadow", "haiku", "other"), ("undone", "sonnet", None)),
            [(1, 0.0, 1.0, True)],
        ),
        (
            (APPLIED, ("shadow", "haiku", "same"), ("survived", "sonnet", "0.2/1.0")),
            [(0, 0.2, 3.0, False), (1, 0.2, 1.0, False)],
        ),
        ((("shadow", "haiku", "same"),), []),
        ((("applied", "haiku", None), ("shadow", "haiku", "same")), [(0, 1.0, 1.0, False)]),
    ],
    ids=["same", "other", "failed", "same, undone", "other, undone", "same, edited", "unjudged",
         "the cheapest itself"],
)  # fmt: skip
def test_a_shadow_answer_is_a_pair_with_what_was_kept(
    events: tuple[tuple[str, str, object], ...], answers: list[tuple[int, float, float, bool]]
) -> None:
    found = verdicts(story(*events), RANK.get, {0: 7.0, 1: 100.0}).answers
    assert [(a.tier, a.kept, a.weight, a.settled) for a in found] == answers
    assert [a.paired for a in found] == [a.tier == 0 and len(found) == 2 for a in found]
    assert all(a.cost == {0: 7.0, 1: 100.0}[a.tier] for a in found)
