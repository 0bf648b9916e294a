"""What a shadow answer teaches, and how much of it is believed."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import worlds

from tierwise.learning import learner, record
from tierwise.learning.belief import belief
from tierwise.learning.gate import NEEDED, Evidence, judge
from tierwise.learning.labels import DIFFERS, PAIRED
from tierwise.learning.learner import LearnedState
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, LearnerAnswer, LearnerTask, Observation, features
from tierwise.learning.record import Record

LOGITS = (0.0, 2.0)
CELL = Cell("edit", "python")
TASK = LearnerTask(CELL, LOGITS, features(CELL, {}, LOGITS), (4e5, 8e6, 1.6e7))
SAME = LearnerAnswer(0, 1.0, PAIRED, paired=True)
OTHER = LearnerAnswer(0, 0.0, DIFFERS, paired=True)
FAILED = LearnerAnswer(0, 0.0, PAIRED, settled=True, paired=True)
KEPT = LearnerAnswer(1, 1.0)


def after(*stories: tuple[LearnerAnswer, ...]) -> LearnedState:
    state = LearnedState()
    for answers in stories:
        state = learner.update(state, Observation(TASK, answers))
    return state


def low(state: LearnedState) -> float:
    return learner.believed(state, TASK).need[0]


def test_the_same_teaches_down_and_a_failed_check_up_and_more_than_a_click() -> None:
    fresh, clicked = low(LearnedState()), low(after((LearnerAnswer(0, 1.0),)))
    assert low(after((SAME, KEPT))) > clicked > fresh
    discarded = low(after((LearnerAnswer(0, 0.0), KEPT)))
    assert low(after((FAILED, KEPT))) < discarded < fresh
    assert low(after((FAILED, KEPT))) < low(after((OTHER, KEPT))) < fresh


def test_how_often_a_good_edit_is_written_otherwise_is_learned() -> None:
    often, seldom = after(*[(OTHER, KEPT)] * 30), after(*[(SAME, KEPT)] * 30)
    assert often.pair_rates[1] > 0.7
    assert seldom.pair_rates[1] < 0.2
    wary = learner.would_have_done(belief(LOGITS), OTHER, often)
    assert wary > learner.would_have_done(belief(LOGITS), OTHER, seldom)


def test_a_comparison_counts_for_more_at_the_gate() -> None:
    assert judge(Evidence(outcomes=40)).needed == NEEDED - 40
    assert judge(Evidence(outcomes=40, paired=20)).why != "few"
    memory = Memory().learned(Observation(TASK, (SAME, KEPT)))
    assert (memory.evidence.outcomes, memory.evidence.paired) == (1, 1)
    assert memory.evidence.informative == 1


@given(st.lists(st.sampled_from([(SAME, KEPT), (OTHER, KEPT), (FAILED, KEPT), (KEPT,)])))
def test_a_state_with_pairs_is_read_back_as_it_was(
    stories: list[tuple[LearnerAnswer, ...]],
) -> None:
    memory = Memory()
    for answers in stories:
        memory = memory.learned(Observation(TASK, answers))
    once = record.to_json(Record(memory))
    assert record.to_json(record.from_json(once)) == once


def test_a_state_from_before_there_were_pairs_is_read() -> None:
    data = record.to_json(Record(Memory()))
    del data["learned"]["pairs"], data["evidence"]["paired"]
    assert record.from_json(data) == Record(Memory())


@pytest.mark.parametrize("same", [0.6, 0.3])
def test_with_shadow_answers_the_learner_is_ahead_early(same: float) -> None:
    """Simulated operators, 1 : 20 : 40. `same` of the good edits are written as the kept one."""
    runs = [
        worlds.curve(worlds.World(world), 1, 200, shadow=True, same=same)
        for world in range(100, 112)
    ]
    gain = statistics.mean(sum(f - mine for mine, f in run[100:]) for run in runs)
    assert gain > 0
