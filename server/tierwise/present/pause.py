"""Texts about a pause for money, in editors and terminals: why, and what can be done.

Agents get other sentences, in `present/gateway.py`, because they cannot be asked. This file also
has the texts shortly before a pause, and those for a single task that does not fit. Amounts are in
nano-dollars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from tierwise.core.amounts import needs_and_left
from tierwise.core.error_reason import ErrorCode, ErrorReason
from tierwise.present.money import amount, amounts, percent
from tierwise.present.questions import OperatorQuestion

Args = Mapping[str, Any]

ALLOW: Final = "Run this one anyway"
"""The answer, and the title of the offer, that lets one task run beyond the budget."""
STAY: Final = "Stay paused, tasks wait"
LENS: Final = "Paused: budget reached"
"""The line above the code of a task that waits for money."""
LENS_OF_TEAM: Final = "Paused by the team's budget"
"""The line above the code of a task that the team's budget stopped."""
STATUS: Final = "Paused"
STATUS_OF_TEAM: Final = "Paused by the team"

_WHOSE: Final = {
    "day": "today's",
    "night": "the night's",
    "project": "the project's",
    "hour": "this hour's",
    "group": "the group's",
    "team's": "the team's",
}
_HOLDS: Final = {
    "clock": "The clock went back by more than a day and a half, so no paid call is made. "
    "Check the date, then `tierwise budget resume`.",
    "restored": "The ledger was damaged and restored from a backup; what was spent since is not "
    "known, so no paid call is made until `tierwise budget resume`.",
}


def hold(reason: str) -> str:
    """Why no paid call is made until the operator decides. `reason` is a code that the ledger
    stores.
    """
    return _HOLDS.get(reason, reason)


def why(reason: ErrorReason) -> str:
    """Why a call is not made, and what can be done. Raises `KeyError` for a reason not
    about money.
    """
    return WORDS[reason.code](reason.args)


def is_left(left: str, scope: str) -> str:
    """What is left, and of which budget if known: "40¢ of today's budget is left"."""
    whose = _WHOSE.get(scope)
    return f"{left} of {whose} budget is left" if whose else f"{left} is left"


def is_spent(args: Args) -> str:
    """How much of a budget is spent, if known: "82 % of today's $5.00 is spent"."""
    whose, limit = _WHOSE.get(str(args.get("scope"))), args.get("limit")
    if whose is None or not limit:
        return "the budget is nearly used up"
    return f"{percent(args['spent'] / limit)} of {whose} {amount(limit)} is spent"


def raise_title(scope: str | None) -> str:
    """The title of the offer that raises a cap. It names the cap if known."""
    whose = f"{_WHOSE[scope]} budget" if scope in ("day", "night", "project") else "the budget"
    return f"Raise {whose} by $1"


def question(
    scope: Literal["day", "night", "project"],
    spent: int,
    limit: int | None,
    *,
    of_task: bool = True,
    forecast: int | None = None,
) -> OperatorQuestion:
    """The question about a cap that is reached. Its first answer raises the cap.

    `of_task` says that a task reached it; another answer then allows that task alone to go beyond
    the cap. `forecast` is the task's expected cost.
    """
    used, cap = amounts(spent, limit or 0)
    whose = _WHOSE[scope]
    if not limit:
        text = f"Paused: {whose} budget is 0¢."
    elif spent:
        text = f"Paused: {used} of {whose} {cap} is spent."
        text = text if of_task else f"{text} Nothing is paid and tasks wait until you raise it."
    else:
        text = f"Paused: {whose} {cap} is too small for a call."
    if forecast:
        text = f"{text} This task: about {amount(forecast)}."
    return OperatorQuestion(text, (raise_title(scope), *((ALLOW,) if of_task else ()), STAY))


def question_of_the_hour(
    limit: int | None, held: str | None, *, of_task: bool = True
) -> OperatorQuestion:
    """The question about a pause that raising a cap does not end.

    It is the cap of the hour, which frees up by itself, or a hold on all money. `held` is the code
    of that hold's reason.
    """
    used_up = f"Paused: this hour's {amount(limit or 0)} is spent. It frees up by itself."
    text = hold(held) if held else used_up
    return OperatorQuestion(text, (ALLOW, STAY) if of_task else (STAY,))


