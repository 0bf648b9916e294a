"""Each file as an edit leaves it, and whether another edit leaves the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tierwise.core.dataclass import dataclass
from tierwise.edits import offer
from tierwise.edits.proposal import FileEdit, Proposal, anchors
from tierwise.syntax.alike import alike


@dataclass(frozen=True, slots=True)
class FileResult:
    """A file after an edit: its text, None if it is gone, and its new URI if it was renamed."""

    text: str | None
    language: str | None
    to_uri: str | None = None


def proposed(proposal: Proposal) -> Mapping[str, FileResult]:
    """The files after a proposal, by their URI before it."""
    return _results(proposal.files)


def taken(proposal: Proposal) -> Mapping[str, FileResult]:
    """The files after the applied hunks; files without an applied hunk are left out."""
    files = [f for f in proposal.files if any(h.state == "applied" for h in f.hunks)]
    return _results(files, only_applied=True)


def same(
    one: Mapping[str, FileResult], other: Mapping[str, FileResult], *, remarks: bool = True
) -> bool:
    """Whether two edits make the same text of the same files, apart from formatting.

    If `remarks` is False, differences in comments do not matter either.
    """
    return one.keys() == other.keys() and all(
        _alike(made, other[uri], remarks) for uri, made in one.items()
    )


def _results(files: Sequence[FileEdit], *, only_applied: bool = False) -> Mapping[str, FileResult]:
    old = {f.to_uri: f.uri for f in files if f.kind == "rename" and f.to_uri is not None}
    made: dict[str, FileResult] = {}
    for file in files:
        uri = old.get(file.uri, file.uri)
        before = made.get(uri)
        match file.kind:
            case "delete":
                made[uri] = FileResult(None, file.language)
            case "rename":
                text = before.text if before is not None else file.after
                made[uri] = FileResult(text, file.language, file.to_uri)
            case _:
                made[uri] = FileResult(_text(file, only_applied), file.language)
    return made


def _text(file: FileEdit, only_applied: bool) -> str:
    """The new text of a file, or the text with the applied hunks alone."""
    applied = {hunk.id for hunk in file.hunks if hunk.state == "applied"}
    if file.kind == "create" or not only_applied or len(applied) == len(file.hunks):
        return file.after
    made = anchors(file)
    return offer.asked(made.text, made.spots, applied).after


def _alike(one: FileResult, other: FileResult, remarks: bool) -> bool:
    if one.to_uri != other.to_uri or (one.text is None) != (other.text is None):
        return False
    if one.text is None or other.text is None:
        return True
    return alike(one.text, other.text, one.language, remarks=remarks)
