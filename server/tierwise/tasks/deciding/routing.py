"""Measures a request (its signals), estimates which tier it needs, and decides who answers."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from tierwise.budget import forecast
from tierwise.budget.prices import PriceTable
from tierwise.budget.redo import MEDIAN_CHARS
from tierwise.budget.stakes import stakes
from tierwise.core.actions import KINDS
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision, Reason, Signals
from tierwise.core.folders import folder_name
from tierwise.core.money import to_nanos
from tierwise.core.request import Request
from tierwise.core.situation import Choice, Floor, Situation, WarmThread
from tierwise.core.structure import Structure
from tierwise.core.tiers import Ladder
from tierwise.learning.memory import Memory
from tierwise.routing import explain, policy
from tierwise.routing import signals as routing_signals
from tierwise.routing.flips import Flips, flips
from tierwise.routing.reading import action_of
from tierwise.syntax import structure as syntax_structure
from tierwise.tasks.deciding.floors import floors_for
from tierwise.tasks.deciding.spent import with_spend
from tierwise.tasks.known import Known
from tierwise.tasks.learning import advice
from tierwise.tasks.task.scene import Scene
from tierwise.tasks.task.task import Task

SIGNS: Final = 5
"""The most signals with which a decision is explained."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Routed:
    """A decision, and the facts it was made from beside the signals, such as prices and budget.
    Both are written to the ledger.
    """

    decision: Decision
    situation: Situation


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision with its explanation.

    `signs` are the signals that mattered, strongest first. `flips` are the smallest changes of the
    request that would have changed the decision. `paid` is what the task cost, if known.
    """

    decision: Decision
    flips: Flips
    signs: tuple[Reason, ...]
    rehearsal: bool
    redo_cost: int
    """What a redo costs the operator beside its call, in nano-dollars."""
    paid: int | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What all decisions made at one moment have in common. A menu looks it up once for all its
    titles.

    `memory` is what was learned from earlier tasks, and `basis` names its version. `blocked` has
    the tiers that no server can answer for now, each with the cause. `remap` says which tiers the
    operator replaced by which, `fallback` which tiers may stand in for a failed one.
    """

    memory: Memory
    basis: str
    ladder: Ladder
    prices: PriceTable
    at: datetime
    blocked: Mapping[str, str]
    remap: Mapping[str, str]
    fallback: Mapping[str, tuple[str, ...]]


def moment(known: Known) -> Moment:
    """Look up, once, what all decisions made now have in common, such as prices and remaps."""
    window = known.window
    memory, basis = known.learning.memory()
    ladder = window.ladder
    return Moment(
        memory=memory,
        basis=basis,
        ladder=ladder,
        prices=window.prices,
        at=window.clock(),
        blocked=_blocked(ladder, known),
        remap=known.choices.remap(window.config.remap),
        fallback=ladder.fallbacks,
    )


def decide_on(
    request: Request,
    scene: Scene,
    known: Known,
    facts: Situation,
    now: Moment,
    *,
    reasons: bool = True,
) -> Routed:
    """Decide a request on given facts.

    If the router raises, the top tier is taken, subject to the operator's choice and the caps, and
    the reason says so. Without `reasons` the decision carries no explanation, which is faster.
    """
    try:
        signals = measure(request, scene, known)
        cell = known.learning.cell(request.action, scene.focus.language if scene.focus else None)
        advised = advice.decide(
            signals,
            facts,
            known.window.weights,
            cell,
            now.memory,
            basis=now.basis,
            id=request.id,
            reasons=reasons,
        )
        decision, facts = advised.decision, advised.situation
    except Exception as error:
        log.exception("the router failed; failing safe")
        decision = policy.fail_safe(facts, type(error).__name__)
    if reasons:
        decision = advice.with_record(decision, request.action, known.learning.own)
    decision = with_spend(decision, known.standing.state)
    return Routed(_with_price(decision, known), facts)


def _with_price(decision: Decision, known: Known) -> Decision:
    """Add a reason if the price of the answering tier is not known."""
    tier = known.window.tier(decision.answering)
    if known.window.prices.known(tier.model, tier.base_url):
        return decision
    unknown = Reason.of("note", "price_unknown", tier=tier.name)
    return replace(decision, reasons=(*decision.reasons, unknown))


def forecast_decision(
    request: Request,
    scene: Scene,
    known: Known,
    now: Moment | None = None,
    *,
    reasons: bool = True,
) -> Decision:
    """The decision as it would be made now. It takes a millisecond and needs no ledger
    or network.
    """
    now = now or moment(known)
    facts = situation(request, scene, known, now)
    routed = decide_on(request, scene, known, facts, now, reasons=reasons)
    return replace(routed.decision, final=False)


