"""The edits that the editor is asked to make in order to apply a proposal or to undo it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range
from tierwise.core.errors import BadRequest
from tierwise.core.views import FileChange, TextChange
from tierwise.edits.offer import Turnover, asked
from tierwise.edits.proposal import FileEdit, Proposal
from tierwise.present import paths
from tierwise.tasks.proposing.places import Places
from tierwise.tasks.window.window import Window

NOWHERE = Range(Position(0, 0), Position(0, 0))
"""The range of a change to a whole file."""


@dataclass
class Done:
    """What applying a proposal made, deleted and renamed, so that it can be undone. Changes of text
    are not in it: they are found again by where their hunks are.

    `created` has the text of each new file, `deleted` that of each removed one, by URI. `renamed`
    has pairs of old and new URI.
    """

    created: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    at_ms: int = 0
    undone: bool = False

    @property
    def only_text(self) -> bool:
        """Whether no file was made, moved or deleted."""
        return not (self.created or self.deleted or self.renamed)

    def took(self, change: FileChange, before: str) -> None:
        """Note that a change was applied. `before` is the text of the file before."""
        if change.kind == "create":
            self.created[change.uri] = change.edits[0].new_text
        elif change.kind == "delete":
            self.deleted[change.uri] = before
        elif change.kind == "rename" and change.to_uri is not None:
            self.renamed.append((change.uri, change.to_uri))

    def took_back(self, change: FileChange) -> None:
        """Note that a file was made, removed or renamed to undo what was done before."""
        if change.kind == "delete":
            self.created.pop(change.uri, None)
        elif change.kind == "create":
            self.deleted.pop(change.uri, None)
        elif change.kind == "rename" and change.to_uri is not None:
            self.renamed.remove((change.to_uri, change.uri))

    def holds(self, file: FileEdit) -> bool:
        """Whether this file was made, renamed or removed, and that was not undone."""
        names = {*self.created, *self.deleted, *(old for old, _ in self.renamed)}
        return file.uri in names


@dataclass(frozen=True)
class Wish:
    """The edit that the editor is asked to make: its changes in their order, and the resulting
    texts.

    `texts` has, by the URI of each document whose text changes, the text before and the text that
    the changes make. `left` names the files in which something is not undone, because they changed
    since.
    """

    changes: tuple[FileChange, ...]
    texts: dict[str, tuple[str, Turnover]] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def fitting(proposal: Proposal, places: Places, window: Window) -> frozenset[str]:
    """The ids of the pending hunks that can be applied to the present documents."""
    states, found = places.states(), set()
    for file in proposal.files:
        pending = [h.id for h in file.hunks if h.state == "pending"]
        if file.kind == "text":
            found |= {i for i in pending if states.get(i) == "pending" and there(file.uri, window)}
        elif pending and fits(file, window):
            found |= set(pending)
    return frozenset(found)


def tried(
    proposal: Proposal, ids: Collection[str], places: Places
) -> Mapping[str, tuple[str | None, str]] | None:
    """The texts of the files if these hunks were applied, by URI.

    Each value is the present text (None for a new file) and the new one. The result is None if a
    file has none of these hunks, or is to be renamed or removed.
    """
    found: dict[str, tuple[str | None, str]] = {}
    for file in proposal.files:
        wanted = [hunk.id for hunk in file.hunks if hunk.id in ids]
        if file.kind == "create" and wanted:
            found[file.uri] = None, file.after
        elif file.kind == "text" and wanted:
            held = places.files[file.uri]
            found[file.uri] = held.text, asked(held.text, tuple(held.current()), wanted).after
        else:
            return None
    return found or None


def changes(
    proposal: Proposal, ids: Collection[str], places: Places, window: Window
) -> tuple[FileChange, ...]:
    """The changes of files that apply these hunks, in the order in which they must be made. Every
    hunk must fit (see `fitting`).
    """
    found = []
    for file in proposal.files:
        wanted = [h.id for h in file.hunks if h.id in ids]
        if not wanted:
            continue
        version = None if file.kind == "create" else version_of(file.uri, window)
        edits: tuple[TextChange, ...] = ()
        if file.kind == "create":
            edits = (TextChange(NOWHERE, file.after),)
        elif file.kind == "text":
            placed = places.placed(file.uri)
            spots = [placed[i] for i in wanted if i in placed]
            edits = tuple(TextChange(spot.range, spot.new_text) for spot in spots)
        confirm = file.confirm or (paths.unasked([file.path]) if file.unasked else None)
        found.append(FileChange(file.uri, file.kind, version, edits, file.to_uri, confirm))
    return tuple(found)


def to_apply(proposal: Proposal, ids: Collection[str], places: Places, window: Window) -> Wish:
    """The edit that the editor is asked to make so that these hunks, which all fit, are applied."""
    made, texts = [], {}
    for change in changes(proposal, ids, places, window):
        if change.kind == "text":
            before = places.files[change.uri].text
            texts[change.uri] = before, places.ask(change.uri, ids)[0]
        made.append(change)
    return Wish(tuple(made), texts)


def to_undo(proposal: Proposal, done: Done, places: Places, window: Window) -> Wish:
    """The edit that the editor is asked to make so that what was applied is undone. A hunk or
    a whole file that changed since is left as it is, and `left` names its file.
    """
    made: list[FileChange] = []
    texts: dict[str, tuple[str, Turnover]] = {}
    left: list[str] = []
    states = places.states()
    for file in proposal.files:
        applied = {h.id for h in file.hunks if h.state == "applied"}
        if file.kind != "text" or not applied:
            continue
        back = {i for i in applied if states.get(i) == "applied"}
        back = back if there(file.uri, window) else set()
        if back != applied:
            left.append(name(file.uri))
        if back:
            before = places.files[file.uri].text
            wanted, edits = places.ask(file.uri, back)
            texts[file.uri] = before, wanted
            changed = tuple(TextChange(span, text) for span, text in edits)
            made.append(FileChange(file.uri, "text", version_of(file.uri, window), changed))
    for uri, text in done.created.items():
        if not there(uri, window) or text_of(uri, window) != text:
            left.append(name(uri))
        else:
            made.append(FileChange(uri, "delete", version_of(uri, window)))
    for uri, to in reversed(done.renamed):
        if exists(uri, window) or not there(to, window):
            left.append(name(uri))
        else:
            made.append(FileChange(to, "rename", version_of(to, window), to_uri=uri))
    for uri, text in done.deleted.items():
        if exists(uri, window):
            left.append(name(uri))
        else:
            made.append(FileChange(uri, "create", None, (TextChange(NOWHERE, text),)))
    return Wish(tuple(made), texts, tuple(dict.fromkeys(left)))


def fits(file: FileEdit, window: Window) -> bool:
    """Whether a file can still be made, renamed or removed as proposed. A change of text always
    can.
    """
    try:
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
    except BadRequest:
        return False


def look(proposal: Proposal, places: Places, window: Window) -> bool:
    """Move the hunks of a proposal along to the present texts of its documents. Returns whether
    some hunk was lost, found again, applied or undone.
    """
    changed = False
    for uri in {file.uri for file in proposal.files if file.kind == "text"}:
        try:
            changed = places.look(window.documents.snapshot(uri)) or changed
        except BadRequest:
            continue
    return changed


def text_of(uri: str, window: Window) -> str:
    """The present text of a document. Raises `BadRequest` if it cannot be read."""
    return window.documents.snapshot(uri).text


def there(uri: str, window: Window) -> bool:
    """Whether a document can be read, from the editor or from disk."""
    try:
        return text_of(uri, window) is not None
    except BadRequest:
        return False


def version_of(uri: str, window: Window) -> int | None:
    """The editor's version of a document. None if it is not open."""
    try:
        return window.documents.snapshot(uri).version
    except BadRequest:
        return None


def exists(uri: str, window: Window) -> bool:
    """Whether the disk has something at a URI. False for a URI that is no local path."""
    local = window.confine.path_of(uri)
    return local is not None and local.exists()


def name(uri: str) -> str:
    """The last part of a URI, for a sentence."""
    return uri.rsplit("/", 1)[-1]
