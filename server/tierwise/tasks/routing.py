"""Steps 3 to 5 of the spine: signals, estimate and decision, with the facts they need."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping
from dataclasses import replace

from tierwise.budget import forecast
from tierwise.core.decision import Adjustment, Decision, Estimate, Signals
from tierwise.core.request import Request
from tierwise.core.situation import Choice, Floor, Situation
from tierwise.core.structure import Structure
from tierwise.core.money import to_nanos
from tierwise.routing import policy
from tierwise.routing import signals as routing_signals
from tierwise.routing.estimate import estimate as shipped_estimate
from tierwise.syntax import structure as syntax_structure
from tierwise.tasks.floors import floors_for
from tierwise.tasks.second import opinion
from tierwise.tasks.task import Scene, Task
from tierwise.tasks.warm import warm_thread
from tierwise.tasks.world import World

log = logging.getLogger(__name__)


def measure(request: Request, scene: Scene) -> Signals:
    """The signals of a request; the structure of its selection is cached per document version."""
    return routing_signals.measure(request, _structure(request, scene))


def adjusted(request: Request, signals: Signals, world: World) -> Adjustment:
    """What the learned state adds, nothing while it is not live."""
    return world.learning.adjustment(request, signals)


def estimated(request: Request, signals: Signals, world: World) -> Estimate:
    """The estimate from the shipped weights and the learned state."""
    adjustment = adjusted(request, signals, world)
    return shipped_estimate(signals, world.weights, world.ladder, adjustment)


async def estimate(task: Task, signals: Signals, world: World) -> Estimate:
    """The estimate of a task, with a second opinion where the operator wants one and it helps."""
    first = estimated(task.request, signals, world)
    return await opinion(task, signals, first, world)


def decide(
    request: Request, signals: Signals, facts: Situation, found: Estimate, world: World
) -> Decision:
    """The decision. A router that raises is not an outage: the top tier within the budget."""
    try:
        return policy.decide(signals, found, facts, id=request.id, weights=world.weights.hash)
    except Exception as error:
        log.exception("the router failed; failing safe")
        return policy.fail_safe(facts, f"the router failed ({type(error).__name__})")


def forecast_decision(request: Request, scene: Scene, world: World) -> Decision:
    """The decision as it would be made now: a millisecond, no ledger, no network."""
    try:
        signals = measure(request, scene)
        found = estimated(request, signals, world)
    except Exception as error:
        log.exception("the router failed; failing safe")
        empty = situation(request, scene, None, world)
        return policy.fail_safe(empty, f"the router failed ({type(error).__name__})")
    decision = decide(request, signals, situation(request, scene, None, world), found, world)
    return replace(decision, final=False)


def situation(request: Request, scene: Scene, task: Task | None, world: World) -> Situation:
    """The facts a decision needs beside the signals, from what this window knows right now."""
    config = world.config
    prompt_chars = _prompt_chars(request, scene, task)
    language = scene.focus.language if scene.focus else None
    conversation = task.conversation_id if task else None
    return Situation(
        ladder=world.ladder,
        confidence_target=config.confidence_target,
        soft_target=config.soft_target,
        redo_cost=to_nanos(config.redo_cost_usd),
        cost={
            tier.name: forecast.expected_spend(
                tier, request.action, prompt_chars, world.prices, language=language
            )
            for tier in world.ladder
        },
        budget="ok" if task is not None and task.allowed else world.budget.level,
        choices=_choices(request, scene, task, world),
        remap=world.choices.remap(config.remap),
        floors=_floors(request, world),
        warm=warm_thread(conversation, request, prompt_chars, world),
        blocked=_blocked(world),
        fallback={t.name: t.fallback for t in world.ladder if t.fallback is not None},
        cap=config.max_tier,
        trial=random.random() if config.learning.trials and task is not None else None,
    )


def _choices(request: Request, scene: Scene, task: Task | None, world: World) -> tuple[Choice, ...]:
    kept = world.choices.of(
        task=task.id if task else None,
        conversation=task.conversation_id if task else None,
        uri=scene.focus.uri if scene.focus else None,
        action=request.action,
        session=world.session,
        project=world.project,
    )
    own = (Choice("task", request.tier),) if request.tier else ()
    pinned = world.config.pins.project
    configured = (Choice("project", pinned),) if pinned else ()
    return (*own, *kept, *configured)


def _floors(request: Request, world: World) -> tuple[Floor, ...]:
    paths = {f.path for f in request.files or () if f.attached}
    if request.selection is not None:
        paths.add(request.selection.path)
    return floors_for(request.action, paths, world.config.floors, world.ladder)


def _blocked(world: World) -> Mapping[str, str]:
    now = world.monotonic()
    blocked: dict[str, str] = {}
    for tier in world.ladder:
        if not world.breakers.allows(tier.model, now):
            blocked[tier.name] = "unavailable"
        elif world.latencies.slow(tier.model, now):
            blocked[tier.name] = "slow"
    return blocked


def _structure(request: Request, scene: Scene) -> Structure | None:
    selection = request.selection
    if selection is None or selection.text is None:
        return None
    focus = scene.focus
    key = (
        (focus.uri, focus.version, scene.range, len(selection.text))
        if focus is not None and focus.version is not None
        else None
    )
    return syntax_structure.measure(selection.text, selection.language, key)


def _prompt_chars(request: Request, scene: Scene, task: Task | None) -> int:
    """Characters the prompt will have: the packed context once there is one, else a guess.

    Before packing, the selection, the instruction and attached files count whole; what is
    merely open is sampled by the context window and counts a tenth.
    """
    base = 1_500 + len(request.instruction)
    if task is not None and task.pack is not None:
        return base + sum(len(item.text) for item in task.pack.items)
    selected = len(request.selection.text or "") if request.selection else 0
    attached = sum(len(doc.text) for doc in scene.attached)
    opened = sum(len(doc.text) for doc in scene.open)
    return base + selected + attached + min(opened // 10, 8_000)