async def explained(decision: Decision, known: Known) -> Explained:
    """Explain a decision: which signals mattered, and what would have changed it. The search takes
    about fifty milliseconds on a thread.

    It uses the shipped weights alone, for a task of median size. Pins, budget, conversation and
    what was learned are left out.
    """
    window = known.window
    facts = Situation(
        ladder=window.ladder,
        confidence_target=window.config.confidence_target,
        redo_cost=to_nanos(window.config.redo_cost),
        cost={
            tier.name: forecast.expected_spend(
                tier, action_of(decision.signals) or "chat", MEDIAN_CHARS, window.prices
            )
            for tier in window.ladder
        },
    )
    weights = known.window.weights
    found = await asyncio.to_thread(flips, decision.signals, weights, facts)
    signs = await asyncio.to_thread(explain.why, decision.signals, weights, SIGNS)
    return Explained(decision, found, signs, window.rehearsal, facts.redo_cost)


def measure(request: Request, scene: Scene, known: Known) -> Signals:
    """The numbers and flags that the router estimates from (the signals of the request). The
    structure of its selection is cached per document version.
    """
    return routing_signals.measure(request, _structure(request, scene), known.window.weights)


def situation(
    request: Request,
    scene: Scene,
    known: Known,
    now: Moment,
    task: Task | None = None,
    warm: WarmThread | None = None,
) -> Situation:
    """Collect the facts that a decision needs beside the signals, such as prices and budget, as
    this window knows them now.

    Without a `task` it is for a forecast. `warm` is what the conversation keeps in a prompt cache.
    """
    config = known.window.config
    chars = _prompt_chars(request, scene, task)
    stake = stakes(
        now.ladder,
        request.action,
        chars,
        now.prices,
        to_nanos(config.redo_cost),
        at=now.at,
        calibration=known.purse.calibration,
        input_tokens=request.input_tokens,
        steps=request.steps or KINDS[request.action].steps,
    )
    return Situation(
        ladder=now.ladder,
        confidence_target=config.confidence_target,
        soft_target=config.soft_target,
        redo_cost=stake.redo_cost,
        cost=stake.cost,
        budget="ok" if task is not None and task.allowed else known.standing.level,
        choices=_choices(request, scene, task, known),
        remap=now.remap,
        floors=(*_floors(request, known), *known.team.floors(now.ladder, request.action)),
        warm=warm,
        blocked=now.blocked,
        fallback=now.fallback,
        cap=config.max_tier,
        team_cap=known.team.cap(now.ladder),
        trial=random.random() if config.learning.trials and task is not None else None,
    )


def _choices(request: Request, scene: Scene, task: Task | None, known: Known) -> tuple[Choice, ...]:
    kept = known.choices.of(
        task=task.id if task else None,
        conversation=task.conversation_id if task else None,
        uri=scene.focus.uri if scene.focus else None,
        action=request.action,
        session=known.window.session,
        project=known.window.project,
    )
    redone = any(choice.scope == "task" for choice in kept)
    own = (Choice("task", request.tier),) if request.tier and not redone else ()
    pinned = known.window.config.pins.project
    configured = (Choice("project", pinned),) if pinned else ()
    return (*own, *kept, *configured)


def _floors(request: Request, known: Known) -> tuple[Floor, ...]:
    paths = {f.path for f in request.files or () if f.attached}
    if request.selection is not None:
        paths.add(request.selection.path)
    # With several workspace folders a path begins with its folder's name. A rule's path does not.
    roots = tuple(known.window.documents.roots())
    for name in (folder_name(root, roots) for root in roots if len(roots) > 1):
        paths |= {p.removeprefix(f"{name}/") for p in paths}
    return floors_for(request.action, paths, known.window.config.floors, known.window.ladder)


def _blocked(ladder: Ladder, known: Known) -> Mapping[str, str]:
    """Tiers none of whose places may be called at this moment, with the cause."""
    now, breakers = known.window.monotonic(), known.breakers
    return {
        tier.name: breakers.why(tier.endpoint_id) or "server"
        for tier in ladder
        if not any(breakers.allows(place.endpoint_id, now) for place in tier.places)
    }


def _structure(request: Request, scene: Scene) -> Structure | None:
    selection, focus = request.selection, scene.focus
    if selection is None or selection.text is None:
        return None
    versioned = focus is not None and focus.version is not None
    key = (focus.uri, focus.version, scene.range) if focus is not None and versioned else None
    return syntax_structure.measure(selection.text, selection.language, key)


def _prompt_chars(request: Request, scene: Scene, task: Task | None) -> int:
    """About how many characters the prompt has. The context counts as it was collected, or else as
    a guess.

    The guess counts selection, instruction and attached files in full. Of files that are only open
    at most a tenth counts, because only related definitions are sent.
    """
    base = 1_500 + len(request.instruction)
    if task is not None and task.run.pack is not None:
        return base + sum(len(item.text) for item in task.run.pack.items)
    selected = len(request.selection.text or "") if request.selection else 0
    attached = sum(len(doc.text) for doc in scene.attached)
    opened = sum(len(doc.text) for doc in scene.open)
    return base + selected + attached + min(opened // 10, 8_000)
