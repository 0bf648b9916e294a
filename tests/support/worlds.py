"""Simulated operators whose true need is known, so that a test can judge what was learned.

A world shifts the shipped logits: once for all its tasks, and by action, cell, project and one
signal. Each spread is about 60 % of the deviation that the families of the outcome data show
against the shipped estimate (2.4 logits), because benchmark tasks are harder to route than those
of an editor. The operator's clicks are wrong at the flip rates. The cost of an answer is known.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace
from typing import Final

from tierwise.learning import learner, stakes
from tierwise.learning.belief import Belief, belief, sigmoid
from tierwise.learning.labels import DIFFERS, PAIRED
from tierwise.learning.memory import Memory
from tierwise.learning.observation import (
    CENTRE,
    Cell,
    LearnerAnswer,
    LearnerTask,
    Observation,
    features,
)

ACTIONS: Final = ("chat", "edit", "fix", "document", "test", "refactor")
LANGUAGES: Final = ("python", "typescript", "go")
REDO: Final = 30_000_000.0
"""Nano-dollars an answer costs that does not suffice."""
ACCEPT: Final = 0.96
"""The share of the top's answers that is kept."""
SOFT: Final = 0.55
"""The shipped soft target: a trial goes one tier down where that tier reaches it."""
TRIALS: Final = 0.05
DEVIATION: Final = 0.45
"""Of the shipped logits; the bound is 1.28 of them below."""
RATIOS: Final = {"1:20:40": (1, 20, 40), "1:3:5": (8, 24, 40)}
"""Prices per tier in units of $0.0004, the top the same in both."""


@dataclass(frozen=True, slots=True)
class Known:
    """A task whose need is known: the rank of the cheapest tier that suffices.

    `shares` is the true P(need <= tier), which nobody in the world knows.
    """

    task: LearnerTask
    need: int
    shares: tuple[float, ...] = (0.0, 0.0, 1.0)

    @property
    def best(self) -> int:
        """The first tier of least expected loss to whoever knows the true shares."""
        now = Belief(self.shares, self.shares)
        return stakes.best(now, self.task.costs, REDO, self.task.shipped)


class World:
    """An operator with work of some kind."""

    def __init__(self, seed: int, ratio: str = "1:20:40") -> None:
        r = random.Random(seed * 7919 + 1)
        self.ratio = RATIOS[ratio]
        self.shared = r.gauss(0, 0.9)
        self.action = {a: r.gauss(0, 1.0) for a in ACTIONS}
        self.cell = {(a, lang): r.gauss(0, 0.5) for a in ACTIONS for lang in LANGUAGES}
        self.project = {"p": r.gauss(0, 0.4), "q": r.gauss(0, 0.4)}
        self.width = r.gauss(0, 0.3)
        self.signal = r.gauss(0, 0.25)
        self.often = [r.random() + 0.2 for _ in ACTIONS]
        self.level = {a: r.gauss(0.8, 0.8) for a in ACTIONS}
        self.slope = r.gauss(0.0, 0.3)

    def draw(self, r: random.Random) -> Known:
        """One task of this operator."""
        action = r.choices(ACTIONS, self.often)[0]
        cell = Cell(action, r.choice(LANGUAGES), r.choice("pq"))
        words = r.gauss(0, 1)
        low = self.level[action] + r.gauss(0, 1.0) - 0.3 * words
        logits = (low, low + 2.2)
        shift = self.shared + self.action[action] + self.cell[action, cell.language or ""]
        shift += self.project[cell.project] - self.signal * words
        shift += self.slope * (low - CENTRE)
        haiku = sigmoid(logits[0] + shift)
        sonnet = max(haiku, sigmoid(logits[1] + shift + self.width))
        luck = r.random()
        unit = 400_000 * math.exp(r.gauss(0, 0.4))
        costs = tuple(unit * k for k in self.ratio)
        given = features(cell, {"words": 2.7 + 1.3 * words}, logits)
        task = LearnerTask(cell, logits, given, costs, REDO, shipped(logits, costs))
        need = 0 if luck < haiku else 1 if luck < sonnet else 2
        return Known(task, need, (haiku, sonnet, 1.0))


