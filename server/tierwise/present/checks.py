"""Failed checks in words that complete "Haiku: ..."; they quote no code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tierwise.core.check import CheckCode, FailedCheck
from tierwise.present.names import label

WORDS: Final[Mapping[CheckCode, str]] = {
    "said": "{about}",
    "no_change": "the answer changes nothing",
    "blank_only": "the answer changes only blank space",
    "beyond": "the edit goes beyond what was asked for",
    "cut_off": "the answer was cut off",
    "ended_early": "the answer ended before it was complete",
    "unreadable": "the answer could not be read ({about})",
    "empties": "the edit would empty the file",
    "unparsed": "the edit did not parse",
    "elided": "the edit leaves code out",
    "repeats": "the edit repeats code that is there already",
    "not_documentation": "the edit changes code, not its documentation alone",
    "name_missing": "the new name is nowhere in the edit",
    "name_used_elsewhere": "the old name is still used in an attached file",
    "name_still_there": "the old name is still there",
    "more_than_rename": "the edit does more than the rename",
    "command_refused": "{about} refused the edit",
    "name_taken": "the tests give a name again that their file has already",
    "empty_answer": "the answer is empty",
}


def sentence(failed: FailedCheck) -> str:
    """What a check found, without its detail."""
    return check(failed.code, failed.about)


def check(code: str, about: str = "") -> str:
    """The same of a check by its code; what is no code is in words already."""
    words = {str(known): text for known, text in WORDS.items()}
    return words.get(code, code).replace("{about}", about)


def both(low: str, one: FailedCheck, high: str, other: FailedCheck) -> str:
    """What was wrong with the answers of two tiers; `other` is the higher tier's."""
    first, second = sentence(one), sentence(other)
    if first == second:
        return f"{label(low)} and {label(high)} alike: {second}"
    return f"{label(high)}: {second}; {label(low)}: {first}"
