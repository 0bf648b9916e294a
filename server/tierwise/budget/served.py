"""Reserves and settles inside a database server, in one round trip each.

The server's functions (`store/postgres/steps/005_purse.sql`) decide as `headroom` and `accounts`
do, under the same lock, by the server's clock. When they refuse, the functions of `headroom` run
here on the same figures and raise the error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from tierwise.budget import days, lapsed, tokens
from tierwise.budget.headroom import SpendWish, fit
from tierwise.budget.limits import BudgetState, Limits
from tierwise.budget.reservation import (
    Reservation,
    ReservationRequest,
    asked_twice,
    reservation_of,
)
from tierwise.budget.settlement import usage_of
from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import Usage
from tierwise.core.team import SharedCap
from tierwise.store.ledger import Ledger
from tierwise.store.postgres.driver import storable
from tierwise.store.postgres.migrate import STEPS
from tierwise.store.reservations import ReservationRow
from tierwise.store.samples import Key

RESERVE: Final = "SELECT purse_reserve(%s::jsonb)"
SETTLE: Final = "SELECT purse_settle(%s::jsonb)"
LET_GO: Final = """
UPDATE reservations SET sent_ms = COALESCE(%s, now_ms()) WHERE id = %s AND state = 'open'
RETURNING 1
"""
_COLUMNS: Final = tuple(each.name for each in fields(ReservationRow))


@dataclass(frozen=True, slots=True)
class ServedWish:
    """All that the server needs for a reservation. `row` holds what is known before it decides.

    `at_ms` is the instant in UTC milliseconds, None for the server's own.
    """

    ask: ReservationRequest
    wish: SpendWish
    limits: Limits
    smallest: int
    row: ReservationRow
    at_ms: int | None


async def reserve(ledger: Ledger, wanted: ServedWish) -> Reservation:
    """Set a worst case aside on the server. Raises as `Purse.reserve` does."""
    days.zone(wanted.limits.timezone)
    said = await _call(ledger, RESERVE, _asked(wanted))
    if said["is"] == "refused":
        state = _state(wanted, said["state"])
        fit(replace(wanted.wish, most=said["most"], held=said["held"]), state)
        raise LedgerUnavailable(ErrorReason("server_unusable"))
    row = _row(said["row"])
    if said["is"] == "used":
        return asked_twice(row, wanted.ask)
    at = datetime.fromtimestamp(row.created_ms / 1000, UTC)
    return replace(reservation_of(row, wanted.ask, at), capped=said["capped"])


async def settle(
    ledger: Ledger,
    reservation: Reservation,
    used: Usage,
    cost: int,
    learned: Sequence[tuple[Key, int]],
    at_ms: int | None,
) -> tuple[Usage, int]:
    """Book a usage and its cost on the server. Returns what was booked. Idempotent."""
    said = await _call(
        ledger,
        SETTLE,
        {
            "row": asdict(reservation.row),
            "usage": asdict(used),
            "cost": cost,
            "samples": [[*key, bucket] for key, bucket in learned],
            "at_ms": at_ms,
        },
    )
    if said["is"] == "before":
        row = _row(said["row"])
        return usage_of(row), row.cost
    return used, cost


async def let_go(ledger: Ledger, reservation_id: str, at_ms: int | None) -> bool:
    """Note that a request is about to be sent. False if its reservation is no longer open."""
    return await ledger.call(LET_GO, (at_ms, reservation_id)) is not None


async def _call(ledger: Ledger, statement: str, told: Mapping[str, Any]) -> Mapping[str, Any]:
    text = json.dumps(storable({**told, "writer": len(STEPS)}))
    said = cast(Mapping[str, Any], await ledger.call(statement, (text,)))
    if said["is"] == "newer":
        raise LedgerUnavailable(ErrorReason("ledger_newer"))
    return said


def _asked(wanted: ServedWish) -> Mapping[str, Any]:
    ask, wish = wanted.ask, wanted.wish
    return {
        "row": asdict(wanted.row),
        "limits": asdict(wanted.limits),
        "zone": wanted.limits.timezone or days.local_name(),
        "smallest": wanted.smallest,
        "least": tokens.SMALLEST_OUTPUT,
        "free": ask.rehearsal or ask.allowed,
        "job_cap": ask.job_cap if ask.request_id.startswith("job:") else None,
        "marked": ask.marked,
        "lease_ms": lapsed.LEASE_MS,
        "at_ms": wanted.at_ms,
        "wish": {
            "base": wish.base,
            "per_token": wish.rate.output,
            "output": wish.output_cap,
            "useful": wish.useful,
            "most": wish.most,
        },
    }


def _row(told: Mapping[str, Any]) -> ReservationRow:
    return ReservationRow(**{name: told[name] for name in _COLUMNS})


def _state(wanted: ServedWish, told: Mapping[str, Any]) -> BudgetState:
    of_day, of_project, of_hour = told["day_sums"], told["project_sums"], told["hour_sums"]
    return BudgetState(
        day=told["day"],
        period=told["period"],
        project=wanted.ask.project,
        day_limit=told["day_limit"],
        day_spent=of_day[0],
        day_reserved=of_day[1],
        day_expected=of_day[2],
        project_limit=told["project_limit"],
        project_spent=of_project[0],
        project_reserved=of_project[1],
        project_expected=of_project[2],
        hour_limit=told["hour_limit"],
        hour_spent=of_hour[0],
        hour_reserved=of_hour[1],
        soft_at=wanted.limits.soft_at,
        smallest=wanted.smallest,
        hold=told["hold"],
        shared=tuple(SharedCap(*cap) for cap in told["shared"]),
    )