def bounds(logits: tuple[float, ...], shifts: tuple[float, ...] = (0.0, 0.0)) -> tuple[float, ...]:
    """The lower bounds of P(need <= tier) that the policy reads."""
    low = [sigmoid(x + s - 1.28 * DEVIATION) for x, s in zip(logits, shifts, strict=True)]
    return (low[0], max(low), 1.0)


def shipped(logits: tuple[float, ...], costs: tuple[float, ...]) -> int:
    """The tier that the loss rule takes without learning: by the bounds of the shipped logits."""
    kept = tuple(ACCEPT * share for share in bounds(logits))
    losses = [stakes.expected(Belief(kept, kept), tier, costs, REDO) for tier in range(3)]
    return losses.index(min(losses))


def first(memory: Memory, task: LearnerTask) -> int:
    """The tier the policy takes first with a memory."""
    if not memory.live:
        return task.shipped
    return memory.takes(task)


def clicks(
    known: Known, start: int, r: random.Random, flips: tuple[float, float], forced: float = 0.0
) -> tuple[LearnerAnswer, ...]:
    """What the operator does with the answers from a tier on. `forced` discards come anyway."""
    wrong, right = flips
    made = []
    for tier in range(start, 3):
        kept = r.random() < (1 - right if known.need <= tier else wrong)
        kept = kept and not (forced and r.random() < forced)
        made.append(LearnerAnswer(tier, float(kept), clicked=kept, cost=known.task.costs[tier]))
        if kept:
            break
    return tuple(made)


SAME: Final = 0.6
"""Of the cheapest tier's edits that would have done, the share that is written as the kept one."""
REFUSED: Final = 0.3
"""Of those that would not have done, the share that a check refuses."""


def beside(
    known: Known, seen: tuple[LearnerAnswer, ...], r: random.Random, same: float = SAME
) -> tuple[LearnerAnswer, ...]:
    """The answers with the verdict on the cheapest tier's shadow answer, as the labels read it."""
    last = seen[-1]
    if seen[0].tier == 0 or last.kept < 0.5:
        return seen
    luck = r.random()
    does = luck < same if known.need == 0 else luck < 0.02
    failed = known.need > 0 and luck > 1 - REFUSED
    paired = LearnerAnswer(
        0,
        float(does),
        PAIRED if does or failed else DIFFERS,
        settled=failed,
        cost=known.task.costs[0],
        paired=True,
    )
    return (paired, *seen)


def curve(
    world: World,
    seed: int,
    tasks: int,
    *,
    shadow: bool,
    same: float = SAME,
    flips: tuple[float, float] = (0.15, 0.12),
    forced: float = 0.0,
) -> list[tuple[float, float]]:
    """The true loss of each task in turn, with learning and frozen, in nano-dollars."""
    r, memory, found = random.Random(seed * 104_729 + 17), Memory(), []
    for _ in range(tasks):
        known = world.draw(r)
        start = first(memory, known.task)
        found.append((true_loss(known, start), true_loss(known, known.task.shipped)))
        given = clicks(known, start, r, flips, forced)
        given = beside(known, given, r, same) if shadow else given
        memory = memory.learned(Observation(known.task, given))
    return found


def true_loss(known: Known, start: int) -> float:
    """Expected spend and redo cost from a tier on until a tier suffices, in nano-dollars.

    By the true shares and not by the need drawn: the same mean with less of the draw's luck.
    """
    return stakes.expected(Belief(known.shares, known.shares), start, known.task.costs, REDO)


@dataclass(frozen=True, slots=True)
class Run:
    """How a memory did on the last tasks of a run, as shares of the frozen default's loss.

    `room` is what knowing every true share would save: no learner can save more.
    """

    gain: float
    room: float
    drift: float
    live: bool
    memory: Memory


