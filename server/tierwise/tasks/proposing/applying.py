"""Applying a proposal and taking it back: what goes to the editor, and what it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tierwise.core.document import Position, Range
from tierwise.core.errors import BadRequest, DocumentChanged
from tierwise.core.views import FileChange, TextChange
from tierwise.edits import diff
from tierwise.edits.proposal import FileEdit, Hunk, Placed, Proposal, place
from tierwise.edits.textual import applied
from tierwise.tasks.window.window import Window

_NOWHERE = Range(Position(0, 0), Position(0, 0))


@dataclass
class Done:
    """What was applied of a proposal, in the order in which it is taken back.

    `steps` holds, per URI, the text before and after each apply; `created` the new files,
    `deleted` the text of those that went, `renamed` the pairs of old and new URI.
    """

    steps: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    created: set[str] = field(default_factory=set)
    deleted: dict[str, str] = field(default_factory=dict)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    at_ms: int = 0
    undone: bool = False

    @property
    def anything(self) -> bool:
        return bool(self.steps or self.deleted or self.renamed)

    @property
    def only_text(self) -> bool:
        """Whether no file was made, moved or deleted."""
        return not (self.created or self.deleted or self.renamed)

    def took(self, change: FileChange, before: str) -> None:
        """A change was applied to a file that had the text `before`."""
        match change.kind:
            case "create":
                self.created.add(change.uri)
                self.steps[change.uri] = [("", change.edits[0].new_text)]
            case "delete":
                self.deleted[change.uri] = before
                self.steps.pop(change.uri, None)
            case "rename" if change.to_uri is not None:
                self.renamed.append((change.uri, change.to_uri))
                if change.uri in self.steps:
                    self.steps[change.to_uri] = self.steps.pop(change.uri)
            case _:
                after = applied(before, change.edits)
                self.steps.setdefault(change.uri, []).append((before, after))


def placed(proposal: Proposal, window: Window) -> Mapping[str, Placed | None]:
    """Where each pending hunk goes in the documents as they are; None where it does not fit."""
    found: dict[str, Placed | None] = {}
    for file in proposal.files:
        pending = [h for h in file.hunks if h.state == "pending"]
        try:
            fits = _fits(file, window)
            if file.kind == "text":
                found.update(place(file, text_of(file.uri, window)))
                continue
        except BadRequest:
            fits = False
        for hunk in pending:
            new = file.after if file.kind == "create" else ""
            found[hunk.id] = Placed(hunk, _NOWHERE, new) if fits else None
    return found


def changes(
    proposal: Proposal, ids: Sequence[str], where: Mapping[str, Placed | None], window: Window
) -> tuple[FileChange, ...]:
    """What some hunks do to the files, in the order in which it must be done."""
    wanted, found = set(ids), []
    for file in proposal.files:
        spots = [p for h in file.hunks if h.id in wanted and (p := where.get(h.id)) is not None]
        if not spots:
            continue
        if file.kind in ("rename", "delete"):
            found.append(FileChange(file.uri, file.kind, version_of(file.uri, window),
                                    to_uri=file.to_uri, confirm=file.confirm))  # fmt: skip
            continue
        version = None if file.kind == "create" else version_of(file.uri, window)
        edits = tuple(TextChange(p.range, p.new_text) for p in spots)
        found.append(FileChange(file.uri, file.kind, version, edits, confirm=file.confirm))
    return tuple(found)


def taken_back(done: Done, window: Window) -> tuple[FileChange, ...]:
    """The changes that take everything back. Raises `DocumentChanged` where a file changed."""
    found: list[FileChange] = []
    for uri, steps in done.steps.items():
        now = text_of(uri, window)
        if uri in done.created:
            if now != steps[-1][1]:
                raise DocumentChanged(f"{_name(uri)} changed since; undo it there.")
            found.append(FileChange(uri, "delete", version_of(uri, window)))
            continue
        found.append(_back(uri, steps, now, window))
    for uri, to in reversed(done.renamed):
        if exists(uri, window):
            raise DocumentChanged(f"There is another {_name(uri)} now; undo the rename by hand.")
        found.append(FileChange(to, "rename", version_of(to, window), to_uri=uri))
    for uri, text in done.deleted.items():
        if exists(uri, window):
            raise DocumentChanged(f"There is another {_name(uri)} now, so it is not brought back.")
        found.append(FileChange(uri, "create", None, (TextChange(_NOWHERE, text),)))
    return tuple(found)


def text_of(uri: str, window: Window) -> str:
    """The text of a document as it is. Raises `BadRequest` for one that is not there."""
    return window.documents.snapshot(uri).text


def version_of(uri: str, window: Window) -> int | None:
    """The editor's version of a document, None where it is not open."""
    try:
        return window.documents.snapshot(uri).version
    except BadRequest:
        return None


def exists(uri: str, window: Window) -> bool:
    """Whether there is a file of that name."""
    local = window.confine.path_of(uri)
    return local is not None and local.exists()


def _fits(file: FileEdit, window: Window) -> bool:
    match file.kind:
        case "create":
            return not exists(file.uri, window)
        case "delete":
            return text_of(file.uri, window) == file.before
        case "rename":
            here = text_of(file.uri, window) is not None
            return here and file.to_uri is not None and not exists(file.to_uri, window)
        case _:
            return True


def _back(uri: str, steps: Sequence[tuple[str, str]], now: str, window: Window) -> FileChange:
    """The change that takes every apply back, newest first, around what was typed since."""
    text = now
    for before, after in reversed(steps):
        spots = place(_edit(uri, after, before), text)
        if any(p is None for p in spots.values()):
            raise DocumentChanged(f"{_name(uri)} changed since; undo it there.")
        text = applied(
            text, [TextChange(p.range, p.new_text) for p in spots.values() if p is not None]
        )
    back = place(_edit(uri, now, text), now)
    edits = tuple(TextChange(p.range, p.new_text) for p in back.values() if p is not None)
    return FileChange(uri, "text", version_of(uri, window), edits)


def _edit(uri: str, before: str, after: str) -> FileEdit:
    hunks = tuple(
        Hunk(str(n), h.start, h.end, h.lines) for n, h in enumerate(diff.hunks(before, after), 1)
    )
    return FileEdit(uri, uri, "text", before, after, hunks)


def _name(uri: str) -> str:
    return uri.rsplit("/", 1)[-1]
