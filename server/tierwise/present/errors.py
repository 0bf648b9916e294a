"""Errors in one sentence each: what is wrong and what the operator can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tierwise.core.error_reason import ErrorCode
from tierwise.core.errors import ModelError, TierwiseError
from tierwise.present import pause

NO_CALL: Final = "so no paid call is made"

WORDS: Final[Mapping[ErrorCode, str]] = {
    "reservation_lapsed": "What was set aside for this call was given back while the window stood"
    " still, so the call was not made. Ask again.",
    "task_id_used_up": "This task's id was used too often. Ask again as a new task.",
    "unknown_zone": "There is no time zone '{name}'. Correct budget.timezone, for example"
    " 'Europe/Berlin'. Until then no paid call is made.",
    "disk_full": "The disk is full, so the ledger cannot be written and no paid call is made."
    " Free some space; work goes on by itself.",
    "state_readonly": "The state folder is read-only, so the ledger cannot be written and no paid"
    " call is made. Make it writable or set TIERWISE_STATE_DIR.",
    "ledger_busy": f"Another program holds the ledger, {NO_CALL}. Close it, then try again.",
    "ledger_damaged": f"The ledger is damaged and could not be restored, {NO_CALL}."
    " Move ledger.db out of the state folder to begin a new one.",
    "state_unusable": f"The state folder cannot be used, {NO_CALL}."
    " Set TIERWISE_STATE_DIR to a folder that can be written.",
    "ledger_unusable": f"The ledger cannot be used (the log says why), {NO_CALL}.",
    "ledger_held": f"Another window has held the ledger for {{seconds:g}} s, {NO_CALL}."
    " Close the window that hangs, then try again.",
    "ledger_newer": "The ledger was written by a newer Tierwise, so this one only reads it and"
    " makes no paid call. Update Tierwise.",
    "ledger_closed": f"The ledger is closed, {NO_CALL}.",
    "no_locks": f"The state folder lies on {{kind}}, where files cannot be locked, {NO_CALL}."
    " Set TIERWISE_STATE_DIR to a folder on a local disk.",
    "untrusted": "This workspace is not trusted, so Tierwise will not send anything to a model.",
}
"""Sentences by code; those about money are in `pause.py`."""


def sentence(error: TierwiseError) -> str:
    """The error as it is shown."""
    reason = error.reason
    if isinstance(reason, str):
        return reason
    if reason.code in pause.WORDS:
        return pause.why(reason)
    return WORDS[reason.code].format_map(reason.args)


def with_dear_stand_in(error: ModelError, stand_in: str) -> str:
    """Why a call failed, and that the tier which could stand in does not fit the budget."""
    return f"{sentence(error)} {stand_in} does not fit the budget."
