"""A decision in its three lengths: badge, title and sentence. Every client shows these.

None of them has to be cut by a client: a badge fits a status bar, a title a menu of code
actions, a sentence a header, tooltip or message. What would be longer is said shorter here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tierwise.core.actions import KINDS, Action
from tierwise.core.amounts import needs_and_left
from tierwise.core.decision import Cause, Decision
from tierwise.present.causes import cause, state
from tierwise.present.chances import chance, up_to
from tierwise.present.checks import check
from tierwise.present.money import amount
from tierwise.present.names import label, short

BADGE: Final = 22
TITLE: Final = 45
SENTENCE: Final = 100
"""Characters at most."""
PREFIX: Final = "Tierwise: "
"""What code actions begin with; a lens drops it."""
TRY: Final = 0.7
"""A tier below this chance is taken because a redo is cheap, and that is said."""

_NOTES: Final[Mapping[Cause, str]] = {
    "routed": "",
    "uncertain": "",
    "floor": "your rule",
    "override": "you",
    "pin": "pinned",
    "remap": "remapped",
    "thread": "warm cache",
    "budget": "budget",
    "failover": "unavailable",
    "escalated": "check failed",
    "trial": "trial",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision in words. `clause` is the sentence without the tiers it begins with."""

    badge: str
    title: str
    sentence: str
    clause: str


def shown(
    decision: Decision, said: str = "", *, action: Action | None = None, rehearsal: bool = False
) -> Shown:
    """The three lengths of a decision.

    `said` is a closer cause than the decision knows ("overloaded"); `action` is the one that its
    signals name, where the caller does not know it. A rehearsal costs nothing, and says what it
    would cost.
    """
    known = action or _action(decision)
    what = KINDS[known].title if known is not None else ""
    begin = head(decision)
    clause = _fitted(_clause(decision, said, rehearsal), SENTENCE - len(begin) - 2)
    return Shown(
        badge(decision, said),
        title(decision, what, rehearsal=rehearsal),
        _fitted(f"{begin}: {clause}", SENTENCE),
        clause,
    )


def note(decision: Decision, said: str = "") -> str:
    """Why the answering tier is what it is, in a word or two; `said` is a closer cause if known."""
    closer = cause(said) if decision.cause == "failover" else ""
    return closer or _NOTES[decision.cause]


def arrow(decision: Decision) -> str:
    """ "Sonnet", or "Haiku → Opus" where another tier answers than the one routed."""
    if decision.answering == decision.routed:
        return short(decision.answering)
    return f"{short(decision.routed)} → {short(decision.answering)}"


def badge(decision: Decision, said: str = "", room: int = BADGE) -> str:
    """The tier, with a word on what moved it where there is room: "Haiku → Opus, you"."""
    moved = decision.answering != decision.routed or decision.explicit
    word = note(decision, said) if moved else ""
    return _first_fit(room, f"{arrow(decision)}, {word}" if word else "", arrow(decision))


def title(decision: Decision, *what: str, rehearsal: bool = False) -> str:
    """What would be done, by which tier and for how much: "Tierwise: Fix · Haiku · 0.04¢".

    `what` are ways to name the action, the best first; one that does not fit makes way.
    """
    cost = None if rehearsal else decision.cost.get(decision.answering)
    price = "0¢" if rehearsal else amount(cost) if cost is not None else ""
    tiers = arrow(decision)
    ways = [[*([name] if name else []), tiers] for name in what or ("",)]
    lines = [[*way, price] for way in ways if price] + ways + [[tiers, price], [tiers]]
    return _first_fit(TITLE, *(PREFIX + " · ".join(line) for line in lines))


def head(decision: Decision) -> str:
    """The tiers that a sentence begins with: "Sonnet", or "Sonnet, not Opus"."""
    if decision.answering == decision.routed:
        return label(decision.answering)
    return f"{label(decision.answering)}, not {label(decision.routed)}"


def _clause(decision: Decision, said: str, rehearsal: bool) -> str:
    found = {reason.code: reason.args for reason in decision.reasons}
    for code in _MOVED.get(decision.cause, ()):
        if code in found:
            return _WORDS[code](found[code])
    if decision.cause == "failover" and said:
        return state(label(decision.routed), said)
    if decision.cause == "escalated" and said:
        return _check(decision.routed, said)
    if decision.cause in ("routed", "uncertain", "floor"):
        return _routed(decision, rehearsal)
    return _NOTES[decision.cause]


