"""Lets the router choose a tier for the operator's words in an agent's turn, as the editors do.

The text around the words has no influence: neither the system prompt nor tool schemas nor
reminders, however long they are. So the size of a task is estimated from its words and from the
usual cost of an agent's task, and not from the bytes of the body.
"""

from __future__ import annotations

import logging
import random
from dataclasses import replace
from typing import Final

from tierwise.budget.cache_cost import Prefix, warm_thread
from tierwise.budget.stakes import stakes
from tierwise.core.actions import KINDS, Action
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision, Estimate, Reason
from tierwise.core.money import to_nanos
from tierwise.core.request import Request, ThreadState
from tierwise.core.situation import Choice, Floor, Situation, WarmThread
from tierwise.core.tiers import Ladder
from tierwise.gateway import evidence
from tierwise.gateway.choices import Standing
from tierwise.gateway.office import Office
from tierwise.gateway.strands import RunningTask
from tierwise.learning.observation import Cell
from tierwise.routing import policy
from tierwise.routing import signals as routing_signals
from tierwise.tasks.deciding.floors import floors_for
from tierwise.tasks.deciding.spent import with_spend
from tierwise.tasks.learning import advice
from tierwise.tasks.learning.learning import project_key
from tierwise.team.rules import NO_RULES, TeamRules

log = logging.getLogger(__name__)

ACTION: Final[Action] = "agent"
"""The action of an agent's turn."""
INPUT_TOKENS: Final = 25_000
"""The prompt tokens of each step of an agent's turn if nobody says them. Claude Code sends about
this many."""
WARM_MS: Final = 300_000
"""How long a prompt cache lives without being read, in milliseconds."""


@dataclass(frozen=True, slots=True)
class TurnWish:
    """What the router decides on: the request, and what the client and the team say about tiers.

    `named` is the tier that the client chose, `cap` the highest tier that it allows.
    """

    request: Request
    project: str
    named: str | None = None
    cap: str | None = None
    consent: str | None = None
    """The tier of the running task, if the operator only said that it should go on."""
    warm: WarmThread | None = None
    rules: TeamRules = NO_RULES
    """The rules of the team for its members."""
    kind: Action = ACTION
    """The action that an editor names. Without one it is an agent's turn."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision and the facts it was based on."""

    decision: Decision
    situation: Situation


def decide(office: Office, wish: TurnWish, standing: Standing | None) -> Decided:
    """Let the router choose a tier. Without a `standing` it decides as if nothing were spent and
    nothing were pinned.
    """
    facts = situation(office, wish, standing)
    window = office.window
    try:
        signals = routing_signals.measure(wish.request, weights=window.weights)
        memory, basis = office.learning.memory()
        cell = Cell(wish.request.action, _language(wish.request), project_key(wish.project))
        advised = advice.decide(
            signals, facts, window.weights, cell, memory, basis=basis, id=wish.request.id
        )
        decision, facts = advised.decision, advised.situation
    except Exception as error:
        log.exception("the router failed; failing safe")
        decision = policy.fail_safe(facts, type(error).__name__)
    decision = advice.with_record(decision, wish.request.action, office.learning.own)
    if standing is not None:
        decision = with_spend(decision, standing.budget)
    return Decided(_as_wished(decision, wish, facts), facts)


def named(tier: str, ladder: Ladder) -> Decision:
    """A provisional decision for a tier that the client named, made without the router.

    It lets the call start at once. The router decides later, when the answer is on its way.
    """
    flat = dict.fromkeys(ladder.names, 0.0) | {ladder.top: 1.0}
    return Decision(
        first=tier,
        routed=tier,
        answering=tier,
        confidence=0.0,
        cause="override",
        estimate=Estimate(flat, flat, flat),
        cost={},
        reasons=(Reason.of("choice", "client_named", tier=tier),),
        explicit=True,
        final=False,
    )


def situation(office: Office, wish: TurnWish, standing: Standing | None) -> Situation:
    """Gather the facts that a decision needs beside the signals (what was measured from the
    request): prices, budget, pins, warm caches.
    """
    window, request = office.window, wish.request
    config, ladder, now = window.config, window.ladder, window.clock()
    chars = len(request.instruction) + sum(len(f.text or "") for f in request.files or ())
    read, steps = request.input_tokens, request.steps or KINDS[request.action].steps
    if request.action == ACTION and request.tools == ():
        # Without tools the model cannot ask for another step, so this is one call. It also lacks
        # an agent's long prompt.
        steps = request.steps or 1
    elif request.action == ACTION and read is None:
        read = INPUT_TOKENS
    stake = stakes(
        ladder,
        request.action,
        chars,
        window.prices,
        to_nanos(config.redo_cost),
        at=now,
        calibration=office.purse.calibration,
        input_tokens=read,
        steps=steps,
    )
    chosen = tuple(Choice("task", tier) for tier in (request.tier, wish.named) if tier is not None)[
        :1
    ]
    paths = {f.path for f in request.files or () if f.attached}
    return Situation(
        ladder=ladder,
        confidence_target=config.confidence_target,
        soft_target=config.soft_target,
        redo_cost=stake.redo_cost,
        cost=stake.cost,
        budget="ok" if standing is None or window.rehearsal else standing.budget.level,
        choices=chosen + (standing.choices if standing is not None else ()),
        remap=standing.remap if standing is not None else config.remap,
        floors=(
            *floors_for(request.action, paths, config.floors, ladder),
            *_floor_of_team(wish, ladder),
        ),
        warm=wish.warm,
        blocked={
            tier.name: office.breakers.why(tier.endpoint_id) or "server"
            for tier in ladder
            if not any(
                office.breakers.allows(place.endpoint_id, window.monotonic())
                for place in tier.places
            )
        },
        fallback=ladder.fallbacks,
        cap=lowest(ladder, wish.cap, config.max_tier),
        team_cap=wish.rules.max_tier,
        trial=random.random() if config.learning.trials and standing is not None else None,
    )


