"""A check that an edit did not pass: data only. `present/checks.py` puts it into words."""

from __future__ import annotations

from typing import Literal

from tierwise.core.dataclass import dataclass

CheckKey = Literal[
    "empty", "scope", "cut", "garbled", "parse", "elided", "rename", "place", "verify"
]
"""Groups of checks, as the ledger counts them."""
CheckCode = Literal[
    "said", "no_change", "blank_only", "beyond", "cut_off", "ended_early", "unreadable",
    "empties", "unparsed", "elided", "repeats", "not_documentation", "name_missing",
    "name_used_elsewhere", "name_still_there", "more_than_rename", "command_refused",
    "empty_answer", "name_taken", "unlike_selection", "several_versions", "other_file",
    "repeats_around", "beyond_selection", "code_left_out", "lines_lost", "file_exists",
    "file_missing", "lines_ambiguous", "lines_missing", "rename_missing", "rename_exists",
    "delete_missing", "delete_for_good", "no_document", "no_place", "nothing_selected",
    "mixed_forms", "placeholder_changed", "no_file_named", "file_unreadable", "outside_workspace",
    "no_tested_file", "tests_unreadable",
]  # fmt: skip
"""What exactly did not pass."""


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """A check that failed.

    `about` is the name its message contains: a program, or a problem's name.

    `detail` may quote the output of a tool, so it is shown beside the proposal and nowhere else.
    """

    key: CheckKey
    code: CheckCode
    about: str = ""
    detail: str = ""
