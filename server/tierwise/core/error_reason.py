"""Why something was refused or failed: data only. `present/errors.py` puts it into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ErrorCode = Literal[
    # money
    "on_hold", "calls_in_flight", "hour_used_up", "no_budget", "budget_used_up", "too_dear",
    "too_dear_now", "not_agreed", "reservation_lapsed", "task_id_used_up",
    "unknown_zone",
    # the ledger
    "disk_full", "state_readonly", "ledger_busy", "ledger_damaged", "state_unusable",
    "ledger_unusable", "ledger_held", "ledger_newer", "ledger_closed", "no_locks",
    # what may be sent
    "untrusted",
]  # fmt: skip
ErrorArg = str | int | float | None


@dataclass(frozen=True, slots=True)
class ErrorReason:
    """A code and what its words need: names, paths, counts, tokens, nano-dollars, seconds."""

    code: ErrorCode
    args: Mapping[str, ErrorArg] = field(default_factory=dict)

    @classmethod
    def of(cls, code: ErrorCode, /, **args: ErrorArg) -> ErrorReason:
        """A reason with its arguments by name."""
        return cls(code, args)
