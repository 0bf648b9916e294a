"""The reasons of a decision in words: one function per code. No other file writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from tierwise.core.amounts import needs_and_left
from tierwise.core.decision import Reason, ReasonCode, SignalChange
from tierwise.present.causes import state
from tierwise.present.chances import at_least, chance, up_to
from tierwise.present.checks import STUCK, check
from tierwise.present.money import amount, percent
from tierwise.present.names import label
from tierwise.present.pause import is_left, is_spent
from tierwise.present.signals import now, say

Args = Mapping[str, Any]

_SCOPES: Final = {
    "task": "you chose {tier} for this task",
    "conversation": "{tier} is pinned for this conversation",
    "file": "{tier} is pinned for this file",
    "action": "{tier} is pinned for this action",
    "session": "{tier} is pinned for this session",
    "project": "{tier} is pinned for this project",
}
_RULES: Final = {
    "path": "{subject} is protected",
    "action": "the action {subject} is marked",
    "team": "raised by the team's rule for the action {subject}",
    "said": "{subject}",
}

_LATE: Final = {
    "migration": "a migration",
    "dataloss": "data that could be lost",
    "design": "a design",
}
"""Words for kinds of work whose wrong answers are found late. A kind that is a readable word itself
is not listed.
"""


def words(reason: Reason) -> str:
    """A reason as a sentence or a phrase, for the screen."""
    return _WORDS[reason.code](reason.args)


def flip(changes: tuple[SignalChange, ...] | None, to: Literal["cheaper", "dearer"]) -> str | None:
    """The changes of a request that would change its tier, in words. None if none is known.

    `to` says whether they lead to a cheaper or a dearer tier.
    """
    if changes is None:
        return None
    *most, last = (_change(change, to) for change in changes)
    return f"{', '.join(most)} and {last}" if most else last


def _change(change: SignalChange, to: Literal["cheaper", "dearer"]) -> str:
    if change.name == "text":
        return f"an instruction that asks for {'less' if to == 'cheaper' else 'more'}"
    return f"{say(change.name, change.value)} (now {now(change.name, change.instead_of)})"


def _signal(args: Args) -> str:
    pull = "a cheaper" if args["eases"] else "a dearer"
    return f"{say(args['name'], args['value'])}: speaks for {pull} tier"


def _unsure(args: Args) -> str:
    lower, target = at_least(args["lower"]), percent(args["target"])
    return f"{label(args['tier'])} is sure to do for {lower} only; {target} is asked for"


def _too_dear(args: Args) -> str:
    short_of = up_to(1 - args["lower"])
    wrong = amount(args["wrong"])
    return f"{label(args['tier'])} may fall short in up to {short_of}; a wrong answer costs {wrong}"


def _worth_a_redo(args: Args) -> str:
    step = f" than the step to {label(args['above'])}" if args["above"] else ""
    begin = f"{label(args['tier'])} will do for {at_least(args['lower'])} at the least"
    return f"{begin}; a redo at {amount(args['wrong'])} costs less on average{step}"


def _opinion(args: Args) -> str:
    over = f", but the estimate says {label(args['first'])}" if args["first"] else ""
    return f"second opinion: {label(args['said'])}{over}"


def _rule(args: Args) -> str:
    return _RULES[args["rule"]].format(subject=args["subject"])


def _turns(count: int) -> str:
    return f"{count} {'turn' if count == 1 else 'turns'}"


def _cache_keeps(args: Args) -> str:
    turns = args["turns"]
    after = f"; leaving pays after {_turns(turns)}" if turns is not None else ""
    tokens = f"{args['tokens']:,} cached tokens"
    return f"{label(args['tier'])} has {tokens}, staying is cheaper{after}"


def _cache_left(args: Args) -> str:
    tokens = f"{args['tokens']:,} cached tokens"
    return f"leaving {label(args['tier'])}'s {tokens} pays after {_turns(args['turns'])}"


def _budget(args: Args) -> str:
    there = f"{label(args['tier'])} is enough for about {chance(args['estimate'])}"
    return f"{is_spent(args)}: {there}, so not {label(args['instead_of'])}"


def _no_room(args: Args) -> str:
    needs, left = needs_and_left(args["needs"], args["left"])
    room = is_left(left, args.get("scope", ""))
    return f"{label(args['tier'])} may need up to {needs}, {room}: {label(args['to'])}"


def _learned(args: Args) -> str:
    taken, shipped = args["taken"], args["shipped"]
    begin = f"learned from {args['outcomes']} outcomes"
    if taken is None or shipped is None:
        return begin
    beside = "as shipped" if taken == shipped else f"shipped {label(shipped)}"
    return f"{begin}: {label(taken)} first, {beside}"


def _kept(args: Args) -> str:
    kept, judged, tier = args["kept"], args["judged"], label(args["tier"])
    return f"you kept {kept} of the last {judged} answers of {tier} to tasks of this kind"


def _found_late(args: Args) -> str:
    work = _LATE.get(args["kind"], args["kind"])
    return f"about {work}: mistakes are found late here, so a dearer tier is worth more"


def _switched(args: Args) -> str:
    said = switched(args["old"], args["new"], args["why"], args["old_place"], args["new_place"])
    return f"{said} (you said yes)" if args["asked"] else said


def switched(old: str, new: str, why: str, old_place: str, new_place: str) -> str:
    """A switch in a sentence: "Haiku is overloaded; Sonnet answers". Within one tier it names
    places.
    """
    before, after = (old_place, new_place) if old == new else (label(old), label(new))
    return f"{state(before, why)}; {after} answers"


_WORDS: Final[Mapping[ReasonCode, Callable[[Args], str]]] = {
    "said": lambda a: a["text"],
    "signal": _signal,
    "unsure": _unsure,
    "opinion": _opinion,
    "no_opinion": lambda a: "the second opinion did not come, so the tier stays",
    "trial": lambda a: f"a trial: {label(a['tier'])} instead of {label(a['instead_of'])}",
    "floor": lambda a: f"{_rule(a)}: at least {label(a['tier'])}",
    "floor_overruled": lambda a: f"{_rule(a)}, but your choice holds",
    "chosen": lambda a: _SCOPES[a["scope"]].format(tier=label(a["tier"])),
    "remapped": lambda a: f"you gave {label(a['tier'])}'s tasks to {label(a['to'])}",
    "cache_keeps": _cache_keeps,
    "cache_left": _cache_left,
    "budget": _budget,
    "budget_no_help": lambda a: f"{label(a['tier'])} would not cost less here, so the tier stays",
    "no_room": _no_room,
    "team_cap": lambda a: f"capped by the team: {label(a['tier'])} at most",
    "team_answered": lambda a: f"the team's gateway let {label(a['tier'])} answer",
    "cap": lambda a: f"this workspace allows {label(a['tier'])} at most",
    "unavailable": lambda a: f"{state(label(a['tier']), a['why'])}; {label(a['to'])} answers",
    "router_failed": lambda a: f"the router failed ({a['error']}): the top tier, to be safe",
    "price_unknown": lambda a: (
        f"price unknown: {label(a['tier'])} is counted at the dearest known rate"
    ),
    "learned": _learned,
    "kept": _kept,
    "switched": _switched,
    "too_dear": _too_dear,
    "worth_a_redo": _worth_a_redo,
    "may_need_top": lambda a: f"may well need {label(a['tier'])}: not started on the cheapest tier",
    "found_late": _found_late,
    "confidence_floor": lambda a: (
        f"you ask for {percent(a['target'])} at least: {label(a['tier'])}"
    ),
    "goes_on": lambda a: f"goes on with the task that runs: {label(a['tier'])}",
    "stuck": lambda a: f"{label(a['tier'])}: {STUCK[a['why']]}; {label(a['to'])} goes on",
    "client_cap": lambda a: f"the client allows {label(a['tier'])} at most",
    "client_named": lambda a: f"{label(a['tier'])} was chosen in the client",
    "escalated": lambda a: (
        f"{label(a['tier'])}: {check(a['why'], a.get('about', ''))}; {label(a['to'])} answers"
    ),
}
