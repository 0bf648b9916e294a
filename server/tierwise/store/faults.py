"""Sorts the errors of the disk and the database into six faults."""

from __future__ import annotations

import errno
import sqlite3
from typing import Final, Literal

from tierwise.core.error_reason import ErrorCode, ErrorReason
from tierwise.core.errors import LedgerUnavailable

Fault = Literal["full", "readonly", "busy", "damaged", "missing", "other"]

_REASONS: Final[dict[Fault, ErrorCode]] = {
    "full": "disk_full",
    "readonly": "state_readonly",
    "busy": "ledger_busy",
    "damaged": "ledger_damaged",
    "missing": "state_unusable",
    "other": "ledger_unusable",
}

_BY_ERRNO: Final[dict[int, Fault]] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "readonly",
    errno.EACCES: "readonly",
    errno.EPERM: "readonly",
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
    errno.EEXIST: "missing",
}

_BY_CODE: Final[dict[int, Fault]] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "readonly",
    sqlite3.SQLITE_PERM: "readonly",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_CANTOPEN: "missing",
}


def fault_of(error: BaseException) -> Fault | None:
    """The fault of the disk or the database that an error is; `None` for any other error.

    It looks through SQLAlchemy's wrapper, whose `orig` is the driver's error.
    """
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return None
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return _BY_CODE.get(code & 0xFF, "other") if isinstance(code, int) else "other"
    if isinstance(cause, OSError):
        return _BY_ERRNO.get(cause.errno or 0, "other")
    return None


def unavailable(fault: Fault) -> LedgerUnavailable:
    """The error that refuses a paid call for this fault."""
    return LedgerUnavailable(ErrorReason(_REASONS[fault]))
