"""Words for failed checks, to follow "Haiku: ". They quote no code."""

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
    "unlike_selection": "the code of the answer does not stand for what was selected",
    "several_versions": "the answer offers several versions of what was selected",
    "other_file": "the code of the answer is for another file",
    "repeats_around": "the answer repeats lines around the selection",
    "beyond_selection": "the answer changes more than what was selected",
    "code_left_out": "the answer has more code than what was put into the file",
    "lines_lost": "the answer lacks lines of the selection",
    "file_exists": "a file to create is there already",
    "file_missing": "a file to change is not there",
    "lines_ambiguous": "the lines to change are in more than one place",
    "lines_missing": "the lines to change are not in the file",
    "rename_missing": "a file to rename is not there",
    "rename_exists": "a file to rename to is there already",
    "delete_missing": "a file to delete is not there",
    "delete_for_good": "a file to delete could not be brought back as it is",
    "no_document": "there is no document to put the code into",
    "no_place": "there is no place to put the code",
    "nothing_selected": "nothing is selected that the answer could replace",
    "mixed_forms": "the answer mixes code with search/replace blocks",
    "placeholder_changed": "a secret's placeholder was changed",
    "no_file_named": "a block does not say which file it is about",
    "file_unreadable": "a file to change cannot be read",
    "outside_workspace": "the edit reaches outside the workspace",
    "no_tested_file": "there is no file to write tests for",
    "tests_unreadable": "the test file cannot be read",
}
STUCK: Final = {
    "same call": "the same call failed three times",
    "errors": "three tool errors in a row",
    "red tests": "the tests stayed red after two edits",
    "taken back": "its own edit was taken back",
}
"""The signs that an agent is stuck, in words."""


def sentence(failed: FailedCheck) -> str:
    """What was wrong with an answer, by the check that it failed: "the answer is empty"."""
    return check(failed.code, failed.about)


def check(code: str, about: str = "") -> str:
    """The words for the code of a failed check. A text that is no code is returned as it is.

    `about` is put into the words, such as the name of a file.
    """
    words = {str(known): text for known, text in WORDS.items()}
    return words.get(code, code).replace("{about}", about)


def both(low: str, one: FailedCheck, high: str, other: FailedCheck) -> str:
    """What was wrong with the answers of two tiers to one task: `one` with that of the lower tier,
    `other` with that of the higher.
    """
    first, second = sentence(one), sentence(other)
    if first == second:
        return f"{label(low)} and {label(high)} alike: {second}"
    return f"{label(high)}: {second}; {label(low)}: {first}"