def nobody_raised(scope: str) -> str:
    """The sentence for a used-up budget, after nobody answered whether to raise it."""
    return f"Paused: the {scope} budget is reached. `tierwise budget raise USD` goes on."


def nearly(scope: str, spent: int, limit: int | None) -> str:
    """The sentence for a budget that is nearly used up."""
    used, cap = amounts(spent, limit or 0)
    return f"{used} of the {scope} budget {cap} is spent: soft tasks go down."


_THE_TEAMS: Final[Mapping[str, str]] = {
    "team": "the team's budget",
    "member": "your part of the team's budget",
    "project": "the team's budget of this project",
}
_SPANS: Final[Mapping[str, str]] = {"hour": " of this hour", "day": " of today", "period": ""}


def team_budget(scope: str, span: str) -> str:
    """The name of a cap that the team set, for use in a sentence."""
    return f"{_THE_TEAMS[scope]}{_SPANS[span]}"


def paused_by_team(scope: str, span: str, *, spent: int, limit: int, owner: str = "") -> str:
    """The sentence for a team's cap that is reached. `owner` is the person who may raise it."""
    used, cap = amounts(spent, limit)
    ask = owner or "the team's owner"
    return f"Paused by {team_budget(scope, span)}: {used} of {cap}, ask {ask}."


def _calls_in_flight(args: Args) -> str:
    paid, held, cap = amounts(args["spent"], args["reserved"], args["limit"])
    return (
        f"Waiting for calls in flight: they may use {held} of the {args['scope']} budget {cap},"
        f" {paid} is spent. This goes on by itself when they end."
    )


def _used_up(args: Args) -> str:
    return (
        f"The {args['scope']} budget of {amount(args['limit'])} is used up."
        " Raise it, allow this task, or stay paused."
    )


def _hour(args: Args) -> str:
    return (
        f"The hour's budget of {amount(args['limit'])} is used up."
        " It frees up by itself within the hour; allow this task, or wait."
    )


def _too_dear(args: Args) -> str:
    needs, left = needs_and_left(args["needs"], args["left"])
    return (
        f"This task needs up to {needs} on {args['tier']}, {left} left."
        " Use a cheaper tier, send less, allow this task, or raise the budget."
    )


def _too_dear_now(args: Args) -> str:
    needs, left = needs_and_left(args["needs"], args["left"])
    return (
        f"This task needs up to {needs} on {args['tier']},"
        f" {left} is left until the calls in flight end."
    )


def _parts_too_dear(args: Args) -> str:
    needs, left = needs_and_left(args["needs"], args["left"])
    return (
        f"The {args['parts']} parts of this task need up to {needs} on {args['tier']}, {left} left."
        " Use a cheaper tier, change fewer files, allow this task, or raise the budget."
    )


def _parts_too_dear_now(args: Args) -> str:
    needs, left = needs_and_left(args["needs"], args["left"])
    return (
        f"The {args['parts']} parts of this task need up to {needs} on {args['tier']},"
        f" {left} is left until the calls in flight end."
    )


def _parts_not_agreed(args: Args) -> str:
    needs, most = amounts(args["cost"], args["limit"])
    return (
        f"This task takes {args['parts']} parts and costs {needs} at most, above what is asked for"
        f" ({most}), and nobody said yes."
    )


def _not_agreed(args: Args) -> str:
    forecast, most = amounts(args["cost"], args["limit"])
    return (
        f"This task is forecast at {forecast}, above what is asked for ({most}),"
        " and nobody said yes."
    )


WORDS: Final[Mapping[ErrorCode, Callable[[Args], str]]] = {
    "on_hold": lambda a: hold(a["hold"]),
    "calls_in_flight": _calls_in_flight,
    "hour_used_up": _hour,
    "no_budget": lambda a: (
        f"The {a['scope']} budget is 0: no paid calls. Set one with `tierwise budget set`."
    ),
    "team_used_up": lambda a: paused_by_team(
        str(a["scope"]), str(a["span"]), spent=int(a["spent"] or 0), limit=int(a["limit"] or 0)
    ),
    "budget_used_up": _used_up,
    "too_dear": _too_dear,
    "too_dear_now": _too_dear_now,
    "not_agreed": _not_agreed,
    "parts_too_dear": _parts_too_dear,
    "parts_too_dear_now": _parts_too_dear_now,
    "parts_not_agreed": _parts_not_agreed,
}
"""For each code, why a call is not made for lack of money."""
