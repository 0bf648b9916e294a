"""What the disk or the database says, as one sentence for the operator."""

from __future__ import annotations

import errno
import sqlite3
from typing import Final, Literal

from tierwise.core.errors import LedgerUnavailable

Fault = Literal["full", "readonly", "busy", "damaged", "missing", "other"]

_SENTENCES: Final[dict[Fault, str]] = {
    "full": "The disk is full, so the ledger cannot be written and no paid call is made. "
    "Free some space; work goes on by itself.",
    "readonly": "The state folder is read-only, so the ledger cannot be written and no paid call "
    "is made. Make it writable or set TIERWISE_STATE_DIR.",
    "busy": "Another program holds the ledger, so no paid call is made. Close it, then try again.",
    "damaged": "The ledger is damaged and could not be restored, so no paid call is made. "
    "Move ledger.db out of the state folder to begin a new one.",
    "missing": "The state folder cannot be used, so no paid call is made. "
    "Set TIERWISE_STATE_DIR to a folder that can be written.",
    "other": "The ledger cannot be used (the log says why), so no paid call is made.",
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
    """Which fault of the disk or the database this is; `None` for any other error.

    Looks through SQLAlchemy's wrapper, whose `orig` is the driver's error.
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
    return LedgerUnavailable(_SENTENCES[fault])
