"""Whether a request's worst case fits what is left, and what to do when it does not. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tierwise.budget import tokens
from tierwise.budget.limits import BudgetState
from tierwise.budget.prices import PriceRate
from tierwise.core.amounts import amount, needs_and_left
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
        needs, left = needs_and_left(wish.worst(floor), room)
        raise TaskTooDear(
            f"This task needs up to {needs} on {wish.tier}, {left} left. "
            "Use a cheaper tier, send less, allow this task, or raise the budget.",
            wish.worst(floor),
            room,
        )
    cap = min(wish.output_cap, (room - wish.base) // wish.rate.output)
    return Fit(wish.worst(cap), cap, capped=True)


def paused_sentence(state: BudgetState) -> str:
    """Why nothing may be spent, and the ways on."""
    if state.hold:
        return state.hold
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
