"""Errors with a name the protocol promises and a reason that the operator can act on.

`present/errors.py` puts the reason into one sentence; whatever helps a developer belongs in the
log instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tierwise.core.error_reason import ErrorReason

if TYPE_CHECKING:
    from tierwise.core.money import Usage


class TierwiseError(Exception):
    """Base of all errors that may reach the operator. `name` is `error.data.name` on the wire."""

    name = "TierwiseError"

    def __init__(self, reason: ErrorReason | str) -> None:
        super().__init__(reason)
        self.reason = reason


class BudgetPaused(TierwiseError):
    """The cap is reached, or this task's worst case does not fit what is left of it."""

    name = "BudgetPaused"


class DocumentChanged(TierwiseError):
    """The text under a proposal is not what the proposal was made for, or, for an undo, not what
    the proposal made of it.
    """

    name = "DocumentChanged"


class NotConfigured(TierwiseError):
    """Something that the operator has to set up is missing. Before a call it is the tier's key, if
    the rehearsal model (built in and free) was not chosen.
    """

    name = "NotConfigured"


class ModelError(TierwiseError):
    """The model did not answer. `kind` drives retry and failover, `retry_after` is in seconds.

    `sent` tells the ledger whether the server may bill: False where it was never reached or
    refused before it began to answer. `usage` is what it had reported by then.
    """

    name = "ModelError"

    def __init__(
        self,
        reason: ErrorReason | str,
        kind: str = "error",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        retryable: bool = False,
        sent: bool = False,
        usage: Usage | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(reason)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.retryable = retryable
        self.sent = sent
        self.usage = usage
        self.request_id = request_id


class ContextTooLarge(TierwiseError):
    """The selection alone has more tokens than may be sent with any request."""

    name = "ContextTooLarge"


class Untrusted(TierwiseError):
    """The workspace is not trusted, so nothing is sent and nothing is run."""

    name = "Untrusted"


class Ignored(TierwiseError):
    """A file is not sent: a rule keeps it back, it is binary, or the operator did not agree."""

    name = "Ignored"


class UnknownTier(TierwiseError):
    """A tier name that is not in the configuration."""

    name = "UnknownTier"

    def __init__(self, tier: str, known: Sequence[str]) -> None:
        super().__init__(ErrorReason.of("unknown_tier", tier=tier, known=", ".join(known)))
        self.tier = tier


class UnknownTask(TierwiseError):
    """A task id that names no task here, or what is asked of its task was not kept."""

    name = "UnknownTask"


class UnknownEdit(TierwiseError):
    """An edit id that names no proposal."""

    name = "UnknownEdit"


class LedgerUnavailable(TierwiseError):
    """The ledger cannot be read or written, so no paid call is made."""

    name = "LedgerUnavailable"


class BadRequest(TierwiseError):
    """A request that cannot be done as it was asked: a range is past the end, a file cannot be
    read, the answer was applied already. The reason says which.
    """

    name = "BadRequest"


class TaskTooDear(BudgetPaused):
    """One task's worst case does not fit what is left; the budget itself is not paused.

    `needs` and `left` are nano-dollars. `scope` names the cap that has so much left ("day"), ""
    where it is the cap of a single call or not known. `waits` tells that it would fit if the calls
    in flight cost nothing: it may wait for them.
    """

    def __init__(
        self, reason: ErrorReason, needs: int, left: int, *, scope: str = "", waits: bool = False
    ) -> None:
        super().__init__(reason)
        self.needs = needs
        self.left = left
        self.scope = scope
        self.waits = waits


class SpendNotAgreed(TaskTooDear):
    """A dear request was asked about, and nobody said yes."""
