"""Why something was refused or failed: data only. `present/errors.py` puts it into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from tierwise.core.dataclass import dataclass

ErrorCode = Literal[
    # money
    "on_hold", "calls_in_flight", "hour_used_up", "team_used_up", "no_budget", "budget_used_up",
    "too_dear",
    "too_dear_now", "not_agreed", "parts_too_dear", "parts_too_dear_now", "parts_not_agreed",
    "reservation_lapsed", "task_id_used_up", "calls_used_up",
    "unknown_zone",
    # the ledger
    "disk_full", "state_readonly", "ledger_busy", "ledger_damaged", "state_unusable",
    "ledger_unusable", "ledger_held", "ledger_newer", "ledger_closed", "no_locks",
    # the ledger on a server
    "server_away", "server_busy", "server_denied", "server_full", "server_readonly",
    "server_unusable", "store_url_unknown", "store_url_unsafe", "no_postgres_driver",
    # the configuration file
    "config_no_toml", "config_by_hand", "config_unwritable",
    # what may be sent, and to whom
    "untrusted",
    "binary", "selection_too_large", "kept_back", "kept_back_by_rules", "git_ignored",
    "outside_unasked", "no_key", "unknown_tier",
    # a call
    "call_failed", "no_part",
    # files
    "utf_32", "not_text", "unknown_encoding", "not_open", "file_too_large", "no_file",
    "cannot_be_read", "past_the_end",
    # what was asked of a task, an edit or the server
    "sent_not_kept", "unknown_outcome", "earlier_session", "task_id_taken", "override_of_what",
    "applied_already", "task_failed", "unknown_task_here", "unknown_task", "unreadable_task",
    "raise_not_positive",
    "no_cap", "block_unfinished", "block_empty", "block_without_file", "block_without_place",
    "block_unfit", "edit_growing", "unknown_hunk", "nothing_open", "unknown_edit", "file_changed",
    "being_applied", "nothing_to_undo", "no_file_open", "nothing_at_cursor", "nothing_to_read",
    "unknown_action",
    "nothing_to_commit", "git_missing", "git_slow", "no_repository", "bad_params", "explain_what",
    "unknown_command", "server_gone", "server_ended",
]  # fmt: skip
ErrorArg = str | int | float | None


@dataclass(frozen=True, slots=True)
class ErrorReason:
    """A code and what its words need: names, paths, counts, tokens, nano-dollars, seconds."""

    code: ErrorCode
    args: Mapping[str, ErrorArg] = field(default_factory=dict)

    @classmethod
    def of(cls, code: ErrorCode, /, **args: ErrorArg) -> ErrorReason:
        """A reason with its arguments by name."""
        return cls(code, args)
