"""Sentences for failed model calls: how a call failed, and what the operator can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

WORDS: Final[Mapping[str, str]] = {
    "auth": "{tier}: {who} refused the key. Put a valid one into {key} and run it again.",
    "no_credit": "{tier}: the account behind {key} has no credit left. Add credit, or use"
    " another tier.",
    "team_paused": "{tier} was not asked{detail}.",
    "forbidden": "{tier}: the key in {key} may not use {model}. Set another model for the tier"
    " or use another tier.",
    "unknown_model": "{tier}: {who} knows no model {model}. Set another id for the tier, or use"
    " another tier.",
    "bad_request": "{tier}: {who} refused the request{detail}.{features}",
    "too_large": "{tier}: the request is larger than {model} takes. Select less or attach fewer"
    " files.",
    "refused": "{tier} declined to answer this. Rephrase it, or redo it on another tier.",
    "rate_limited": "{tier} is rate limited{wait}. Redo it later, or on another tier.",
    "overloaded": "{tier} is overloaded{wait}. Redo it later, or on another tier.",
    "server": "{tier}: {who} failed{detail}. Redo it in a moment, or on another tier.",
    "network": "{tier}: {who} cannot be reached. Check the network and the tier's address.",
    "slow": "{tier} is much slower than usual: nothing within {seconds} s. Redo it later, or on"
    " another tier.",
    "slow_first_event": "{tier} did not begin to answer within {seconds} s. Redo it later, or on"
    " another tier.",
    "stalled": "{tier} stopped in the middle of its answer for {seconds} s. Redo it, or use"
    " another tier.",
    "timeout": "{tier} did not finish within {seconds} s. Ask for less, or raise timeouts.attempt.",
    "lost": "{tier}: Tierwise's own process for model calls ended before the answer was complete."
    " Redo it.",
    "cut": "{tier}: the connection broke before the answer was complete. Redo it, or use another"
    " tier.",
    "bad_stream": "{tier}: {who} sent something that is not a Messages API answer. Check the"
    " tier's address, or use another tier.",
    "empty": "{tier} answered with nothing. Redo it, or use another tier.",
    "output_cap": "{tier}: {model} gives shorter answers than max_tokens asks for{detail}. Set a"
    " smaller max_tokens for the tier, or use another tier.",
    "proxy": "{tier}: the proxy of {proxy} did not let the request through{detail}. Correct it, or"
    " add {host} to NO_PROXY.",
    "certificate": "{tier}: the certificate of {host} is not trusted{detail}. Set SSL_CERT_FILE to"
    " a file with the certificates of your network, or check the tier's address.",
}
"""The sentence for each kind of failure in `models/failure.py`."""


def sentence(args: Mapping[str, Any]) -> str:
    """The sentence for a failed call. `wait` and `seconds` are in seconds, None if not known."""
    detail, wait, seconds = args["detail"], args["wait"], args["seconds"]
    return WORDS[args["kind"]].format(
        tier=args["tier"],
        model=args["model"],
        who="its server" if args["own_server"] else "the model API",
        key=args["key"] or "the tier's key variable",
        detail=f": {detail}" if detail else "",
        wait=f"; the server asks to wait {human_wait(wait)}" if wait else "",
        seconds=f"{seconds:.3g}" if seconds is not None else "",
        host=args["host"] or "its host",
        proxy=args["proxy"] or "the environment",
        features=" If it knows no caching, thinking or effort, say so in the tier's features."
        if args["own_server"]
        else "",
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
