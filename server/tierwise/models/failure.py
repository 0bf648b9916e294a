"""Every way a call can fail, as one `ModelError` that says what the operator can do about it.

The kind drives retry, breaker and failover; the sentence is shown as it is. Text of the
server's is repeated only where it names the fault (a bad request), cut short and on one line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from tierwise.core.errors import ModelError
from tierwise.core.redact import redact
from tierwise.core.tiers import Tier

Kind = Literal[
    "auth", "no_credit", "forbidden", "unknown_model", "bad_request", "too_large", "refused",
    "rate_limited", "overloaded", "server", "network", "slow", "slow_first_event", "stalled",
    "timeout", "cut", "bad_stream", "empty", "output_cap", "proxy", "certificate",
]  # fmt: skip

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

RETRYABLE: Final[frozenset[str]] = frozenset(
    (
        "rate_limited", "overloaded", "server", "network", "slow", "slow_first_event",
        "stalled", "cut", "bad_stream", "empty", "proxy",
    )
)  # fmt: skip
"""Kinds that another attempt may cure. `timeout` is not among them: the time is spent."""

WAITED: Final[frozenset[str]] = frozenset(("slow", "slow_first_event", "stalled"))
"""Kinds that were waited for long enough once, so that elsewhere is tried before here."""

FITS_ELSEWHERE: Final[frozenset[str]] = frozenset(("too_large", "output_cap"))
"""Kinds that say that the request is beyond this model's size, not that anything is wrong."""

FAILS_OVER: Final[frozenset[str]] = (
    RETRYABLE | FITS_ELSEWHERE | {"timeout", "unknown_model", "forbidden", "certificate"}
)
"""Kinds that another model may cure. A bad key or a bad request would fail there as well."""

TRIPS: Final[frozenset[str]] = FAILS_OVER - FITS_ELSEWHERE - {"empty", "certificate"}
"""Kinds that say something about the model's health and so count for its breaker."""

_SENTENCE: Final[Mapping[str, str]] = {
    "auth": "{label}: {who} refused the key. Put a valid one into {key} and run it again.",
    "no_credit": "{label}: the account behind {key} has no credit left. Add credit, or use"
    " another tier.",
    "forbidden": "{label}: the key in {key} may not use {model}. Set another model for the tier"
    " or use another tier.",
    "unknown_model": "{label}: {who} knows no model {model}. Set another id for the tier, or use"
    " another tier.",
    "bad_request": "{label}: {who} refused the request{detail}.{features}",
    "too_large": "{label}: the request is larger than {model} takes. Select less or attach fewer"
    " files.",
    "refused": "{label} declined to answer this. Rephrase it, or redo it on another tier.",
    "rate_limited": "{label} is rate limited{wait}. Redo it later, or on another tier.",
    "overloaded": "{label} is overloaded{wait}. Redo it later, or on another tier.",
    "server": "{label}: {who} failed{detail}. Redo it in a moment, or on another tier.",
    "network": "{label}: {who} cannot be reached. Check the network and the tier's address.",
    "slow": "{label} is much slower than usual: nothing within {seconds} s. Redo it later, or on"
    " another tier.",
    "slow_first_event": "{label} did not begin to answer within {seconds} s. Redo it later, or on"
    " another tier.",
    "stalled": "{label} stopped in the middle of its answer for {seconds} s. Redo it, or use"
    " another tier.",
    "timeout": "{label} did not finish within {seconds} s. Ask for less, or raise"
    " timeouts.attempt.",
    "cut": "{label}: the connection broke before the answer was complete. Redo it, or use another"
    " tier.",
    "bad_stream": "{label}: {who} sent something that is not a Messages API answer. Check the"
    " tier's address, or use another tier.",
    "empty": "{label} answered with nothing. Redo it, or use another tier.",
    "output_cap": "{label}: {model} gives shorter answers than max_tokens asks for{detail}. Set a"
    " smaller max_tokens for the tier, or use another tier.",
    "proxy": "{label}: the proxy of {proxy} did not let the request through{detail}. Correct it, or"
    " add {host} to NO_PROXY.",
    "certificate": "{label}: the certificate of {host} is not trusted{detail}. Set SSL_CERT_FILE to"
    " a file with the certificates of your network, or check the tier's address.",
}


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
    words = _SENTENCE[kind].format(
        label=tier.label,
        who="its server" if tier.base_url else "the model API",
        key=tier.api_key_env or "the tier's key variable",
        model=tier.model,
        detail=f": {one_line(detail)}" if detail else "",
        wait=f"; the server asks to wait {human_wait(retry_after)}" if retry_after else "",
        seconds=f"{seconds:.3g}" if seconds is not None else "",
        host=host or "its host",
        proxy=proxy or "the environment",
        features=" If it knows no caching, thinking or effort, say so in the tier's features."
        if tier.base_url
        else "",
    )
    return ModelError(
        words,
        kind,
        status=status,
        retry_after=retry_after,
        retryable=kind in RETRYABLE if retryable is None else retryable,
        sent=sent,
        request_id=redact(request_id),
    )


def human_wait(seconds: float) -> str:
    """A wait as people say it: "8 s", "2 min", "1 h 5 min"."""
    whole = max(1, round(seconds))
    if whole < 100:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def one_line(text: str, limit: int = 120) -> str:
    """Server text fit for a sentence: one line, short, no key in it, without the full stop."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in redact(text)).split())
    if len(flat) > limit:
        flat = flat[: limit - 1].rstrip() + "…"
    return flat.rstrip(".")
