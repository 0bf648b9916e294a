"""The first tier: the one with the least expected loss, or what the operator's floor asks for.

Four things are added to the plain loss. A request that most likely needs the top tier never
starts on the cheapest one: at a large prompt the spend saved would else outweigh any redo. In work
whose wrong answers are found late (security, migration, concurrency, data loss, design) a wrong
answer counts more where the top is needed. Plain substitution (a rename, a move, a version),
however many places it touches, takes the tier below the top at most, and so does a question between
two things that stand in one line of code ("tabs or spaces?"). And old decisions of the ledger are
replayed by the rule that made them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core import loss
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Estimate, Signals
from tierwise.core.situation import Situation
from tierwise.core.tiers import Ladder
from tierwise.routing.estimate import levels

TOP_LIKELY: Final = 0.5
"""P(need = top) from which a request never starts on the cheapest tier."""
TYPICAL: Final = (234_800.0, 4_696_000.0, 9_392_000.0)
"""What a median request costs on Haiku, Sonnet and Opus, in nano-dollars. It is used where no price
is given."""
LATE: Final[Mapping[str, str]] = {
    "says.security": "security",
    "says.migration": "migration",
    "says.concurrency": "concurrency",
    "says.dataloss": "dataloss",
    "says.design": "design",
}
"""Signals of work whose wrong answers are not noticed at once, and the kind of work."""
SHALLOW: Final = ("mechanical", "ask.line")
"""Signals of work that never takes the top by itself."""
LATE_FACTOR: Final = 1.5
"""How much dearer a wrong answer is in such work if the top is needed. About one in ten wrong
answers is not noticed until it has cost several times a redo. The factor does not count where less
is needed: a typo in the word "migration" is no migration."""


@dataclass(frozen=True, slots=True)
class First:
    """The tier to ask first, by the estimate itself (`point`) and by its lower bound (`bound`).

    `losses` are expected losses per tier in nano-dollars, by the lower bound. The other fields say
    why. `late` names the kind of work that made a wrong answer dearer. `guarded` says that the
    cheapest tier was ruled out because the request most likely needs the top. `floor` says that the
    least confidence which the operator allows raised the tier. `wrong` is what a wrong answer
    costs, in nano-dollars.
    """

    point: str
    bound: str
    losses: Mapping[str, float]
    late: str | None = None
    guarded: bool = False
    floor: bool = False
    wrong: float = 0.0


def choose(signals: Signals, estimate: Estimate, situation: Situation) -> First:
    """The tier to ask first: that of least expected loss, or what the operator's floor asks for."""
    if situation.rule == "target-1":
        return _by_target(estimate, situation)
    ladder = situation.ladder
    late = late_kind(signals)
    wrong = float(situation.redo_cost)
    costs = spends(situation)
    deep = LATE_FACTOR if late else 1.0
    point = _least(_losses(estimate, estimate.need, costs, (wrong, deep), ladder), ladder)
    found = _losses(estimate, estimate.lower, costs, (wrong, deep), ladder)
    bound = _least(found, ladder)
    point = _guarded(point, estimate.need, ladder)
    raised = _guarded(bound, estimate.lower, ladder)
    guarded, bound = raised != bound, ladder.higher(point, raised)
    shallow = any(signals.values.get(name) for name in SHALLOW)
    if shallow and len(ladder.names) > 2:
        most = ladder.names[-2]
        point, bound = _lower(point, most, ladder), _lower(bound, most, ladder)
    floor = False
    if situation.confidence_target is not None:
        asked = cheapest(estimate.lower, situation.confidence_target, ladder)
        floor, bound = ladder.higher(asked, bound) != bound, ladder.higher(asked, bound)
    return First(point, bound, found, late, guarded, floor, wrong)


def outlook(estimate: Estimate, situation: Situation, tier: str) -> tuple[float, float]:
    """What is expected if this tier is asked first: the spend in nano-dollars, and the number of
    wrong answers.

    After each answer that is not kept, the next tier up is asked.
    """
    ladder, costs = situation.ladder, spends(situation)
    spend = _losses(estimate, estimate.need, costs, (0.0, 1.0), ladder)
    wrong = _losses(estimate, estimate.need, [0.0] * len(costs), (1.0, 1.0), ladder)
    return spend[tier], wrong[tier]


def late_kind(signals: Signals) -> str | None:
    """The kind of work whose wrong answers are found late, None where it is no such work."""
    return next((name for key, name in LATE.items() if signals.values.get(key)), None)


def spends(situation: Situation) -> list[float]:
    """The spend of one attempt per tier in nano-dollars, cheapest tier first."""
    names = situation.ladder.names
    if situation.cost:
        return [float(situation.cost.get(name, 0)) for name in names]
    return [TYPICAL[level] for level in levels(situation.ladder, len(TYPICAL) - 1)]


def cheapest(shares: Mapping[str, float], target: float, ladder: Ladder) -> str:
    """The cheapest tier whose entry in `shares` is at least `target`, else the top."""
    return next((name for name in ladder.names if shares[name] >= target), ladder.top)


def _by_target(estimate: Estimate, situation: Situation) -> First:
    target = situation.confidence_target
    target = OLD_TARGET if target is None else target
    ladder = situation.ladder
    point = cheapest(estimate.need, target, ladder)
    return First(point, cheapest(estimate.lower, target, ladder), {})


OLD_TARGET: Final = 0.80
"""The default confidence target of the rule `target-1`."""


def _losses(
    estimate: Estimate,
    shares: Mapping[str, float],
    costs: Sequence[float],
    price: tuple[float, float],
    ladder: Ladder,
) -> dict[str, float]:
    """Expected losses per tier, with `shares` as P(need <= tier).

    `price` is what a wrong answer costs, and by what factor more where the top is needed.
    """
    wrong, deep = price
    need = [shares[name] for name in ladder.names]
    like = estimate.likeness
    solved = [estimate.solved[name] for name in ladder.names] if estimate.solved else need
    return {
        name: (1.0 - like) * loss.by_need(need, estimate.table, costs, first, wrong, deep)
        + like * loss.by_outcome(solved, costs, first, wrong)
        for first, name in enumerate(ladder.names)
    }


def _least(losses: Mapping[str, float], ladder: Ladder) -> str:
    """The tier of least loss. Of tiers with equal losses it is the highest, which is the safest."""
    return min(reversed(ladder.names), key=losses.__getitem__)


def _lower(tier: str, most: str, ladder: Ladder) -> str:
    return most if ladder.rank(tier) > ladder.rank(most) else tier


def _guarded(tier: str, need: Mapping[str, float], ladder: Ladder) -> str:
    """The tier, or the second one if the tier is the cheapest and the top is most likely needed."""
    names = ladder.names
    if len(names) < 2 or tier != names[0] or 1.0 - need[names[-2]] < TOP_LIKELY:
        return tier
    return names[1]
