"""Reads an error answer: its kind, whether it is billed, and how long to wait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from tierwise.models.failure import Kind

_BY_TYPE: Final[Mapping[str, Kind]] = {
    "authentication_error": "auth",
    "billing_error": "no_credit",
    "permission_error": "forbidden",
    "not_found_error": "unknown_model",
    "invalid_request_error": "bad_request",
    "request_too_large": "too_large",
    "rate_limit_error": "rate_limited",
    "overloaded_error": "overloaded",
    "timeout_error": "server",
    "api_error": "server",
    "conflict_error": "server",
}
"""Error types of the Messages API. The type counts more than the status, since an error event
inside a stream arrives with status 200."""

_BY_STATUS: Final[Mapping[int, Kind]] = {
    401: "auth",
    402: "no_credit",
    403: "forbidden",
    404: "unknown_model",
    407: "proxy",
    408: "server",
    409: "server",
    413: "too_large",
    429: "rate_limited",
    503: "overloaded",
    529: "overloaded",
}

_TOO_LARGE: Final = re.compile(
    r"(?:prompt|input|request|context|conversation)\b.{0,60}\b(?:too (?:long|large)"
    r"|exceeds?\b.{0,40}\b(?:context|maximum|limit|window|size))"
    r"|exceeds?\b.{0,40}\bcontext\b|context (?:length|window|size)\b.{0,40}\bexceed"
    r"|maximum context length|too many (?:input |prompt )?tokens"
)
"""Words that say that the prompt is larger than the model's window."""
_OUTPUT_CAP: Final = re.compile(
    r"max_(?:completion_|output_|new_)?tokens.{0,60}(?:>|maximum|at most|too (?:large|high|big)"
    r"|exceed|less than|must be (?:<|at most))"
    r"|maximum (?:allowed )?(?:number of )?(?:output|completion) tokens"
)
"""Words that say that more output was requested than the model can write."""


def classify(status: int | None, error_type: str | None, code: str | None, message: str) -> Kind:
    """The kind of an error answer: by its code, then its type, then its status.

    If a request is too large for the model, servers answer with a plain bad request. In that case
    the words decide.
    """
    if code and ("too_long" in code or "too_large" in code or "context_length" in code):
        return "too_large"
    if code and ("credit" in code or "spend_limit" in code):
        return "no_credit"
    kind = _BY_TYPE.get(error_type or "")
    if kind is None:
        kind = _by_status(status)
    if kind == "bad_request":
        return _by_words(message.lower())
    return kind


def _by_words(message: str) -> Kind:
    """The kind of a bad request, by the words that the Messages API and similar servers use."""
    if "credit balance" in message:
        return "no_credit"
    if _TOO_LARGE.search(message):
        return "too_large"
    return "output_cap" if _OUTPUT_CAP.search(message) else "bad_request"


def refused_unbilled(kind: str, status: int | None) -> bool:
    """Whether an error answer proves that nothing was generated, so that nothing is billed.

    A gateway that fails or times out (500, 502, 504) may have a model working behind it.
    """
    if kind in ("rate_limited", "overloaded"):
        return True
    return status is not None and 300 <= status < 500 and status != 408


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The wait that a server asks for, in seconds, or `None`.

    It may give a time (RFC 9110, 10.2.3).

    A time is compared with the server's own clock if it sent one, since ours may be wrong.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) * scale
        except ValueError:
            until = _http_date(value)
            if until is None:
                continue
            since = _http_date(headers.get("date", "")) or now or datetime.now(UTC)
            seconds = max(0.0, (until - since).total_seconds())
        if 0 <= seconds < float("inf"):
            return seconds
    return None


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _by_status(status: int | None) -> Kind:
    if status is None:
        return "server"
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return "server"
    return "bad_stream" if status < 400 else "bad_request"