def _routed(decision: Decision, rehearsal: bool) -> str:
    """Why the router took a tier: what it is enough for, or what the tier below would miss."""
    tier, estimate = decision.answering, decision.estimate
    names = list(estimate.need)
    at = names.index(tier) if tier in names else 0
    if at == 0:
        share = estimate.need.get(tier, decision.confidence)
        above = names[1] if len(names) > 1 else None
        if share < TRY and above is not None:
            return f"worth a try, about {chance(1 - share)} will need {label(above)}"
        learned = next((r.args for r in decision.reasons if r.code == "learned"), None)
        if learned is not None:
            return f"enough for about {chance(share)} like this, by {learned['outcomes']} of yours"
        return f"enough for about {chance(share)} tasks like this (not yet checked on your work)"
    below = names[at - 1]
    unsure = decision.cause == "uncertain"
    sure, likely = 1 - estimate.lower[below], 1 - estimate.need[below]
    often = f"up to {up_to(sure)}" if unsure else f"about {chance(likely, 'of')}"
    here, there = decision.cost.get(tier), decision.cost.get(below)
    more = amount(here - there) if here is not None and there is not None and here > there else ""
    dearer = f"{'would cost ' if rehearsal else ''}{more} more; " if more else ""
    return f"{dearer}{label(below)} would fall short in {often}"


def _check(tier: str, words: str) -> str:
    """A failed check as something of a tier: "Haiku's edit did not parse"."""
    own, count = re.subn(r"^the (edit|answer)\b", rf"{label(tier)}'s \1", words)
    return own if count else f"{label(tier)}: {words}"


def _scope(args: Mapping[str, Any]) -> str:
    if args["scope"] == "task":
        return "you chose it for this task"
    return f"you pinned it for this {args['scope']}"


def _floor(args: Mapping[str, Any]) -> str:
    if args["rule"] == "said":
        return str(args["subject"])
    kind = "the action " if args["rule"] == "action" else ""
    return f"your rule for {kind}{args['subject']}"


def _cache(args: Mapping[str, Any]) -> str:
    return f"{args['tokens']:,} tokens are cached there, so staying costs less"


def _budget(args: Mapping[str, Any]) -> str:
    return f"the budget is nearly used up, and this does for about {chance(args['estimate'])}"


def _no_room(args: Mapping[str, Any]) -> str:
    needs, left = needs_and_left(args["needs"], args["left"])
    return f"{label(args['tier'])} may need {needs}, {left} is left"


def _switched(args: Mapping[str, Any]) -> str:
    same = args["old"] == args["new"]
    return state(args["old_place"] if same else label(args["old"]), args["why"])


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "chosen": _scope,
    "remapped": lambda a: f"you gave it {label(a['tier'])}'s tasks",
    "floor": _floor,
    "confidence_floor": lambda a: f"you ask for {chance(a['target'])} at least",
    "cache_keeps": _cache,
    "budget": _budget,
    "no_room": _no_room,
    "cap": lambda a: f"this workspace allows {label(a['tier'])} at most",
    "switched": _switched,
    "unavailable": lambda a: state(label(a["tier"]), a["why"]),
    "escalated": lambda a: _check(a["tier"], check(a["why"], a.get("about", ""))),
    "trial": lambda a: "a trial, to learn how often it would do",
    "router_failed": lambda a: "the router failed, so the top tier, to be safe",
    "opinion": lambda a: "as a second opinion said",
    "may_need_top": lambda a: f"this may well need {label(a['tier'])}",
}
"""What moved a tier, as the rest of a sentence that begins with the tier."""
_MOVED: Final[Mapping[Cause, tuple[str, ...]]] = {
    "override": ("chosen",),
    "pin": ("chosen",),
    "remap": ("remapped",),
    "floor": ("floor", "confidence_floor"),
    "thread": ("cache_keeps",),
    "budget": ("no_room", "budget", "cap"),
    "failover": ("switched", "unavailable"),
    "escalated": ("escalated",),
    "trial": ("trial",),
    "uncertain": ("router_failed", "opinion", "may_need_top"),
}
"""The reasons that may have moved a tier, by the cause of the decision."""


def _action(decision: Decision) -> Action | None:
    """The action that the signals of a decision are of."""
    named = decision.signals.values
    return next((a for a in KINDS if named.get(f"action.{a}")), None)


def _first_fit(room: int, *texts: str) -> str:
    """The first of several texts that fits; the last, shortened, where none does."""
    fitting = (text for text in texts if text and len(text) <= room)
    return next(fitting, None) or _fitted(texts[-1], room)


def _fitted(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"
