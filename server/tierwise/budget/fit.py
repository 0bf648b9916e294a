"""Whether a request's worst case fits what is left, and what to do when it does not. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tierwise.budget import tokens
from tierwise.budget.limits import BudgetState
from tierwise.budget.prices import PriceRate
from tierwise.core.amounts import amount, amounts, needs_and_left
from tierwise.core.errors import BudgetPaused, TaskTooDear


@dataclass(frozen=True, slots=True)
class SpendWish:
    """A request as money sees it. Tokens; `useful` is the least output worth asking for."""

    input_bound: int
    output_cap: int
    useful: int
    rate: PriceRate
    tier: str
    most: int | None = None
    """What one request may cost at worst, in nano-dollars; None for no such cap."""

    @property
    def base(self) -> int:
        """The prompt at its dearest, in nano-dollars."""
        return self.input_bound * self.rate.dearest_input

    def worst(self, output: int) -> int:
        return self.base + output * self.rate.output


@dataclass(frozen=True, slots=True)
class Fit:
    """What to reserve: nano-dollars, the output cap in tokens, and whether the cap shrank."""

    worst: int
    max_tokens: int
    capped: bool = False


def fit(wish: SpendWish, state: BudgetState | None) -> Fit:
    """The reservation for a wish; `state` None means that no cap binds it, and
    neither does one bind a request that costs nothing.

    When the worst case does not fit, the output cap shrinks as far as an answer is still
    worth having. Raises `BudgetPaused` when the budget is used up or on hold and
    `TaskTooDear` when this request alone is too dear.
    """
    if state is None or wish.worst(wish.output_cap) == 0:
        return Fit(wish.worst(wish.output_cap), wish.output_cap)
    if state.level == "paused":
        raise BudgetPaused(paused_sentence(state))
    rooms = [room for room in (state.left, wish.most) if room is not None]
    if not rooms or wish.worst(wish.output_cap) <= min(rooms):
        return Fit(wish.worst(wish.output_cap), wish.output_cap)
    room = min(rooms)
    floor = min(wish.output_cap, max(tokens.SMALLEST_OUTPUT, wish.useful))
    if wish.worst(floor) > room:
        raise _too_dear(wish, floor, room, state)
    cap = min(wish.output_cap, (room - wish.base) // wish.rate.output)
    return Fit(wish.worst(cap), cap, capped=True)


def _too_dear(wish: SpendWish, floor: int, room: int, state: BudgetState) -> TaskTooDear:
    """The refusal of one request, which waits where calls in flight hold what it needs."""
    worst = wish.worst(floor)
    later = [cap for cap in (state.unspent, wish.most) if cap is not None]
    waits = worst <= min(later)
    needs, left = needs_and_left(worst, room)
    if waits:
        text = (
            f"This task needs up to {needs} on {wish.tier}, {left} is left until the calls in "
            "flight end."
        )
    else:
        text = (
            f"This task needs up to {needs} on {wish.tier}, {left} left. "
            "Use a cheaper tier, send less, allow this task, or raise the budget."
        )
    return TaskTooDear(text, worst, room, waits=waits)


def waiting_sentence(state: BudgetState) -> str:
    """Why a call has to wait although the budget is not used up."""
    name, limit, spent, reserved = min(
        (
            (name, limit, spent, reserved)
            for name, limit, spent, reserved in (
                ("day", state.day_limit, state.day_spent, state.day_reserved),
                ("project", state.project_limit, state.project_spent, state.project_reserved),
                ("hour", state.hour_limit, state.hour_spent, state.hour_reserved),
            )
            if limit is not None
        ),
        key=lambda scope: scope[1] - scope[2] - scope[3],
    )
    paid, held, cap = amounts(spent, reserved, limit)
    return (
        f"Waiting for calls in flight: they may use {held} of the {name} budget {cap}, "
        f"{paid} is spent. This goes on by itself when they end."
    )


def paused_sentence(state: BudgetState) -> str:
    """Why nothing may be spent, and the ways on."""
    if state.hold:
        return state.hold
    if state.waits:
        return waiting_sentence(state)
    if state.hour_level == "paused" and "paused" not in (state.day_level, state.project_level):
        return (
            f"The hour's budget of {amount(state.hour_limit or 0)} is used up. "
            "It frees up by itself within the hour; allow this task, or wait."
        )
    if state.day_level == "paused":
        which, limit = "day", state.day_limit
    else:
        which, limit = "project", state.project_limit
    if limit == 0:
        return f"The {which} budget is 0: no paid calls. Set one with `tierwise budget set`."
    return (
        f"The {which} budget of {amount(limit or 0)} is used up. "
        "Raise it, allow this task, or stay paused."
    )
