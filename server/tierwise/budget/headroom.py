"""Decides whether a request's worst case fits what is left, and what happens if not. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tierwise.budget import tokens
from tierwise.budget.limits import BudgetState
from tierwise.budget.prices import PriceRate
from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorCode, ErrorReason
from tierwise.core.errors import BudgetPaused, TaskTooDear


@dataclass(frozen=True, slots=True)
class SpendWish:
    """What a call would use at worst, and the prices that hold for it. Counts are tokens.

    `input_bound` is the most its prompt can have, `output_cap` the most it may answer, `useful` the
    least output worth asking for.
    """

    input_bound: int
    output_cap: int
    useful: int
    rate: PriceRate
    tier: str
    most: int | None = None
    """What one request may cost at worst, in nano-dollars; None for no such cap."""
    fees: int = 0
    """What the server may bill beside tokens, such as web searches, in nano-dollars."""
    held: int = 0
    """Nano-dollars by which `most` is smaller because other calls of the same job run now."""

    @property
    def base(self) -> int:
        """The cost of the prompt at its dearest, with the fees, in nano-dollars."""
        return self.input_bound * self.rate.dearest_input + self.fees

    def worst(self, output: int) -> int:
        return self.base + output * self.rate.output


@dataclass(frozen=True, slots=True)
class Fit:
    """What to reserve for a call: its worst cost in nano-dollars, and its output cap in tokens.

    `capped` says that the budget made the output cap smaller.
    """

    worst: int
    max_tokens: int
    capped: bool = False


def fit(wish: SpendWish, state: BudgetState | None) -> Fit:
    """Decide how much to reserve for a call.

    No cap binds it where `state` is None or the call costs nothing. When the worst case does not
    fit, fewer output tokens are allowed, as long as an answer is still worth having. Raises
    `BudgetPaused` when the budget is used up or on hold, and `TaskTooDear` when not even the least
    useful answer fits.
    """
    if state is None or wish.worst(wish.output_cap) == 0:
        return Fit(wish.worst(wish.output_cap), wish.output_cap)
    if state.level == "paused":
        raise BudgetPaused(why_paused(state))
    rooms = [room for room in (state.left, wish.most) if room is not None]
    if not rooms or wish.worst(wish.output_cap) <= min(rooms):
        return Fit(wish.worst(wish.output_cap), wish.output_cap)
    room = min(rooms)
    floor = min(wish.output_cap, max(tokens.SMALLEST_OUTPUT, wish.useful))
    if wish.worst(floor) > room:
        raise _too_dear(wish, floor, room, state)
    cap = min(wish.output_cap, (room - wish.base) // wish.rate.output)
    return Fit(wish.worst(cap), cap, capped=True)


def fit_all(wishes: Sequence[SpendWish], state: BudgetState) -> None:
    """Refuse calls that belong together unless the worst cases of all of them fit.

    Raises `BudgetPaused` when the budget is used up or on hold, else `TaskTooDear`.
    """
    total = sum(wish.worst(wish.output_cap) for wish in wishes)
    if total == 0:
        return
    if state.level == "paused":
        raise BudgetPaused(why_paused(state))
    if state.left is None or total <= state.left:
        return
    waits = state.unspent is not None and total <= state.unspent
    code: ErrorCode = "parts_too_dear_now" if waits else "parts_too_dear"
    reason = ErrorReason.of(
        code, parts=len(wishes), tier=wishes[0].tier, needs=total, left=state.left
    )
    raise TaskTooDear(reason, total, state.left, scope=_tightest(state).scope, waits=waits)


def _too_dear(wish: SpendWish, floor: int, room: int, state: BudgetState) -> TaskTooDear:
    """The error for one request that does not fit.

    It says so if the request fits once calls end.
    """
    worst = wish.worst(floor)
    most = None if wish.most is None else wish.most + wish.held
    later = [cap for cap in (state.unspent, most) if cap is not None]
    waits = worst <= min(later)
    code: ErrorCode = "too_dear_now" if waits else "too_dear"
    reason = ErrorReason.of(code, tier=wish.tier, needs=worst, left=room)
    scope = _tightest(state).scope if room == state.left else ""
    return TaskTooDear(reason, worst, room, scope=scope, waits=waits)


class _Cap(NamedTuple):
    """A cap by its name, with what counts against it in nano-dollars."""

    scope: str
    limit: int
    spent: int
    reserved: int

    @property
    def left(self) -> int:
        return self.limit - self.spent - self.reserved


def _tightest(state: BudgetState) -> _Cap:
    """The cap that leaves the least. There must be one: only a cap makes a call wait or not fit."""
    return min(
        (
            _Cap(name, limit, spent, reserved)
            for name, limit, spent, reserved in (
                (state.purse, state.day_limit, state.day_spent, state.day_reserved),
                ("project", state.project_limit, state.project_spent, state.project_reserved),
                ("hour", state.hour_limit, state.hour_spent, state.hour_reserved),
                ("group", state.group_limit, state.group_spent, state.group_reserved),
                *(("team's", cap.limit, cap.spent, cap.reserved) for cap in state.shared),
            )
            if limit is not None
        ),
        key=lambda cap: cap.left,
    )


def why_it_waits(state: BudgetState) -> ErrorReason:
    """Why a call must wait for others to end although the caps are not yet spent."""
    cap = _tightest(state)
    return ErrorReason.of(
        "calls_in_flight", scope=cap.scope, limit=cap.limit, spent=cap.spent, reserved=cap.reserved
    )


def why_paused(state: BudgetState) -> ErrorReason:
    """The reason why nothing may be spent."""
    if state.hold:
        return ErrorReason.of("on_hold", hold=state.hold)
    if state.waits:
        return why_it_waits(state)
    team = state.team_paused
    if team is not None:
        return ErrorReason.of(
            "team_used_up", scope=team.scope, span=team.span, limit=team.limit, spent=team.spent
        )
    if state.hour_level == "paused" and "paused" not in (state.day_level, state.project_level):
        return ErrorReason.of("hour_used_up", limit=state.hour_limit or 0)
    if state.group_level == "paused" and "paused" not in (state.day_level, state.project_level):
        return ErrorReason.of("budget_used_up", scope="group", limit=state.group_limit or 0)
    day = state.day_level == "paused"
    scope, limit = (state.purse, state.day_limit) if day else ("project", state.project_limit)
    if limit == 0:
        return ErrorReason.of("no_budget", scope=scope)
    return ErrorReason.of("budget_used_up", scope=scope, limit=limit or 0)
