"""Free checks on a proposal before it is shown: nothing is run, nothing is asked.

Each answers one question about the texts as they would be, in a shadow copy that exists in
memory alone. They are right about what they catch and blind to code that reads well and does
the wrong thing; `docs/verification.md` has the measured rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from tierwise.edits import elided, parses, renamed, scope, shadowed
from tierwise.edits.asked import AskedEdit, Failed
from tierwise.edits.lost import loses
from tierwise.edits.proposal import FileEdit, Proposal
from tierwise.syntax.positions import split_lines


def check(proposal: Proposal, asked: AskedEdit) -> tuple[Failed, ...]:
    """Every failed check of a proposal, the most telling first."""
    if asked.problem is not None:
        return of_problem(asked.problem)
    if not proposal.files:
        return (Failed("empty", "the answer changes nothing"),)
    failed = [f for file in proposal.files for f in _of_file(file, asked, proposal.files)]
    if _only_space(proposal, asked):
        failed.append(Failed("empty", "the answer changes only blank space"))
    failed += _rename(proposal, asked)
    if scope.beyond(proposal, asked):
        failed.append(Failed("scope", "the edit goes beyond what was asked for"))
    return tuple(dict.fromkeys(failed))


def of_problem(problem: str | None) -> tuple[Failed, ...]:
    """The failed check for what reading an answer found; () where it found nothing."""
    match problem:
        case None:
            return ()
        case "cut off":
            return (Failed("cut", "the answer was cut off"),)
        case "ended early":
            return (Failed("cut", "the answer ended before it was complete"),)
        case _:
            return (Failed("garbled", f"the answer could not be read ({problem})"),)


def _of_file(file: FileEdit, asked: AskedEdit, every: Sequence[FileEdit]) -> list[Failed]:
    if file.kind not in ("text", "create"):
        return []
    failed = []
    if not file.after.strip():
        failed.append(Failed("empty", "the edit would empty the file"))
    if parses.worse(file.before, file.after, file.language):
        failed.append(Failed("parse", "the edit did not parse"))
    lines = split_lines(file.before)
    changes = [(h.lines, lines[h.start : h.end]) for h in file.hunks]
    if elided.elided(file.before, changes, asked.instruction) or loses(file, asked, every):
        failed.append(Failed("elided", "the edit leaves code out"))
    if scope.repeats(file, asked):
        failed.append(Failed("scope", "the edit repeats code that is there already"))
    if asked.kind.elsewhere and shadowed.shadows(file.before, file.after, file.language):
        failed.append(Failed("scope", "the tests give a name again that their file has already"))
    if asked.kind.documentation_only and file.kind == "text" and scope.changes_code(file):
        failed.append(Failed("scope", "the edit changes code, not its documentation alone"))
    return failed


def _only_space(proposal: Proposal, asked: AskedEdit) -> bool:
    if asked.says(
        "format", "indent", "whitespace", "space", "blank", "tab", "lint", "style", "wrap"
    ):
        return False
    if asked.diagnostics or any(f.kind != "text" for f in proposal.files):
        return False
    return all(_squeezed(f.before) == _squeezed(f.after) for f in proposal.files)


def _squeezed(text: str) -> list[str]:
    """The lines of a text without blank ones and trailing blanks."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _rename(proposal: Proposal, asked: AskedEdit) -> list[Failed]:
    wish = renamed.wish(asked.instruction)
    if wish is None:
        return []
    texts = [f for f in proposal.files if f.kind == "text"]
    if renamed.missing(wish, {f.uri: f.after for f in texts}):
        return [Failed("rename", "the new name is nowhere in the edit")]
    failed = []
    if _left_behind(wish, proposal, asked):
        failed.append(Failed("rename", "the old name is still used in an attached file"))
    for file in texts:
        own = asked.span if file.uri == asked.focus else None
        lines = (own.start.line, own.end.line) if own is not None else None
        if renamed.still_there(wish, file.before, file.after, file.language, lines):
            failed.append(Failed("rename", "the old name is still there"))
        if renamed.more_than_names(wish, file.before, file.after, file.language):
            failed.append(Failed("scope", "the edit does more than the rename"))
    return failed


def _left_behind(wish: renamed.RenameWish, proposal: Proposal, asked: AskedEdit) -> bool:
    """Whether an attached file goes on using a name that the focus defined for others."""
    focus = asked.documents.get(asked.focus or "")
    if focus is None or not renamed.is_public(wish.old, focus.text, focus.language):
        return False
    touched = {file.uri for file in proposal.files}
    module = PurePosixPath(focus.path or focus.uri).name.split(".")[0]
    return any(
        renamed.uses_elsewhere(wish.old, doc.text, doc.language, module)
        for uri, doc in asked.documents.items()
        if uri in asked.attached and uri not in touched
    )
