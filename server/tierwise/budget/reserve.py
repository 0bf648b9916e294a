"""The purse: reserve the worst case, spend, settle to what was really used.

Each step is one transaction inside the ledger's lock, so that any number of windows on one
ledger cannot cross a cap together. Whatever goes wrong with the ledger raises, and then no
paid call is made.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from tierwise.budget import accounts, days, tokens
from tierwise.budget.limits import BudgetState, Limits
from tierwise.budget.prices import PriceTable
from tierwise.core.errors import BudgetPaused, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.store import schema
from tierwise.store.engine import Ledger

LEASE_MS: Final = 60_000
"""A reservation not renewed for so long belongs to a process that is gone."""
SMALLEST_OUTPUT: Final = 256
"""Output tokens below which an answer is not worth asking for; the cap is not shrunk further."""
CHEAPEST_PROMPT: Final = 2_000
"""Prompt tokens of the smallest reservation, which decides whether a budget is used up."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is about to be called. `prompt` is measured, never kept."""

    task_id: str
    request_id: str
    tier: Tier
    prompt: str
    action: str
    language: str | None
    max_tokens: int
    project: str
    rehearsal: bool = False
    allowed: bool = False


@dataclass(frozen=True, slots=True)
class Reservation:
    """A worst case set aside. `max_tokens` is what the call may ask for; `note` is shown."""

    id: str
    worst: int
    max_tokens: int
    prompt_tokens: int
    model: str
    at: datetime
    note: str | None = None


@dataclass
class Purse:
    """The money of one window. `limits` is asked anew each time, so that changes take effect."""

    ledger: Ledger
    prices: PriceTable
    limits: Callable[[], Limits]
    cheapest: Callable[[], Tier]
    clock: Callable[[], datetime] = days.now

    async def reserve(self, ask: Ask) -> Reservation:
        """Set the worst case aside, with a smaller output cap where only that fits.

        Raises `BudgetPaused` when the budget is used up, `TaskTooDear` when this task alone
        does not fit, `LedgerUnavailable` when nothing can be booked.
        """
        now = self.clock()
        prompt_tokens = tokens.upper_bound(ask.prompt)
        rate = self.prices.dearest_band(ask.tier.model, now, prompt_tokens)
        base = prompt_tokens * rate.dearest_input

        def write(conn: Connection) -> Reservation:
            accounts.reap(conn, now)
            state = self._state(conn, ask.project, now)
            limit = None if ask.rehearsal or ask.allowed else state.left
            cap = ask.max_tokens
            if limit is not None:
                self._fits(ask, state, base + min(cap, SMALLEST_OUTPUT) * rate.output)
                if rate.output:
                    cap = min(cap, (limit - base) // rate.output)
            note = None
            if cap < ask.max_tokens:
                note = f"answer capped at {cap} tokens, what is left of the budget"
            worst = base + cap * rate.output
            row = self._row(ask, state, now, worst, cap, len(ask.prompt))
            conn.execute(insert(schema.reservations).values(**row))
            accounts.add(conn, row, reserved=worst)
            return Reservation(row["id"], worst, cap, prompt_tokens, ask.tier.model, now, note)

        return await self.ledger.write(write)

    async def settle(
        self, reservation: Reservation, usage: Usage | None, *, streamed: str = ""
    ) -> tuple[Usage, int]:
        """Book what was used; the usage and its cost in nano-dollars. Idempotent.

        Without a bill (cancelled, cut, crashed after it was sent) the input and what was
        streamed are booked at their upper bound, marked assumed; never nothing.
        """
        used = usage or Usage(
            input_tokens=reservation.prompt_tokens,
            output_tokens=min(tokens.output_bound(streamed), reservation.max_tokens),
            assumed=True,
        )
        cost = self.prices.cost(reservation.model, used, reservation.at)
        await self.ledger.write(lambda conn: accounts.book(conn, reservation.id, used, cost))
        return used, cost

    async def release(self, reservation: Reservation) -> None:
        """Give a reservation back whole. Only for a request that was certainly never sent."""
        await self.ledger.write(
            lambda conn: accounts.book(conn, reservation.id, Usage(), 0, state="released")
        )

    async def renew(self, ids: list[str]) -> None:
        """Extend the leases of what still runs."""
        lease = _ms(self.clock()) + LEASE_MS
        table = schema.reservations

        def write(conn: Connection) -> None:
            conn.execute(
                update(table)
                .where(table.c.id.in_(ids), table.c.state == "open")
                .values(lease_ms=lease)
            )

        await self.ledger.write(write)

    async def reap(self) -> int:
        """Book the worst case of reservations whose process is gone; how many there were."""
        now = self.clock()
        return await self.ledger.write(lambda conn: accounts.reap(conn, now))

    async def state(self, project: str) -> BudgetState:
        """Spend and caps as they are now, in every window."""
        now = self.clock()
        return await self.ledger.read(lambda conn: self._state(conn, project, now))

    def state_sync(self, project: str) -> BudgetState:
        """`state` for the command line."""
        now = self.clock()
        return self.ledger.read_sync(lambda conn: self._state(conn, project, now))

    def _state(self, conn: Connection, project: str, now: datetime) -> BudgetState:
        limits = self.limits()
        day = days.day_of(now, days.zone(limits.timezone), accounts.last_day(conn))
        period = days.period_of(day, limits.period)
        tier = self.cheapest()
        rate = self.prices.rate(tier.model, now, CHEAPEST_PROMPT)
        smallest = CHEAPEST_PROMPT * rate.dearest_input + SMALLEST_OUTPUT * rate.output
        return accounts.state(conn, limits, day, project, period, smallest)

    def _fits(self, ask: Ask, state: BudgetState, needs: int) -> None:
        left = state.left
        if left is None or needs <= left:
            return
        if state.level == "paused":
            which = "day" if state.day_level == "paused" else "project"
            raise BudgetPaused(
                f"The {which} budget is used up. Raise it, allow this task, or wait."
            )
        raise TaskTooDear(
            f"This task needs up to {_usd(needs)} on {ask.tier.label}, {_usd(left)} is left."
            " Use a cheaper tier, send less, or raise the budget.",
            needs,
            left,
        )

    def _row(
        self, ask: Ask, state: BudgetState, now: datetime, worst: int, cap: int, chars: int
    ) -> dict[str, Any]:
        return {
            "id": uuid.uuid4().hex,
            "request_id": ask.request_id,
            "task_id": ask.task_id,
            "created_ms": _ms(now),
            "lease_ms": _ms(now) + LEASE_MS,
            "pid": os.getpid(),
            "day": state.day,
            "period": state.period,
            "project": ask.project,
            "action": ask.action,
            "language": ask.language,
            "tier": ask.tier.name,
            "model": ask.tier.model,
            "input_chars": chars,
            "max_tokens": cap,
            "worst": worst,
            "state": "open",
            "cost": 0,
            "allowed": ask.allowed,
            "rehearsal": ask.rehearsal,
        }


def open_ids(conn: Connection, task_id: str) -> list[str]:
    """Reservations of a task that are not settled yet."""
    table = schema.reservations
    query = select(table.c.id).where(table.c.task_id == task_id, table.c.state == "open")
    return list(conn.execute(query).scalars())


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _usd(nanos: int) -> str:
    return f"${nanos / 1e9:.2f}" if nanos >= 10_000_000 or nanos == 0 else "<$0.01"
