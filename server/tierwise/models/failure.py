"""Every way a call can fail, as one `ModelError`; `present/failures.py` has the sentences.

The kind drives retry, breaker and failover. Text of the server's is repeated only where it names
the fault (a bad request), cut short and on one line.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import ModelError
from tierwise.core.redact import redact
from tierwise.core.tiers import Tier

Kind = Literal[
    "auth", "no_credit", "forbidden", "unknown_model", "bad_request", "too_large", "refused",
    "rate_limited", "overloaded", "server", "network", "slow", "slow_first_event", "stalled",
    "timeout", "cut", "bad_stream", "empty", "output_cap", "proxy", "certificate",
    "lost", "team_paused",
]  # fmt: skip

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

RETRYABLE: Final[frozenset[str]] = frozenset(
    (
        "rate_limited", "overloaded", "server", "network", "slow", "slow_first_event",
        "stalled", "cut", "bad_stream", "empty", "proxy", "lost",
    )
)  # fmt: skip
"""Kinds for which another attempt may help. `timeout` is none of them: the time is used up."""

WAITED: Final[frozenset[str]] = frozenset(("slow", "slow_first_event", "stalled"))
"""Kinds in which the task waited long enough already, so that another place is tried first."""

FITS_ELSEWHERE: Final[frozenset[str]] = frozenset(("too_large", "output_cap"))
"""Kinds that say only that the request is too large for this model."""

FAILS_OVER: Final[frozenset[str]] = (
    RETRYABLE | FITS_ELSEWHERE | {"timeout", "unknown_model", "forbidden", "certificate"}
)
"""Kinds for which another model may help. A bad key or a bad request would fail there as well."""

TRIPS: Final[frozenset[str]] = FAILS_OVER - FITS_ELSEWHERE - {"empty", "certificate", "lost"}
"""Kinds that show that a place does not work well. They count for its breaker."""


def failure(
    kind: str,
    tier: Tier,
    *,
    sent: bool,
    status: int | None = None,
    retry_after: float | None = None,
    detail: str = "",
    seconds: float | None = None,
    request_id: str = "",
    retryable: bool | None = None,
    host: str = "",
    proxy: str = "",
) -> ModelError:
    """A `ModelError` of a `Kind`. `seconds` is the missed deadline, `detail` a short cause.

    `host` is the server's, `proxy` the variable and host of the proxy in between.

    `sent` tells the ledger whether the server may bill: it took the request and had not
    refused it. `retryable` overrides what the kind says, for a server that says so itself.
    """
    reason = ErrorReason.of(
        "call_failed",
        kind=kind,
        tier=tier.label,
        model=tier.model,
        key=tier.api_key_env,
        own_server=bool(tier.base_url),
        detail=one_line(detail) if detail else "",
        wait=retry_after,
        seconds=seconds,
        host=host,
        proxy=proxy,
    )
    return ModelError(
        reason,
        kind,
        status=status,
        retry_after=retry_after,
        retryable=kind in RETRYABLE if retryable is None else retryable,
        sent=sent,
        request_id=redact(request_id),
    )


def one_line(text: str, limit: int = 120) -> str:
    """Server text made fit for a sentence: one line, short, without keys and without
    the full stop.
    """
    flat = " ".join("".join(c if c.isprintable() else " " for c in redact(text)).split())
    if len(flat) > limit:
        flat = flat[: limit - 1].rstrip() + "…"
    return flat.rstrip(".")