def run(
    world: World,
    seed: int,
    tasks: int = 1_000,
    judged: int = 500,
    flips: tuple[float, float] = (0.15, 0.12),
    forced: float = 0.0,
    trials: bool = False,
) -> Run:
    """Operate for some tasks, then go on for `judged` more and compare the true losses there."""
    r = random.Random(seed * 104_729 + 17)
    memory = Memory()
    learned = shipped = known_best = 0.0
    tops = 0
    for number in range(tasks + judged):
        known = world.draw(r)
        start, propensity = first(memory, known.task), 1.0
        if trials:
            start, propensity = tried(memory, known.task, start, r)
        if number >= tasks:
            learned += true_loss(known, start)
            shipped += true_loss(known, known.task.shipped)
            known_best += true_loss(known, known.best)
            tops += (start == 2) - (known.task.shipped == 2)
        given = clicks(known, start, r, flips, forced)
        memory = memory.learned(Observation(known.task, given, propensity=propensity))
    return Run(1 - learned / shipped, 1 - known_best / shipped, tops / judged, memory.live, memory)


def tried(memory: Memory, task: LearnerTask, start: int, r: random.Random) -> tuple[int, float]:
    """The tier with trials turned on, and its propensity: as the policy draws them."""
    now = learner.believed(memory.state, task) if memory.live else belief(task.logits)
    if start == 0 or now.need[start - 1] < SOFT:
        return start, 1.0
    return (start - 1, TRIALS) if r.random() < TRIALS else (start, 1 - TRIALS)


def recovered(seed: int, shift: float, trials: bool = False) -> tuple[float, float, float]:
    """Loss over tasks 250 to 500 under a prior moved by `shift` logits, under that prior with
    learning, and under the right one; nano-dollars per task.

    The world is one in which the shipped estimate is right, so that the right one is known.
    """
    world = World(seed)
    world.shared = world.width = world.signal = 0.0
    world.action, world.project = dict.fromkeys(ACTIONS, 0.0), {"p": 0.0, "q": 0.0}
    world.cell = dict.fromkeys(world.cell, 0.0)
    r, memory = random.Random(seed + 5), Memory()
    bad = learned = good = 0.0
    for number in range(500):
        known = world.draw(r)
        logits = tuple(logit + shift for logit in known.task.logits)
        given = features(known.task.cell, {}, logits)
        moved = replace(known.task, logits=logits, features=given,
                        shipped=shipped(logits, known.task.costs))  # fmt: skip
        start = first(memory, moved)
        if number >= 250:
            bad += true_loss(known, moved.shipped)
            learned += true_loss(known, start)
            good += true_loss(known, known.task.shipped)
        propensity = 1.0
        if trials:
            start, propensity = tried(memory, moved, start, r)
        answers = clicks(known, start, r, (0.15, 0.12))
        memory = memory.learned(Observation(moved, answers, propensity=propensity))
    return bad / 250, learned / 250, good / 250


@dataclass(frozen=True, slots=True)
class Stuck:
    """P(need <= lowest tier) of a cell against its fresh state: after 20 failures, after 200
    successes on top; that against a cell that saw the successes alone; and, instead of the
    successes, after 200 tasks that go as the fresh state says, on average."""

    failed: float
    back: float
    without: float
    usual: float


def stuck(draws: int = 20) -> Stuck:
    """A cell that fails 20 times, and what brings it back."""
    logits, cell = (0.5, 2.0), Cell("edit", "python", "p")
    task = LearnerTask(cell, logits, features(cell, {}, logits), (400_000.0, 8e6, 1.6e7), REDO)

    def need(state: learner.LearnedState) -> float:
        return learner.believed(state, task).need[0]

    def after(
        state: learner.LearnedState, *stories: tuple[LearnerAnswer, ...]
    ) -> learner.LearnedState:
        for answers in stories:
            state = learner.update(state, Observation(task, answers))
        return state

    new, share = learner.LearnedState(), need(learner.LearnedState())
    good, poor = (LearnerAnswer(0, 1.0),), (LearnerAnswer(0, 0.0), LearnerAnswer(1, 1.0))
    failed = after(new, *[poor] * 20)
    back = need(after(failed, *[good] * 200))
    shown = learner.probability(learner.believed(new, task), good[0], None, new)
    usual = []
    for seed in range(draws):
        r = random.Random(seed)
        drawn = [good if r.random() < shown else poor for _ in range(200)]
        usual.append(need(after(failed, *drawn)))
    return Stuck(
        need(failed) - share,
        back - share,
        back - need(after(new, *[good] * 200)),
        sum(usual) / draws - share,
    )