def _floor_of_team(wish: TurnWish, ladder: Ladder) -> tuple[Floor, ...]:
    """The lowest tier that the team allows for the action of a turn, as one floor. Empty if the
    team sets none. The floor is never above the team's highest tier.
    """
    tier = wish.rules.floors.get(wish.kind)
    if tier is None or tier not in ladder:
        return ()
    return (Floor(lowest(ladder, tier, wish.rules.max_tier) or tier, wish.kind, "team"),)


def tool_kinds(names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Pick one tool that edits files and one that runs commands, else the first tool of any kind.

    What an agent can do matters for the decision, and not how many tools it has.
    """
    if not names:
        return ()
    kinds = (evidence.EDITS, evidence.RUNS)
    found = [next((name for name in names if kind.search(name)), None) for kind in kinds]
    return tuple(name for name in found if name is not None) or names[:1]


def thread_of(before: RunningTask | None, reasks: int) -> ThreadState:
    """The conversation before this turn: its last tier, and how many turns in a row said that the
    last answer was wrong (`reasks`).
    """
    return ThreadState(before.tier if before is not None else None, reasks)


def warm_of(office: Office, before: RunningTask | None) -> WarmThread | None:
    """What it saves to stay on the tier whose prompt cache still holds the conversation. None if no
    cache holds it.
    """
    window = office.window
    if before is None or not before.prompt_tokens or before.tier not in window.ladder:
        return None
    if window.now_ms() - before.seen_ms > WARM_MS:
        return None
    prefix = Prefix(before.prompt_tokens, frozenset({before.tier}))
    return warm_thread(before.tier, prefix, window.ladder, window.prices, window.clock())


def moved_up(decision: Decision, facts: Situation, why: str) -> Decision | None:
    """Move the decision of a stuck task one tier up. None if no higher tier exists, or the task may
    use none.

    `why` is what `evidence.stuck` found.
    """
    above = facts.ladder.above(decision.answering)
    if above is None or not facts.allows(above):
        return None
    reason = Reason.of("availability", "stuck", tier=decision.answering, why=why, to=above)
    return policy.moved(decision, above, "escalated", reason)


def client_of(decision: Decision) -> str | None:
    """The tier that the client named, as its choice or as the highest that it allows. None if it
    named none. It is read from a decision's reasons.
    """
    named = (r for r in decision.reasons if r.code in ("client_named", "client_cap"))
    return next((str(reason.args["tier"]) for reason in named), None)


def lowest(ladder: Ladder, *caps: str | None) -> str | None:
    """The lowest of several tiers, each of which is the highest that somebody allows. A name that
    is no tier is ignored. None if no name remains.
    """
    found = [cap for cap in caps if cap is not None and cap in ladder]
    return min(found, key=ladder.rank) if found else None


def _as_wished(decision: Decision, wish: TurnWish, facts: Situation) -> Decision:
    """Apply the operator's consent to a decision, and add the client's wish to its reasons."""
    goes_on = wish.consent
    if goes_on is not None and not decision.explicit and goes_on in facts.ladder:
        to = goes_on if facts.allows(goes_on) else facts.cap or goes_on
        reason = Reason.of("thread", "goes_on", tier=goes_on)
        if decision.answering == to:
            found = replace(decision, reasons=(*decision.reasons, reason))
        else:
            found = policy.moved(decision, to, "thread", reason)
        if to == goes_on:
            return found
        decision = policy.moved(found, to, "budget", Reason.of("budget", "cap", tier=to))
    if wish.cap is not None:
        own = Reason.of("choice", "client_cap", tier=wish.cap)
        kept = [r for r in decision.reasons if r.code != "cap" or r.args["tier"] != wish.cap]
        return replace(decision, reasons=(*kept, own))
    if wish.named is not None:
        own = Reason.of("choice", "client_named", tier=wish.named)
        if wish.request.tier is None:
            reasons = [own if reason.code == "chosen" else reason for reason in decision.reasons]
        else:
            reasons = [own, *decision.reasons]
        return replace(decision, reasons=tuple(reasons))
    return decision


def _language(request: Request) -> str | None:
    files = request.files or ()
    return next((f.language for f in files if f.language), None)
