"""A decision in its three lengths: badge, title and sentence. Every client shows these.

No client has to cut them. A badge fits a status bar, a title a menu of code actions, a sentence a
header, tooltip or message. If one would be too long, it is worded shorter here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tierwise.core.actions import KINDS, Action
from tierwise.core.amounts import needs_and_left
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Cause, Decision
from tierwise.present.causes import cause, state
from tierwise.present.chances import chance, up_to
from tierwise.present.checks import STUCK, check
from tierwise.present.money import amount
from tierwise.present.names import label, short
from tierwise.present.pause import is_left, is_spent

BADGE: Final = 22
TITLE: Final = 45
SENTENCE: Final = 100
"""The most characters of a sentence. The two above are those of a badge and a title."""
PREFIX: Final = "Tierwise: "
"""The start of every code action's title. A lens leaves it out."""
NOT_CHECKED: Final = " (not yet checked on your work)"
TRY: Final = 0.7
"""Below this chance a tier is taken only because a redo is cheap, and the text says so."""

_NOTES: Final[Mapping[Cause, str]] = {
    "routed": "",
    "uncertain": "",
    "floor": "your rule",
    "override": "by you",
    "pin": "pinned",
    "remap": "your remap",
    "thread": "warm cache",
    "budget": "budget",
    "failover": "unavailable",
    "escalated": "check failed",
    "trial": "trial",
}
_BRIEF: Final[Mapping[Cause, str]] = {
    **_NOTES,
    "floor": "rule",
    "remap": "by you",
    "thread": "cache",
    "failover": "failed",
    "escalated": "redone",
}
"""Shorter notes, for a badge with two tiers: six letters fit after the longest pair of the
shipped names.
"""
_OF_TEAM: Final = frozenset(("team_cap", "team_answered"))
"""Reasons that come from the team's rules."""
_OUTAGES: Final = frozenset(
    ("overloaded", "server", "network", "slow", "slow_first_event", "stalled", "timeout")
)
"""Causes of a failover that the operator cannot fix and that pass by themselves."""
_PASSING: Final = _OUTAGES | {"rate_limited"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A decision in words. `clause` is the sentence without the tiers at its start."""

    badge: str
    title: str
    sentence: str
    clause: str


def shown(
    decision: Decision,
    said: str = "",
    *,
    action: Action | None = None,
    rehearsal: bool = False,
    priced: bool = False,
) -> Shown:
    """The three lengths of a decision.

    `said` is a more exact cause than the decision has ("overloaded"). `action` replaces the one in
    its signals. A `rehearsal` costs nothing, and says what its tier would cost. `priced` says that
    the real cost is shown beside the sentence. Then the sentence has no forecast, which would look
    like a second cost.
    """
    known = action or _action(decision)
    what = KINDS[known].title if known is not None else ""
    begin, clauses = head(decision), _clauses(decision, said, rehearsal, priced)
    fitting = (clause for clause in clauses if len(begin) + 2 + len(clause) <= SENTENCE)
    clause = next(fitting, None)
    if clause is None:
        begin, clause = (_short_names(text, decision) for text in (begin, clauses[-1]))
    clause = _fitted(clause, SENTENCE - len(begin) - 2)
    return Shown(
        badge(decision, said),
        title(decision, what, rehearsal=rehearsal),
        _fitted(f"{begin}: {clause}", SENTENCE),
        clause,
    )


def _short_names(text: str, decision: Decision) -> str:
    """The text with the names of tiers shortened as in a badge."""
    named = {decision.routed, decision.answering, *decision.estimate.need}
    for tier in sorted(named, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(label(tier))}\b", short(tier).replace("\\", ""), text)
    return text


def _by_team(decision: Decision) -> str:
    """The word "team" if a rule of the team was the last to move the tier, else ""."""
    if decision.cause not in ("floor", "budget", "failover"):
        return ""
    moved = [r for r in decision.reasons if r.code in _MOVED[decision.cause]]
    by_team = moved and (moved[-1].code in _OF_TEAM or moved[-1].args.get("rule") == "team")
    return "team" if by_team else ""


def arrow(decision: Decision) -> str:
    """The tier ("Sonnet"), or both if another one answers than was routed ("Haiku → Opus")."""
    if decision.answering == decision.routed:
        return short(decision.answering)
    return f"{short(decision.routed)} → {short(decision.answering)}"


def badge(decision: Decision, said: str = "", room: int = BADGE) -> str:
    """The tier, and in the rest of the `room` (characters) what moved it: "Haiku → Opus, by you".

    `said` is a more exact cause than the decision has.
    """
    moved = decision.answering != decision.routed or decision.explicit or decision.cause == "floor"
    words = _notes(decision, said) if moved or _by_team(decision) else ()
    tiers = arrow(decision)
    return _first_fit(room, *(f"{tiers}, {word}" for word in words if word), tiers)


def _notes(decision: Decision, said: str) -> tuple[str, ...]:
    """Why the tier answers, in wordings from a clause to a word."""
    if by_team := _by_team(decision):
        return (by_team,)
    plain, brief = _NOTES[decision.cause], _BRIEF[decision.cause]
    if decision.cause == "failover" and said:
        brief = "outage" if said in _OUTAGES else "limit" if said == "rate_limited" else brief
        return (state(short(decision.routed), said), cause(said), brief)
    if decision.cause == "escalated" and said:
        return (_check(decision.routed, said), plain, brief)
    return (plain, brief)


def title(decision: Decision, *what: str, rehearsal: bool = False) -> str:
    """What would be done, by which tier and for how much: "Tierwise: Fix · Haiku · 0.04¢".

    `what` are names for the action, the best first. The first one that fits is used. A `rehearsal`
    costs nothing, so its price is 0¢.
    """
    cost = None if rehearsal else decision.cost.get(decision.answering)
    price = "0¢" if rehearsal else amount(cost) if cost is not None else ""
    tiers = arrow(decision)
    ways = [[*([name] if name else []), tiers] for name in what or ("",)]
    prices = [f"{price} rehearsal", price] if rehearsal else [price] if price else []
    lines = [[*way, each] for way in ways for each in prices] + ways + [[tiers, price], [tiers]]
    return _first_fit(TITLE, *(PREFIX + " · ".join(line) for line in lines))


def head(decision: Decision) -> str:
    """The tiers at the start of a sentence: "Sonnet", or "Sonnet, not Opus"."""
    if decision.answering == decision.routed:
        return label(decision.answering)
    return f"{label(decision.answering)}, not {label(decision.routed)}"


def _clauses(decision: Decision, said: str, rehearsal: bool, priced: bool) -> Sequence[str]:
    """The part of a sentence after the tiers, in several wordings, the longest first."""
    if _by_team(decision):
        last = next(r for r in reversed(decision.reasons) if r.code in _MOVED[decision.cause])
        return (_WORDS[last.code](last.args),)
    found = {reason.code: reason.args for reason in decision.reasons}
    for code in _MOVED.get(decision.cause, ()):
        if code in found:
            return _longer(decision, _WORDS[code](found[code]), str(found[code].get("why", said)))
    if decision.cause == "failover" and said:
        return _longer(decision, state(label(decision.routed), said), said)
    if decision.cause == "escalated" and said:
        return _longer(decision, _check(decision.routed, said), said)
    if decision.cause in ("routed", "uncertain", "floor"):
        return _routed(decision, rehearsal, priced)
    return ("your choice" if decision.cause == "override" else _NOTES[decision.cause],)


def _longer(decision: Decision, clause: str, why: str) -> Sequence[str]:
    """The clause on what moved a tier, first with its consequence if there is one worth saying."""
    if decision.cause == "failover" and why in _PASSING:
        return (f"{clause} just now; later tasks try it again", clause)
    if decision.cause == "escalated" and decision.answering != decision.routed:
        return (f"{clause}, so {label(decision.answering)} was asked too; both are paid", clause)
    return (clause,)


def _routed(decision: Decision, rehearsal: bool, priced: bool) -> Sequence[str]:
    """Why the router took a tier: what it is enough for, or what the tier below would fail."""
    tier, names = decision.answering, list(decision.estimate.need)
    at = names.index(tier) if tier in names else 0
    if at > 0:
        return _above(decision, names[at - 1], rehearsal, priced)
    share = decision.estimate.need.get(tier, decision.confidence)
    likely = f"about {chance(share)}"
    if share < TRY and len(names) > 1:
        redo = f"about {chance(1 - share)} tasks like this will need"
        return (f"worth a try, {redo} a redo with {label(names[1])}",
                f"worth a try, {redo} {label(names[1])}")  # fmt: skip
    own = _record(decision)
    if own is not None:
        few = "" if own["kept"] >= TRY * own["judged"] else "only "
        kept = f"you kept {few}{own['kept']} of {own['judged']} like this"
        return (f"{kept}; the estimate says {likely}" if few else kept,)
    learned = next((r.args for r in decision.reasons if r.code == "learned"), None)
    if learned is not None:
        count = learned["outcomes"]
        mine = "one task" if count == 1 else f"{count:,} tasks"
        return (f"enough for {likely} like this, as {mine} of yours taught",)
    enough = f"enough for {likely} tasks like this"
    return (enough + NOT_CHECKED, enough)


def _above(decision: Decision, below: str, rehearsal: bool, priced: bool) -> Sequence[str]:
    """Why a tier answers and not the one below: how much more it costs, and how often the tier
    below fails.
    """
    tier, estimate = decision.answering, decision.estimate
    sure, likely = 1 - estimate.lower[below], 1 - estimate.need[below]
    unsure = decision.cause == "uncertain"
    often = f"up to {up_to(sure)}" if unsure else f"about {chance(likely, 'of')}"
    miss = f"would need a redo in {often}"
    here, there = decision.cost.get(tier), decision.cost.get(below)
    more = amount(here - there) if here is not None and there is not None and here > there else ""
    free = "0¢ in rehearsal, with a key " if rehearsal else "forecast "
    free = free if more and not priced else ""
    if more:
        dearer = f"{more} more than {label(below)}, which {miss}"
        dearer = f"{label(below)} costs less, but {miss}" if priced else dearer
    else:
        dearer = f"{label(below)} {miss}"
    own = _kept_of(decision)
    known = [f"{free}{dearer}{own}", f"{label(below)} {miss}{own}"] if own else []
    ends = (" tasks like this", " tasks", "")
    return (*known, *(f"{free}{dearer}{end}" for end in ends), dearer)


def _record(decision: Decision) -> Mapping[str, Any] | None:
    """The operator's own record: how many earlier answers of this tier to such tasks they kept."""
    found = (reason.args for reason in decision.reasons if reason.code == "kept")
    return next((args for args in found if args["tier"] == decision.answering), None)


def _kept_of(decision: Decision) -> str:
    """The record as the end of a reason. Empty if there is none yet."""
    own, tier = _record(decision), label(decision.answering)
    return f"; you kept {own['kept']} of {tier}'s {own['judged']}" if own is not None else ""


def _check(tier: str, words: str) -> str:
    """A failed check with the name of its tier: "Haiku's edit did not parse"."""
    own, count = re.subn(r"^the (edit|answer)\b", rf"{label(tier)}'s \1", words)
    return own if count else f"{label(tier)}: {words}"


def _scope(args: Mapping[str, Any]) -> str:
    if args["scope"] == "task":
        return "you chose it, for this task alone"
    own = ", or your own file," if args["scope"] == "project" else ""
    return f"you pinned it for this {args['scope']}; Unpin{own} takes the pin off"


def _floor(args: Mapping[str, Any]) -> str:
    if args["rule"] == "said":
        return str(args["subject"])
    if args["rule"] == "team":
        return f"raised by the team's rule for the action {args['subject']}"
    kind = "the action " if args["rule"] == "action" else ""
    return f"your rule for {kind}{args['subject']}"


def _cache(args: Mapping[str, Any]) -> str:
    return f"{args['tokens']:,} tokens are cached there, so staying costs less"


def _budget(args: Mapping[str, Any]) -> str:
    return f"{is_spent(args)}; enough for about {chance(args['estimate'])} like this"


def _no_room(args: Mapping[str, Any]) -> str:
    needs, left = needs_and_left(args["needs"], args["left"])
    room = is_left(left, args.get("scope", ""))
    return f"{label(args['tier'])} may need up to {needs}, {room}"


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
    "team_cap": lambda a: f"capped by the team: {label(a['tier'])} at most",
    "team_answered": lambda a: "the team's gateway let it answer",
    "cap": lambda a: f"this workspace allows {label(a['tier'])} at most",
    "client_cap": lambda a: f"the client allows {label(a['tier'])} at most",
    "client_named": lambda a: "chosen in the client",
    "goes_on": lambda a: "it goes on with the task that runs",
    "stuck": lambda a: f"{label(a['tier'])}: {STUCK[a['why']]}",
    "switched": _switched,
    "unavailable": lambda a: state(label(a["tier"]), a["why"]),
    "escalated": lambda a: _check(a["tier"], check(a["why"], a.get("about", ""))),
    "trial": lambda a: "a trial, to learn how often it would do",
    "router_failed": lambda a: "the router failed, so the top tier, to be safe",
    "opinion": lambda a: "as a second opinion said",
    "may_need_top": lambda a: f"this may well need {label(a['tier'])}",
}
"""For each reason, what moved the tier, as the rest of a sentence that starts with the tier."""
_MOVED: Final[Mapping[Cause, tuple[str, ...]]] = {
    "override": ("chosen", "client_named"),
    "pin": ("chosen",),
    "remap": ("remapped",),
    "floor": ("floor", "confidence_floor"),
    "thread": ("cache_keeps", "goes_on"),
    "budget": ("no_room", "budget", "cap", "client_cap", "team_cap"),
    "failover": ("switched", "unavailable", "team_answered"),
    "escalated": ("escalated", "stuck"),
    "trial": ("trial",),
    "uncertain": ("router_failed", "opinion", "may_need_top"),
}
"""The reasons that may have moved a tier, by the cause of the decision."""


def _action(decision: Decision) -> Action | None:
    """The action that the signals of a decision name."""
    named = decision.signals.values
    return next((a for a in KINDS if named.get(f"action.{a}")), None)


def _first_fit(room: int, *texts: str) -> str:
    """The first of several texts that fits. If none does, the last one, cut."""
    fitting = (text for text in texts if text and len(text) <= room)
    return next(fitting, None) or _fitted(texts[-1], room)


def _fitted(text: str, room: int) -> str:
    """A text, cut if it is longer than the room."""
    if len(text) <= room:
        return text
    return text[: room - 1].rstrip() + "…" if room > 0 else ""
