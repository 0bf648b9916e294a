"""What each setting of the dial (what to do when unsure: save, balanced, right first time) would
have meant for a week of the operator's own tasks.

Every task is decided again at each setting. What is to be expected of these decisions is summed:
the spend, and the answers that would not have been kept. While there are too few tasks, an invented
week is used, and is marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import Final

from tierwise.config.model import Preference
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import REDO_COST, RULE, Situation
from tierwise.routing import first
from tierwise.store.decisions import TaskHistory
from tierwise.tasks.learning import recall

LAST: Final = 200
"""How many of the last tasks are used."""
ENOUGH: Final = 20
"""With fewer tasks of the operator's own the invented week is used."""
WEEK_MS: Final = 7 * 86_400_000
DAY_MS: Final = 86_400_000
INVENTED: Final = "demo_week.tsv"


@dataclass(frozen=True, slots=True)
class DialTask:
    """A task of the past with what is needed to decide it again at each setting of the dial.

    `size` is its redo cost relative to that of a median task. `chosen` is the tier if the operator
    chose it: no setting changes that.
    """

    signals: Signals
    estimate: Estimate
    situation: Situation
    size: float
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class DialWeek:
    """What a week would be like at one setting of the dial: its cost in nano-dollars, the number of
    answers that are not kept (`redos`), and how many tasks begin at each tier.
    """

    cost: float
    redos: float
    first: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DialView:
    """For each setting of the dial, the week that it would give.

    `tasks` is how many tasks were used, `own` how many of the operator's own there are, at most
    `LAST`. `invented` says that these were too few, so that made-up ones were used.
    """

    weeks: Mapping[Preference, DialWeek]
    tasks: int
    own: int
    invented: bool


def view(told: Sequence[TaskHistory], redos: Mapping[Preference, int]) -> DialView:
    """What each setting of the dial would have meant for the operator's last tasks (newest first),
    or for an invented week if they are too few.

    `redos` has the redo cost of a median task for each setting, in nano-dollars.
    """
    mine = [task for task in told if task.decisions and not task.task.rehearsal][:LAST]
    own = [found for task in mine if (found := of_ledger(task)) is not None]
    if len(own) < ENOUGH:
        tasks, scale = invented(), 1.0
    else:
        times = [task.task.created_ms for task in mine]
        tasks, scale = own, WEEK_MS / max(max(times) - min(times), DAY_MS)
    weeks = {name: week(tasks, redo, scale) for name, redo in redos.items()}
    return DialView(weeks, len(tasks), len(own), tasks is not own)


def week(tasks: Sequence[DialTask], redo: int, scale: float = 1.0) -> DialWeek:
    """The expected cost and number of answers not kept, if redoing a median task costs `redo`
    nano-dollars. Pure.

    `scale` turns the sums into those of a week.
    """
    cost = wrong = 0.0
    tiers: dict[str, float] = {}
    for task in tasks:
        facts = replace(task.situation, redo_cost=round(redo * task.size))
        tier = task.chosen or first.choose(task.signals, task.estimate, facts).bound
        spend, missed = first.outlook(task.estimate, facts, tier)
        cost, wrong = cost + spend, wrong + missed
        tiers[tier] = tiers.get(tier, 0.0) + scale
    return DialWeek(cost * scale, wrong * scale, tiers)


def of_ledger(told: TaskHistory) -> DialTask | None:
    """A task of the ledger in the form in which the dial decides it again. None if its row
    cannot be read, has no forecast for the top tier, or has an estimate of other tiers.

    Its size follows from the forecast of its top tier, because a redo costs in proportion to that.
    """
    row = told.decisions[0]
    try:
        decision, facts = recall.decision(told.task, row), recall.situation(row.detail)
    except recall.OddRow:
        return None
    top = facts.cost.get(facts.ladder.top)
    if not top or set(decision.estimate.need) != set(facts.ladder.names):
        return None
    situation = replace(facts, rule=RULE, learned=None, confidence_target=None)
    chosen = row.answering if row.cause in ("override", "pin", "remap") else None
    if chosen not in facts.ladder:
        chosen = None
    size = top / first.TYPICAL[-1]
    return DialTask(decision.signals, decision.estimate, situation, size, chosen)


@lru_cache(maxsize=1)
def invented() -> Sequence[DialTask]:
    """The invented week: made-up requests of various sizes, shown while there are too few real
    tasks.

    Their estimates come from weights that were not trained on them.
    """
    text = resources.files(__package__).joinpath(INVENTED).read_text(encoding="utf-8")
    return tuple(_invented(line) for line in text.splitlines() if line[:1] != "#")


def _invented(line: str) -> DialTask:
    low, mid, low_bound, mid_bound, size = (float(part) for part in line.split("\t"))
    ladder = Situation().ladder
    need = dict(zip(ladder.names, (low, mid, 1.0), strict=True))
    lower = dict(zip(ladder.names, (low_bound, mid_bound, 1.0), strict=True))
    cost = {n: round(c * size) for n, c in zip(ladder.names, first.TYPICAL, strict=True)}
    facts = Situation(cost=cost, redo_cost=round(REDO_COST * size))
    return DialTask(Signals({}), Estimate(need, lower, need), facts, size)
