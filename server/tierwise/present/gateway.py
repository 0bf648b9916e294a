"""Texts of the gateway, for agents and their operators. Amounts are in nano-dollars."""

from __future__ import annotations

from typing import Literal

from tierwise.core.amounts import needs_and_left
from tierwise.present.money import amount, amounts
from tierwise.present.names import label

_SPANS = {"day": "today", "night": "tonight", "project": "this project", "hour": "this hour"}
_RAISE = {
    "day": "tierwise budget raise 1",
    "night": "tierwise budget raise 1 --night",
    "project": "tierwise budget raise 1 --project",
}


def paused(scope: Literal["day", "night", "project", "hour"], spent: int, limit: int) -> str:
    """The sentence for a used-up budget, with the command that raises it (the hour's has none)."""
    if scope == "hour":
        paid, cap = amounts(spent, limit)
        return (
            f"Tierwise paused: {paid} of {cap} for any 60 minutes are spent. It frees up by itself."
        )
    if not limit:
        return (
            f"Tierwise paused: the budget for {_SPANS[scope]} is 0. "
            "Set one with: tierwise budget set"
        )
    paid, cap = amounts(spent, limit)
    begin = f"Tierwise paused: {paid} of {cap} for {_SPANS[scope]} are spent."
    return f"{begin} Raise with: {_RAISE[scope]}"


def in_flight(held: int, left: int) -> str:
    """The sentence for a call that does not fit now, because running calls have reserved `held`."""
    waits, rest = amounts(held, left)
    return (
        f"Tierwise paused: other calls hold {waits} of the budget and {rest} is left. "
        "Say continue in a moment, or raise with: tierwise budget raise 1"
    )


def group_paused(spent: int, limit: int) -> str:
    """The sentence for a job's agent whose group has used up its cap."""
    paid, cap = amounts(spent, limit)
    return f"Tierwise paused: {paid} of {cap} for this group of jobs are spent. The job waits."


def too_dear(
    needs: int, left: int, scope: Literal["day", "night", "project", "hour", "request"]
) -> str:
    """The sentence for one call that may cost more than is left of a budget, and what helps."""
    most, rest = needs_and_left(needs, left)
    begin = f"Tierwise paused: this call may cost up to {most} and {rest} is left."
    if scope == "request":
        return f"{begin} Its cap is request_usd in the configuration; send less, or compact."
    return f"{begin} Raise with: {_RAISE.get(scope, _RAISE['day'])}"


def job_too_dear(needs: int, left: int) -> str:
    """The sentence for a call that costs more than is left of its job's own cap."""
    most, rest = needs_and_left(needs, left)
    return (
        f"Tierwise paused: this call may cost up to {most} and {rest} is left of the job's cap. "
        "The job waits; give it more with: tierwise queue"
    )


def passing(model: str) -> str:
    """The words for a call to a model that the client chose and that belongs to no tier."""
    return f"{model} (chosen by the client, not routed)"


def status_line(
    headline: str,
    tier: str,
    cost: int | None,
    left: int | None,
    *,
    client_named: bool,
    lowered: int | None = None,
    secrets: int = 0,
    forecast: int | None = None,
    because: str = "",
    others: str = "",
) -> str:
    """The status line of an agent: who answers and why, then what it costs and what is left.

    Costs are in nano-dollars: `cost` is that of the session so far, `forecast` that of the whole
    turn. `lowered` is the output limit in tokens if the budget lowered it. `because` says why the
    tier answers. `others` are the words that start a turn on another tier. Without `because`, or if
    the client named the model, it is one line.
    """
    named = f"{label(tier)} (chosen by the client, not routed)" if client_named else headline
    routed = bool(because) and not client_named
    above = [f"{named} · {because}"] if routed else []
    parts = [] if routed else [named]
    if routed and forecast is not None:
        parts.append(f"forecast of this turn: {amount(forecast)}")
    if cost is not None:
        parts.append(f"paid in this session so far: {amount(cost)}")
    if left is not None:
        parts.append(f"{amount(left)} of the budget left")
    if lowered is not None:
        parts.append(f"answers cut at {lowered:,} tokens")
    if secrets:
        parts.append(f"{secrets} secret{'s' if secrets > 1 else ''} sent")
    if routed and others:
        parts.append(f"for another tier begin with {others}")
    return "\n".join([*above, " · ".join(parts)] if parts else above)


NO_EXTRA = (
    "The gateway needs its extra: run `pip install 'tierwise[gateway]'` with the pip of the "
    "environment that this program runs in (.venv/bin/pip in a clone)."
)
NO_GATEWAY = "Tierwise: no gateway runs (tierwise gateway)"
START_GATEWAY = "No gateway runs. `tierwise gateway` starts one."
NOTHING_YET = "Tierwise: nothing was routed yet"


def flat_plan(agent: str) -> str:
    """The warning for somebody with a flat plan: calls through the gateway are billed
    one by one.
    """
    return (
        f"Mind the price: through the gateway every call of {agent} is billed at API prices. "
        "A flat plan, such as Pro or Max, is not used any more while these settings stand."
    )


def rehearsal(url: str, token_file: str) -> str:
    """How to try the gateway without a key."""
    said = '{"role": "user", "content": "hello"}'
    body = f'{{"model": "auto", "max_tokens": 200, "messages": [{said}]}}'
    return (
        "Answers come from the rehearsal model: nothing is paid, no key is needed. Try:\n"
        f"  curl -i {url}/v1/messages -H \"x-api-key: $(cat {token_file})\" -d '{body}'\n"
        f"  ANTHROPIC_BASE_URL={url} ANTHROPIC_AUTH_TOKEN=$(cat {token_file})"
        " claude --model claude-auto"
    )
