"""The words for each error: what is wrong, and what the operator can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tierwise.core.error_reason import ErrorCode
from tierwise.core.errors import ModelError, TierwiseError
from tierwise.present import failures, pause

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
    "server_away": f"The ledger's database server does not answer, {NO_CALL}. Start it or mend the"
    " way to it; work goes on by itself.",
    "server_busy": f"The ledger's database server is too busy, {NO_CALL}. Try again.",
    "server_denied": f"The ledger's database server refuses this user or database, {NO_CALL}."
    " Correct [store] url or TIERWISE_STORE_URL.",
    "server_full": f"The disk of the ledger's database server is full, {NO_CALL}. Free some space"
    " there; work goes on by itself.",
    "server_readonly": f"The ledger's database server is read-only, {NO_CALL}. Point [store] url to"
    " the one that can be written.",
    "server_unusable": f"The ledger's database server failed (the log says why), {NO_CALL}.",
    "store_url_unknown": f"[store] url is no address of a PostgreSQL database, {NO_CALL}. Write it"
    " like postgresql+psycopg://user@host/database.",
    "store_url_unsafe": f"[store] url reaches {{host}} without checking who answers, {NO_CALL}. Add"
    " ?sslmode=verify-full to it.",
    "no_postgres_driver": f"[store] url names a PostgreSQL database, whose driver is not installed,"
    f" {NO_CALL}. Run `pip install 'tierwise[team]'` with the pip of the environment that this"
    " program runs in (.venv/bin/pip in a clone).",
    "git_ignored": "{path} is ignored by git, so it is not sent without your yes.",
    "outside_unasked": "{path} lies outside the workspace, so it is not sent without your yes.",
    "kept_back": "{name} is kept back by {by}, so it is not sent.",
    "kept_back_by_rules": "{name} is kept back by the built-in rules ({by}), so it is not sent.",
    "sent_not_kept": "What was sent for task '{task}' is not kept.",
    "unknown_outcome": "There is no outcome '{kind}'.",
    "earlier_session": "This answer is from an earlier session. Insert the code, or ask again.",
    "task_id_taken": "There is a task '{task}' already.",
    "override_of_what": "An override for the scope '{scope}' needs to say which one.",
    "applied_already": "This task is applied. Undo it first, then redo it.",
    "calls_used_up": "It has used up its three model calls.",
    "task_failed": "Tierwise failed on this task; its log says why.",
    "unknown_task_here": "There is no task '{task}' in this window.",
    "unknown_task": "There is no task '{task}'.",
    "unreadable_task": "The ledger's row of task '{task}' is incomplete, so it cannot be shown."
    " Other tasks are not touched by it.",
    "raise_not_positive": "A raise is a positive amount.",
    "no_cap": "There is no cap on the {scope}, so there is nothing to raise.",
    "block_unfinished": "A block can be applied once its answer is there.",
    "block_empty": "There is no code in this block.",
    "block_without_file": "Open the file this code is for, or select what it replaces.",
    "block_without_place": "Select what this code replaces, or put the cursor where it belongs.",
    "block_unfit": "This block cannot be applied: {why}.",
    "edit_growing": "This edit is still being written.",
    "unknown_hunk": "There is no hunk '{hunk}' in this proposal.",
    "nothing_open": "Nothing of this proposal is open any more.",
    "unknown_edit": "There is no proposal '{edit}' in this window.",
    "file_changed": "The file changed under this proposal. Redo or discard it.",
    "being_applied": "This proposal is being applied right now.",
    "nothing_to_undo": "This proposal is not applied, so there is nothing to undo.",
    "no_file_open": "Open a file and select the code this is about.",
    "nothing_at_cursor": "Select the code this is about, or put the cursor into a function.",
    "nothing_to_read": "{name} is empty, so there is nothing to read. Open or attach a file.",
    "unknown_action": "There is no action '{action}'. Actions: {known}.",
    "past_the_end": "Line {line} is past the end of the file ({lines} lines).",
    "nothing_to_commit": "There is nothing to commit: git sees no change in this folder.",
    "git_missing": "git could not be run, so there is no change to describe.",
    "git_slow": "git did not answer within {seconds:.0f} seconds.",
    "no_repository": "This folder is no git repository, so there is no change to describe.",
    "binary": "{name} is binary, so it is not sent.",
    "selection_too_large": "The selection is about {tokens:,} tokens; select less than {most:,}"
    " tokens.",
    "bad_params": "The params do not fit: {where}: {problem}.",
    "explain_what": "The params do not fit: an action or the id of a task is needed.",
    "unknown_command": "There is no command {command}.",
    "not_open": "{name} is not open in the editor.",
    "file_too_large": "{name} is larger than {megabytes} MB.",
    "no_file": "There is no file {name}.",
    "cannot_be_read": "{name} cannot be read.",
    "utf_32": "{name} is UTF-32, so it is left alone.",
    "not_text": "{name} is not a text file.",
    "unknown_encoding": "{name} is neither UTF-8 nor UTF-16, so it is left alone; open it in the"
    " editor, which knows its encoding.",
    "no_key": "{tier} has no key. Set {variable} in the environment of the server, or choose the"
    " rehearsal model (rehearsal = true).",
    "unknown_tier": "There is no tier '{tier}'. Tiers: {known}.",
    "server_gone": "The server is gone.",
    "server_ended": "The server ended unexpectedly.",
    "config_no_toml": "The configuration file is no TOML. Mend it first.",
    "config_by_hand": "The line could not be placed without touching another one."
    ' Write {key} = "{word}" into the configuration file.',
    "config_unwritable": "{file} cannot be written: {why}. Make it writable, or set {key}"
    " there by hand.",
    "untrusted": "This workspace is not trusted, so Tierwise will not send anything to a model.",
    "no_part": "No part of this task was answered with an edit that can be used. Ask again, or"
    " change fewer files at once.",
}
"""The sentence of each code. Codes about money are in `pause.py`, those about calls in
`failures.py`.
"""


REQUEST_FAILS: Final = "Tierwise failed on this request; its log says why."


def sentence(error: TierwiseError) -> str:
    """The sentence that the operator reads about an error."""
    reason = error.reason
    if isinstance(reason, str):
        return reason
    if reason.code == "call_failed":
        return failures.sentence(reason.args)
    if reason.code in pause.WORDS:
        return pause.why(reason)
    return WORDS[reason.code].format_map(reason.args)


def with_dear_stand_in(error: ModelError, stand_in: str) -> str:
    """The sentence for a failed call whose replacement tier does not fit the budget."""
    return f"{sentence(error)} {stand_in} does not fit the budget."
