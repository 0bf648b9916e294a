"""Free checks on a proposal before it is shown: no program is run and no model is called.

Each answers one question about the new texts, which exist in memory alone. What they report is
nearly always right, but they miss code that reads well and does the wrong thing.
`docs/verification.md` has the measured rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from tierwise.core.check import FailedCheck
from tierwise.edits import elided, parses, renamed, scope, shadowed
from tierwise.edits.asked import AskedEdit
from tierwise.edits.lost import loses
from tierwise.edits.proposal import FileEdit, Proposal
from tierwise.syntax.common import prefix, suffix
from tierwise.syntax.positions import split_lines


def check(proposal: Proposal, asked: AskedEdit) -> tuple[FailedCheck, ...]:
    """Every failed check of a proposal, each once: those of each file, then those of the whole."""
    if asked.problem is not None:
        return of_problem(asked.problem)
    if not proposal.files:
        return (FailedCheck("empty", "no_change"),)
    failed = [f for file in proposal.files for f in _of_file(file, asked, proposal.files)]
    if _only_space(proposal, asked):
        failed.append(FailedCheck("empty", "blank_only"))
    failed += _rename(proposal, asked)
    if scope.beyond(proposal, asked):
        failed.append(FailedCheck("scope", "beyond"))
    return tuple(dict.fromkeys(failed))


def of_problem(problem: str | None) -> tuple[FailedCheck, ...]:
    """The failed check for a problem found while reading an answer, such as that it was cut off; ()
    if there is none.
    """
    match problem:
        case None:
            return ()
        case "cut off":
            return (FailedCheck("cut", "cut_off"),)
        case "ended early":
            return (FailedCheck("cut", "ended_early"),)
        case _:
            return (FailedCheck("garbled", "unreadable", problem),)


def _of_file(file: FileEdit, asked: AskedEdit, every: Sequence[FileEdit]) -> list[FailedCheck]:
    if file.kind not in ("text", "create"):
        return []
    failed = []
    if not file.after.strip():
        failed.append(FailedCheck("empty", "empties"))
    if parses.worse(file.before, file.after, file.language):
        failed.append(FailedCheck("parse", "unparsed"))
    lines = split_lines(file.before)
    changes = [(h.lines, lines[h.start : h.end]) for h in file.hunks]
    if elided.elided(file.before, changes, asked.instruction) or loses(file, asked, every):
        failed.append(FailedCheck("elided", "elided"))
    if scope.repeats(file, asked):
        failed.append(FailedCheck("scope", "repeats"))
    if asked.kind.elsewhere and shadowed.shadows(file.before, file.after, file.language):
        failed.append(FailedCheck("scope", "name_taken"))
    if asked.kind.documentation_only and file.kind == "text" and scope.changes_code(file):
        failed.append(FailedCheck("scope", "not_documentation"))
    return failed


def _only_space(proposal: Proposal, asked: AskedEdit) -> bool:
    if asked.says(
        "format", "indent", "whitespace", "space", "blank", "tab", "lint", "style", "wrap"
    ):
        return False
    if asked.diagnostics or any(f.kind != "text" for f in proposal.files):
        return False
    return all(_same_but_space(f.before, f.after) for f in proposal.files)


def _same_but_space(before: str, after: str) -> bool:
    """Whether two texts differ in blank lines and trailing blanks alone."""
    same = before.rfind("\n", 0, prefix(before, after)) + 1
    end = before.find("\n", len(before) - suffix(before, after, same))
    tail = len(before) - end - 1 if end >= 0 else 0
    return _squeezed(before[same : len(before) - tail]) == _squeezed(
        after[same : len(after) - tail]
    )


def _squeezed(text: str) -> list[str]:
    """The lines of a text without blank ones and trailing blanks."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _rename(proposal: Proposal, asked: AskedEdit) -> list[FailedCheck]:
    wish = renamed.wish(asked.instruction)
    if wish is None:
        return []
    texts = [f for f in proposal.files if f.kind == "text"]
    if renamed.missing(wish, {f.uri: f.after for f in texts}):
        return [FailedCheck("rename", "name_missing")]
    failed = []
    if _left_behind(wish, proposal, asked):
        failed.append(FailedCheck("rename", "name_used_elsewhere"))
    for file in texts:
        own = asked.span if file.uri == asked.focus else None
        lines = (own.start.line, own.end.line) if own is not None else None
        if renamed.still_there(wish, file.before, file.after, file.language, lines):
            failed.append(FailedCheck("rename", "name_still_there"))
        if renamed.more_than_names(wish, file.before, file.after, file.language):
            failed.append(FailedCheck("scope", "more_than_rename"))
    return failed


def _left_behind(wish: renamed.RenameWish, proposal: Proposal, asked: AskedEdit) -> bool:
    """Whether an attached file, or one of the project, still uses a name that the focus renamed."""
    focus = asked.documents.get(asked.focus or "")
    if focus is None or not renamed.is_public(wish.old, focus.text, focus.language):
        return False
    touched = {file.uri for file in proposal.files}
    module = PurePosixPath(focus.path or focus.uri).name.split(".")[0]
    return any(
        renamed.uses_elsewhere(wish.old, doc.text, doc.language, module)
        for uri, doc in asked.documents.items()
        if (uri in asked.attached or uri in asked.shown) and uri not in touched
    )
