"""The learner and its gate: which way they move, how far, and that they come back."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import worlds

from tierwise.learning import gate, learner
from tierwise.learning.belief import belief, sufficiency
from tierwise.learning.gate import Evidence
from tierwise.learning.learner import LearnedState, believed, update
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell, LearnerAnswer, LearnerTask, Observation, features

CELL = Cell("edit", "python", "p")
LOGITS = (0.5, 2.0)
COSTS = (400_000.0, 8_000_000.0, 16_000_000.0)


def task(cell: Cell = CELL, shipped: int = 0) -> LearnerTask:
    return LearnerTask(cell, LOGITS, features(cell, {}, LOGITS), COSTS, 3e7, shipped)


def seen(*answers: tuple[int, bool], settled: bool = False, **more: object) -> Observation:
    made = tuple(LearnerAnswer(t, float(k), settled=settled, clicked=k) for t, k in answers)
    return Observation(task(), made, **more)  # type: ignore[arg-type]


def after(*observations: Observation, state: LearnedState | None = None) -> LearnedState:
    state = state or LearnedState()
    for one in observations:
        state = update(state, one)
    return state


def need(state: LearnedState, rank: int = 0, cell: Cell = CELL) -> float:
    return believed(state, task(cell)).need[rank]


def test_it_learns_down_as_well_as_up() -> None:
    fresh = need(LearnedState())
    assert need(after(*[seen((0, True))] * 40)) > fresh + 0.05
    assert need(after(*[seen((0, False), (1, True))] * 40)) < fresh - 0.1


def test_a_pair_tells_more_than_its_first_half() -> None:
    alone, pair = after(*[seen((0, False))] * 20), after(*[seen((0, False), (1, True))] * 20)
    alone, pair = (replace(state, outcomes=1e3) for state in (alone, pair))
    assert need(pair, 1) > need(alone, 1)
    assert believed(pair, task()).kept[1] > believed(alone, task()).kept[1]


def test_a_rating_weighs_more_than_a_click() -> None:
    click = after(seen((0, False)))
    rated = after(Observation(task(), (LearnerAnswer(0, 0.0, 3.0, settled=True),), labelled=True))
    assert need(rated) < need(click) < need(LearnedState())


def test_overkill_teaches_downward() -> None:
    state = after(*[Observation(task(), overkill=2)] * 20)
    assert need(state, 1) > need(LearnedState(), 1)


def test_what_a_cell_taught_reaches_its_neighbours_less() -> None:
    state = replace(after(*[seen((0, False), (1, True))] * 60), outcomes=1e3)
    fresh = LearnedState()
    own, action, other = (
        need(fresh, 0, cell) - need(state, 0, cell)
        for cell in (CELL, Cell("edit", "go", "q"), Cell("chat", None, "q"))
    )
    assert own > action > other > 0


def test_failures_followed_by_successes_bring_a_cell_back() -> None:
    found = worlds.stuck()
    assert found.failed < -0.1
    assert found.back > 0
    assert abs(found.without) < 0.05
    assert abs(found.usual) < 0.05


def test_no_answer_moves_far() -> None:
    state, before = LearnedState(), learner.shifts(LearnedState(), task())
    for _ in range(300):
        state = update(state, seen((0, False), (1, False), (2, True), settled=True))
        now = learner.shifts(state, task())
        assert all(abs(a - b) <= 4 * learner.MOST_STEP for a, b in zip(now, before, strict=True))
        before = now


def test_a_shift_goes_beyond_its_reach_only_as_far_as_it_is_sure() -> None:
    unsure, sure = (
        replace(LearnedState(base={"all": (-4.0, variance)}), outcomes=100.0)
        for variance in (9.0, 0.01)
    )
    assert unsure.reach == 1.0
    low, high = learner.shifts(unsure, task())[0], learner.shifts(sure, task())[0]
    assert low > high
    assert high == pytest.approx(-4.0, abs=0.8)


def test_certainty_is_doubted_and_the_order_of_tasks_stays() -> None:
    def shares(state: LearnedState) -> list[float]:
        made = (replace(task(), logits=(logit, logit + 2)) for logit in (3.5, 4.5))
        return [believed(state, one).need[0] for one in made]

    fresh = shares(LearnedState())
    assert fresh[0] == fresh[1] == pytest.approx(0.953, abs=0.001)
    easier, harder = (
        shares(replace(LearnedState(base={"all": (shift, 0.01)}), outcomes=1e3))
        for shift in (1.0, -3.0)
    )
    assert easier[0] > fresh[0]
    assert harder[0] < harder[1] < fresh[1]


def test_evidence_fades_by_half_in_sixty_days() -> None:
    now = 10 * learner.HALF_LIFE_MS
    state = after(*[seen((0, False), (1, True), at_ms=now)] * 30)
    later = learner.aged(state, now + learner.HALF_LIFE_MS)
    much_later = learner.aged(state, now + 40 * learner.HALF_LIFE_MS)
    assert later.outcomes == pytest.approx(state.outcomes / 2)
    assert need(state) < need(later) < need(LearnedState())
    assert need(much_later) == pytest.approx(need(LearnedState()), abs=1e-6)
    assert much_later.flip_rates == pytest.approx((0.2, 0.2))


def test_flip_rates_are_learned_from_what_time_says_of_clicks() -> None:
    wrong, right = LearnedState().flip_rates
    undone = Observation(task(), (LearnerAnswer(0, 0.0, settled=True, clicked=True),))
    kept = Observation(task(), (LearnerAnswer(0, 1.0, settled=True, clicked=True),))
    assert after(*[undone] * 10).flip_rates[0] > wrong
    assert after(*[kept] * 10).flip_rates[1] < right


@given(
    logits=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    shifts=st.tuples(st.floats(-3, 3), st.floats(-3, 3)),
    top=st.floats(-4, 4),
)
@settings(deadline=None)
def test_a_belief_is_monotone_and_its_slopes_are_right(
    logits: tuple[float, float], shifts: tuple[float, float], top: float
) -> None:
    now = belief(logits, shifts, top)
    assert list(now.need) == sorted(now.need)
    assert now.need[-1] == 1.0
    assert list(now.kept) == sorted(now.kept)
    for tier, failed in ((0, None), (1, 0), (2, 0), (2, 1)):
        found = sufficiency(now, tier, failed)
        assert 0 < found.p <= 1
        shares = [p for p in now.need[:2] if not 0.06 < p < 0.94]
        if shares or not 0.03 < found.p < 0.97 or now.need[0] > now.need[1] - 1e-6:
            continue
        for cut, slope in found.cuts:
            nudged = [s + (1e-5 if i == cut else 0) for i, s in enumerate(shifts)]
            moved = sufficiency(belief(logits, nudged, top), tier, failed).p
            assert (moved - found.p) / 1e-5 == pytest.approx(slope, abs=2e-3)


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=3), max_size=30), st.integers(0, 2))
@settings(deadline=None)
def test_any_history_leaves_a_sound_state(stories: list[list[bool]], start: int) -> None:
    memory = Memory()
    for story in stories:
        answers = tuple(
            LearnerAnswer(start + i, float(kept)) for i, kept in enumerate(story) if start + i < 3
        )
        memory = memory.learned(Observation(task(), answers))
    now = believed(memory.state, task())
    assert all(0 <= p <= 1 for p in (*now.need, *now.kept))
    for weights in (memory.state.base, *memory.state.cuts, memory.state.top):
        assert all(variance > 0 for _, variance in weights.values())


def test_the_gate_says_what_is_missing() -> None:
    few = gate.judge(Evidence(outcomes=60, informative=40))
    assert (few.live, few.why, few.needed) == (False, "few", 40)
    applies = gate.judge(Evidence(outcomes=500, informative=12))
    assert (applies.live, applies.why, applies.needed) == (False, "uninformative", 18)


def test_a_state_that_is_no_better_never_goes_live() -> None:
    r, memory = random.Random(1), Memory()
    now = belief(LOGITS)
    for _ in range(600):
        known = worlds.Known(task(), 0 if r.random() < now.need[0] else 1)
        memory = memory.learned(Observation(known.task, worlds.clicks(known, 0, r, (0.15, 0.12))))
        if memory.live:
            assert gate.gain(memory.evidence)["logLoss"] > 0
    assert abs(need(memory.state) - now.need[0]) < 0.15


def test_a_live_state_that_gets_worse_gives_way() -> None:
    memory = Memory()
    for _ in range(200):
        memory = memory.learned(seen((0, False), (1, True), settled=True))
    assert memory.live
    tasks = 0
    while memory.live and memory.takes(task()) != 0:
        memory = memory.learned(seen((0, True), settled=True))
        tasks += 1
    assert 0 < tasks < 300, "it comes back by itself"


def test_clicks_alone_raise_the_top_share_by_fifteen_points_at_most() -> None:
    memory, tops = Memory(), []
    for _ in range(800):
        tops.append(memory.live and memory.takes(task()) == 2)
        memory = memory.learned(seen((0, False), (1, False), (2, True)))
    assert memory.live
    assert sum(tops[-400:]) / 400 <= 0.16
    settled = Memory()
    for _ in range(300):
        settled = settled.learned(seen((0, False), (1, False), (2, True), settled=True))
    assert settled.takes(task()) == 2, "checks, undos and ratings may"


def test_a_trial_weighs_by_the_inverse_of_its_propensity() -> None:
    plain = gate.judged(Evidence(), LearnedState(), seen((0, True)), 1)
    tried = gate.judged(Evidence(), LearnedState(), seen((0, True), propensity=0.05), 1)
    assert tried.saved[0] < plain.saved[0] < 0, "leaving a tier that was kept costs more"


@pytest.mark.parametrize("forced", [0.0, 0.1])
def test_simulated_operators_are_served_better(forced: float) -> None:
    """A small seeded part of `make bench-learning`."""
    runs = [worlds.run(worlds.World(w), w, 600, 200, forced=forced) for w in range(4)]
    assert sum(r.gain for r in runs) / len(runs) > 0.05
    assert min(r.gain for r in runs) > -0.1
    assert max(r.drift for r in runs) <= 0.16


def test_an_update_costs_little() -> None:
    world, r, memory = worlds.World(3), random.Random(3), Memory()
    observed = [
        Observation(k.task, worlds.clicks(k, 0, r, (0.15, 0.12)))
        for k in (world.draw(r) for _ in range(300))
    ]
    begun = time.process_time()
    for one in observed:
        memory = memory.learned(one)
    assert (time.process_time() - begun) / 300 < 0.003


def test_a_four_tier_ladder_is_learned_too() -> None:
    wide = LearnerTask(CELL, (0.0, 1.0, 2.0), features(CELL, {}, (0.0, 1.0, 2.0)), (1.0, 2, 3, 4))
    state = LearnedState()
    for _ in range(30):
        state = update(state, replace(seen((0, False), (1, False), (2, True)), task=wide))
    assert believed(state, wide).need[1] < belief(wide.logits).need[1]


def test_an_operator_has_a_line_of_his_own_after_ten_outcomes() -> None:
    """One who keeps what is easy and discards what is hard, more than shipped, has a slope."""
    state = LearnedState()
    assert learner.operator_line(state) == learner.OperatorLine(0.0, 1.0)
    for number in range(10):
        easy = number % 2 == 0
        logits = (2.0, 3.0) if easy else (-1.0, 1.0)
        task = LearnerTask(CELL, logits, features(CELL, {}, logits))
        seen = Observation(task, (LearnerAnswer(0, float(easy), settled=True),))
        state = learner.update(state, seen)
    assert learner.operator_line(state).slope > 1.0
    kept = LearnedState()
    for _ in range(10):
        task = LearnerTask(CELL, (0.5, 2.5), features(CELL, {}, (0.5, 2.5)))
        kept = learner.update(kept, Observation(task, (LearnerAnswer(0, 1.0),)))
    assert learner.operator_line(kept).shift > 0.2


def test_what_learning_improved_is_told_with_its_interval() -> None:
    shown = None
    evidence = gate.Evidence(live=True)
    assert gate.improvement(evidence) is None
    for tasks in (200, 1_600):
        sums = (float(tasks), tasks * 3.0, tasks * 90.0, tasks * 30.0)
        found = gate.improvement(gate.Evidence(improved=sums))
        assert found is not None
        assert (found.tasks, found.share) == (tasks, 0.1)
        assert shown is None or found.within < shown / 2
        shown = found.within
    closed = Memory(LearnedState(), gate.Evidence()).learned(seen((0, True)))
    assert closed.evidence.improved[0] == 0, "while the gate is closed nothing is improved"
    decides = Memory(LearnedState(), gate.Evidence(live=True)).learned(seen((0, True)))
    assert decides.evidence.improved[0] == 1
