"""Streams of real outcomes under the frozen prior, the learner, and policies that never learn."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from tests.bench.learning.streams import Line

from tierwise.budget import forecast
from tierwise.budget.prices import PriceTable
from tierwise.cli.replay import language_of
from tierwise.core.money import to_nanos
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.learning.memory import Memory
from tierwise.learning.observation import Cell
from tierwise.learning.replay import ReplayedRoute, ReplayRow, Route, operator, replay
from tierwise.routing.route import parse_request
from tierwise.routing.signals import measure
from tierwise.routing.weights import Weights
from tierwise.tasks.learning import advice

NAMES: Final = DEFAULT_LADDER.names
PRICES: Final[Mapping[str, tuple[float, ...]]] = {"1:20:40": (1, 20, 40), "1:3:5": (8, 24, 40)}
"""Per tier, in units of the lowest list price; the top costs the same in both."""
UNIT: Final = 0.04
"""What a unit of cost (the lowest tier's answer at 1:3:5) is worth in pass rate."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Rows of one family, measured with one set of weights."""

    name: str
    rows: tuple[ReplayRow, ...]
    weights: Weights
    redo: int = 30_000_000


def stream(name: str, lines: Sequence[Line], weights: Weights, prices: str = "1:20:40") -> Stream:
    """Lines of a log as rows, everything measured once. Costs that were measured are kept."""
    table, made = PriceTable.load(), []
    for line in lines:
        request = parse_request(
            {k: v for k, v in line.items() if k not in ("outcomes", "cost_usd")}
        )
        chars = 1_500 + len(request.instruction)
        unit = forecast.expected_spend(DEFAULT_LADDER.get("haiku"), request.action, chars, table)
        spends = {n: round(unit * k) for n, k in zip(NAMES, PRICES[prices], strict=True)}
        facts = Situation(cost=spends)
        measured = (
            measure(request, weights=weights),
            facts,
            Cell(request.action, language_of(request)),
        )
        known = line.get("cost_usd")
        costs = {n: to_nanos(known[n]) for n in NAMES} if known else spends
        made.append(ReplayRow(str(line["id"]), measured, line["outcomes"], costs))
    return Stream(name, tuple(made), weights)


def priced_by_unit(found: Stream) -> Stream:
    """The same with every answer at 1, 3 and 5 units of cost, a unit being 0.04 of a pass.

    Looking at a wrong answer costs nothing here: only the last answer's pass rate counts.
    """
    spends = {n: to_nanos(UNIT * k) for n, k in zip(NAMES, (1, 3, 5), strict=True)}
    rows = []
    for row in found.rows:
        signals, facts, cell = cast("tuple[Any, Any, Any]", row.request)
        rows.append(
            replace(row, request=(signals, replace(facts, cost=spends), cell), costs=spends)
        )
    return replace(found, rows=tuple(rows), redo=0)


def routed(found: Stream) -> Route:
    """The router with whatever memory it is given."""

    def route(row: ReplayRow, memory: Memory) -> ReplayedRoute:
        signals, facts, cell = cast("tuple[Any, Any, Any]", row.request)
        facts = replace(facts, redo_cost=found.redo)
        made = advice.decide(signals, facts, found.weights, cell, memory, id=row.id)
        return ReplayedRoute(made.decision, advice.task_of(signals, facts, found.weights, cell))

    return route


def frozen(found: Stream) -> Mapping[str, str]:
    """The first tier the prior takes, per row: it does not depend on the order."""
    route, empty = routed(found), Memory()
    return {row.id: route(row, empty).decision.answering for row in found.rows}


@dataclass(frozen=True, slots=True)
class Played:
    """Per task, in order: the loss in dollars, and pass rate minus spend in dollars."""

    losses: tuple[float, ...]
    values: tuple[float, ...]
    live: bool = False
    ids: tuple[str, ...] = ()

    def late_by_task(self, values: bool = False) -> dict[str, float]:
        """The last third, by the task's id."""
        every = self.values if values else self.losses
        start = len(every) - len(every) // 3
        return dict(zip(self.ids[start:], every[start:], strict=True))

    def late(self, values: bool = False) -> float:
        """The mean over the last third."""
        every = self.values if values else self.losses
        last = every[len(every) - len(every) // 3 :]
        return sum(last) / len(last)

    def after(self, tasks: int) -> float:
        """The mean loss from a task on."""
        return sum(self.losses[tasks:]) / len(self.losses[tasks:])


def ordered(found: Stream, seed: int) -> list[ReplayRow]:
    """The rows in the order of a seed, none twice."""
    rows = list(found.rows)
    random.Random(seed).shuffle(rows)
    return rows


def learned(found: Stream, seed: int) -> Played:
    """The learner on a stream."""
    rows = ordered(found, seed)
    done = replay(rows, routed(found), NAMES, redo=found.redo, seed=seed, learn=True)
    return _played(found, rows, done.starts, seed, done.memory.live)


def static(found: Stream, seed: int, starts: Mapping[str, str] | str) -> Played:
    """A policy that never learns: one tier for all, or a first tier per row."""
    rows = ordered(found, seed)
    first = [starts if isinstance(starts, str) else starts[row.id] for row in rows]
    return _played(found, rows, first, seed, False)


def _played(
    found: Stream, rows: Sequence[ReplayRow], starts: Sequence[str], seed: int, live: bool
) -> Played:
    losses, values = [], []
    for row, start in zip(rows, starts, strict=True):
        answers = operator(row, start, NAMES, seed)
        spent = sum(row.costs[NAMES[a.tier]] for a in answers) / 1e9
        losses.append(spent + found.redo / 1e9 * sum(a.kept < 0.5 for a in answers))
        values.append(row.outcomes[NAMES[answers[-1].tier]] - spent)
    return Played(tuple(losses), tuple(values), live, tuple(row.id for row in rows))


def bad(weights: Weights, shift: float) -> Weights:
    """A deliberately bad prior: every cut moved by so many logits."""
    made = replace(
        weights, cuts=tuple(replace(cut, offset=cut.offset + shift) for cut in weights.cuts)
    )
    return replace(made, hash=f"{weights.hash}{json.dumps(shift)}")
