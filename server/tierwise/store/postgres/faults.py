"""Sorts the errors of a PostgreSQL server into faults of the ledger.

The classes of its error codes are those of PostgreSQL's manual, appendix A.
"""

from __future__ import annotations

import re
import sys
from typing import Final

from tierwise.core.error_reason import ErrorCode, ErrorReason
from tierwise.core.errors import LedgerUnavailable

_BY_CODE: Final[dict[str, ErrorCode]] = {
    "25006": "server_readonly",
    "3D000": "server_denied",
    "40001": "server_busy",
    "40P01": "server_busy",
    "42501": "server_denied",
    "53100": "server_full",
    "53300": "server_busy",
    "55P03": "server_busy",
    "57014": "server_busy",
    "57P01": "server_away",
    "57P02": "server_away",
    "57P03": "server_away",
}

_BY_CLASS: Final[dict[str, ErrorCode]] = {
    "08": "server_away",
    "25": "server_away",
    "28": "server_denied",
    "53": "server_full",
    "57": "server_away",
    "58": "server_unusable",
    "XX": "server_unusable",
}


_NOT_YET: Final = re.compile("starting up|shutting down|recovery|accepting")
_FULL: Final = re.compile("too many|slots")
"""Words in the message of a server that refuses a log-in. Servers write English by default."""


def fault_of(error: BaseException) -> ErrorCode | None:
    """The fault of the server that an error is; None for an error of the statement or
    its caller.
    """
    psycopg = sys.modules.get("psycopg")
    cause = getattr(error, "orig", None) or error
    if psycopg is None or not isinstance(cause, psycopg.Error):
        return "server_away" if isinstance(cause, OSError) else None
    code = cause.sqlstate
    if code is None:
        away = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
        return _of_a_log_in(str(cause)) if away else None
    return _BY_CODE.get(code) or _BY_CLASS.get(code[:2])


def _of_a_log_in(said: str) -> ErrorCode:
    """The fault when no connection was made.

    Such an error has no code, only the server's message.
    """
    if "FATAL:" not in said or _NOT_YET.search(said):
        return "server_away"
    return "server_busy" if _FULL.search(said) else "server_denied"


def unavailable(fault: ErrorCode) -> LedgerUnavailable:
    """The error that refuses a paid call for this fault."""
    return LedgerUnavailable(ErrorReason(fault))
