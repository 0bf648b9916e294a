"""How good second opinions are is learned from what became of answers, bounded as before."""

from __future__ import annotations

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.learning import learner, opinions, record
from tierwise.learning.learner import LearnedState
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, LearnerAnswer, LearnerTask, Observation, features
from tierwise.learning.record import Record
from tierwise.routing import evidence, policy
from tierwise.tasks.learning import recall
from tierwise.tasks.record.journal import decision_detail

LOGITS = (0.0, 2.0)
CELL = Cell("chat", None)
TASK = LearnerTask(CELL, LOGITS, features(CELL, {}, LOGITS), (4e5, 8e6, 1.6e7))


def told(needed: int, said: int, start: int = 0) -> Observation:
    """A task that needed a tier, answered from `start` on, with an opinion beside it."""
    answers = tuple(
        LearnerAnswer(tier, float(tier >= needed), settled=True)
        for tier in range(start, max(needed, start) + 1)
    )
    return Observation(TASK, answers, said=said)


def after(seen: list[Observation]) -> LearnedState:
    state = LearnedState()
    for one in seen:
        state = learner.update(state, one)
    return state


def test_as_shipped_until_some_were_judged() -> None:
    few = after([told(0, 0)] * (opinions.USED_AFTER - 1)).opinions
    assert opinions.table(few) == ()
    assert evidence.likelihood(1, 3, opinions.table(few)) == evidence.likelihood(1, 3)
    assert opinions.table(after([told(0, 0)] * (opinions.USED_AFTER + 1)).opinions) != ()


def test_a_model_that_always_says_the_middle_is_not_believed() -> None:
    r = random.Random(3)
    seen = [told(r.choice((0, 1, 2)), 1) for _ in range(200)]
    table = opinions.table(after(seen).opinions)
    assert all(row[1] > 0.7 for row in table), "it says the middle whatever is needed"
    need = {"haiku": 0.4, "sonnet": 0.7, "opus": 1.0}
    found = Estimate(need, need, need)
    shipped = evidence.fused(found, "sonnet", DEFAULT_LADDER).need
    wary = evidence.fused(found, "sonnet", DEFAULT_LADDER, table).need
    assert abs(wary["haiku"] - need["haiku"]) < abs(shipped["haiku"] - need["haiku"])


def test_one_that_is_always_right_is_believed_more() -> None:
    r = random.Random(4)
    seen = [told(n, n) for n in (r.choice((0, 1, 2)) for _ in range(200))]
    state = after(seen)
    assert opinions.right(state.opinions) > 0.85
    table = opinions.table(state.opinions)
    assert all(table[n][n] > evidence.likelihood(n, 3)[n] for n in range(3))


def test_what_nobody_judged_and_what_nobody_said_teach_nothing() -> None:
    assert after([Observation(TASK, (), said=2)]).opinions == opinions.SHIPPED
    assert after([Observation(TASK, (LearnerAnswer(0, 1.0),))]).opinions == opinions.SHIPPED


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=30))
def test_a_table_is_one_of_chances_and_is_read_back(pairs: list[tuple[int, int]]) -> None:
    memory = Memory()
    for needed, said in pairs:
        memory = memory.learned(told(needed, said))
    for row in opinions.table(memory.state.opinions):
        assert abs(sum(row) - 1) < 1e-3
        assert min(row) > 0
    once = record.to_json(Record(memory))
    assert record.to_json(record.from_json(json.loads(json.dumps(once)))) == once


def test_a_state_of_an_older_version_starts_as_shipped() -> None:
    data = record.to_json(Record(Memory()))
    del data["learned"]["opinions"]
    assert record.from_json(data).memory.state.opinions == opinions.SHIPPED


@given(
    st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.sampled_from(DEFAULT_LADDER.names),
    st.lists(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3), min_size=3, max_size=3),
)  # fmt: skip
def test_no_table_brings_a_task_for_the_top_onto_the_cheapest(
    low: float, more: float, said: str, rows: list[list[float]]
) -> None:
    table = tuple(tuple(n / sum(row) for n in row) for row in rows)
    need = {"haiku": low, "sonnet": low + (1 - low) * more, "opus": 1.0}
    estimate = Estimate(need, need, need)
    cost = {"haiku": 400_000, "sonnet": 8_000_000, "opus": 16_000_000}
    plain = evidence.choose(Signals({}), estimate, Situation(cost=cost))
    facts = Situation(cost=cost, opinion=said, opinion_table=table)
    found = evidence.choose(Signals({}), estimate, facts)
    rank = DEFAULT_LADDER.rank
    assert rank(found.bound) >= rank(plain.bound) - 1

    decision = policy.decide(Signals({}), estimate, facts)
    kept = json.loads(json.dumps(decision_detail(decision, facts)))
    again = policy.decide(Signals({}), estimate, recall.situation(kept))
    assert (again.first, again.routed, again.expected_loss) == (
        decision.first, decision.routed, decision.expected_loss,
    )  # fmt: skip
