"""Turns an answer, once it is read, into the new text of every file it changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from tierwise.context import secrets
from tierwise.core.actions import KINDS
from tierwise.core.check import CheckCode
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range, Snapshot
from tierwise.edits import added, renamed, standin, whole
from tierwise.edits.answer import Delete, ReadAnswer, Rename, Replace
from tierwise.edits.imports import replaces
from tierwise.edits.likeness import Asked
from tierwise.edits.marks import shows_blocks
from tierwise.edits.outside import changes_outside, doubt_of
from tierwise.edits.place import NotFound, apply_block, insertion, is_done
from tierwise.edits.proposal import NewText
from tierwise.syntax import encoding
from tierwise.syntax.around import enclosing
from tierwise.syntax.languages import of_path
from tierwise.syntax.positions import index_of, split_lines
from tierwise.syntax.symbols import occurrences
from tierwise.tasks.proposing import test_file
from tierwise.tasks.proposing.paths import Paths, Unreadable
from tierwise.tasks.proposing.placement_error import PlacementError
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


@dataclass(frozen=True, slots=True)
class NewTexts:
    """The new content of every file that an answer changes, by URI. `doubt` is the code of a check
    that the answer failed, None if it failed none.
    """

    texts: dict[str, NewText]
    doubt: CheckCode | None = None


def new_texts(
    task: Task, read: ReadAnswer, window: Window, *, growing: bool = False, chosen: bool = False
) -> NewTexts:
    """The new texts that an answer makes. Raises `PlacementError` if an edit cannot be placed.

    While an answer is `growing`, one fenced block replaces only as much of the selection as it has
    reached. The rest stays for now. `chosen` says that the operator picked the code and its place,
    so that it need not resemble what it replaces.
    """
    placing = _Placing(task, window, growing, chosen)
    if read.fences:
        placing.fences(read)
    elif not read.changes:
        placing.unfenced(read)
    for change in read.changes:
        try:
            match change:
                case Replace():
                    placing.block(change)
                case Rename():
                    placing.rename(change)
                case Delete():
                    placing.delete(change)
        except PlacementError:
            if not placing.gives_up(change.path):
                raise
    if task.scene.comment is not None and placing.texts:
        placing.without_comment()
    return NewTexts(placing.texts, placing.doubt)


_WISH: Final = re.compile(r"^\s*\W{1,6}\s*tw:")


@dataclass
class _Placing:
    """The files during placing: each change of the answer is applied to them in turn."""

    task: Task
    window: Window
    growing: bool = False
    chosen: bool = False
    texts: dict[str, NewText] = field(default_factory=dict)
    doubt: CheckCode | None = None
    inserted: set[tuple[str, tuple[int, tuple[str, ...]]]] = field(default_factory=set)
    """The lines that blocks inserted without changing others, with their URI and place. A block
    that inserts the same lines at the same place again is skipped.
    """
    left: set[str] = field(default_factory=set)
    """Files that are not changed, although a change of many files included them."""
    near: tuple[int, int] | None = None
    """The lines of the selection in the new text of its file. They tell equal places apart."""

    def __post_init__(self) -> None:
        span = self.task.scene.range
        if span is not None:
            open_end = span.end.character == 0 and span.end.line > span.start.line
            self.near = (span.start.line, span.end.line - open_end)
        self.paths = Paths(self.task, self.window)
        self.roots = self.paths.roots

    def gives_up(self, path: str) -> bool:
        """Leave a file unchanged because an edit of it has no place, if the request changes many
        files.

        The other files are still changed. Returns whether the file was left. False for any other
        request, for the request's own file, and for a file that does not exist.
        """
        pack, focus = self.task.run.pack, self.task.scene.focus
        if pack is None or not any(item.changes for item in pack.items):
            return False
        uri, doc = self._find(path)
        if doc is None or (focus is not None and uri == focus.uri):
            return False
        self.texts.pop(uri, None)
        self.left.add(uri)
        return True

    def block(self, given: Replace) -> None:
        creates = not given.old.strip("\n") and not given.others
        uri, doc = self._find(given.path, new=creates)
        if uri in self.left:
            return
        known = self.texts.get(uri)
        if known is None:
            known = NewText(doc, self._shown(given.path, doc), doc.text if doc is not None else "")
        text = known.text if known.text is not None else ""
        if creates:
            if text.strip():
                raise PlacementError("file_exists", known.path)
            new = self.restored(given.new, doc)
            end = whole.line_end(doc.text) if doc is not None else "\n"
            self.texts[uri] = NewText(doc, known.path, new.replace("\n", end), known.to)
            return
        if doc is None and uri not in self.texts:
            raise PlacementError("file_missing", given.path)
        block = Replace(
            given.path,
            self.restored(given.old, doc),
            self.restored(given.new, doc),
            tuple((self.restored(a, doc), self.restored(b, doc)) for a, b in given.others),
        )
        focus = self.task.scene.focus
        here = focus is not None and uri == focus.uri
        language = doc.language if doc is not None else of_path(known.path)
        if doc is not None and (added_at := insertion(doc.text, block, language)) is not None:
            if (uri, added_at) in self.inserted:
                return
            self.inserted.add((uri, added_at))
        try:
            done = apply_block(text, block, self.near if here else None, language)
        except NotFound as error:
            if doc is not None and is_done(doc.text, text, block, language):
                return
            raise PlacementError(error.code, known.path) from None
        if here and self.near is not None:
            grown = done.end - done.start - done.was
            first, last = self.near
            first += grown if done.start + done.was <= first else 0
            self.near = (first, last + grown if done.start <= last else last)
        self.texts[uri] = NewText(doc, known.path, done.text, known.to)

    def rename(self, given: Rename) -> None:
        uri, doc = self._find(given.path)
        if doc is None:
            raise PlacementError("rename_missing", given.path)
        to, there = self._find(given.to, new=True)
        if there is not None and to != uri:
            raise PlacementError("rename_exists", given.to)
        known = self.texts.get(uri) or NewText(doc, self._shown(given.path, doc), doc.text)
        self.texts[uri] = NewText(doc, known.path, known.text, (to, given.to))

    def delete(self, given: Delete) -> None:
        uri, doc = self._find(given.path)
        if doc is None:
            raise PlacementError("delete_missing", given.path)
        if doc.path is not None and not _comes_back(Path(doc.path)):
            raise PlacementError("delete_for_good", given.path)
        self.texts[uri] = NewText(doc, self._shown(given.path, doc), None)

    def fences(self, read: ReadAnswer) -> None:
        """Place the fenced blocks of an answer as the action demands: over the selection, in the
        file of the tests, or at the cursor.
        """
        kind, focus = KINDS[self.task.request.action], self.task.scene.focus
        try:
            if kind.replaces:
                self._stand_in(read)
                return
            language = focus.language if focus is not None else None
            fence, imports = standin.of_kind(read.fences, language)
        except standin.NoStandIn as error:
            raise PlacementError(error.code) from None
        if kind.elsewhere:
            uri, path, doc = test_file.find(focus, self.paths, self.task.run.test_path)
            text = self.restored(fence.text, doc)
            before = doc.text if doc else ""
            after = added.joined(before, text, of_path(path), imports)
            if changes_outside(before, after, 0, 0, adds=True):
                self.doubt = "beyond_selection"
            self.texts[uri] = NewText(doc, path, after)
            return
        if focus is None:
            raise PlacementError("no_document")
        if fence.path and self.paths.is_foreign(fence.path):
            raise PlacementError("other_file", fence.path)
        text, span = self.restored(fence.text, focus), target(self.task)
        if span is not None and span.start == span.end:
            at = span.start
            after = added.generated(focus.text, at, text, focus.language, imports)
            if changes_outside(focus.text, after, at.line, at.line + 1, adds=True):
                self.doubt = "beyond_selection"
        elif span is not None:
            after = whole.replaced(focus.text, span, text, focus.language)
        else:
            raise PlacementError("no_place")
        self.texts[focus.uri] = NewText(focus, self.paths.shown(focus), after)

    def _stand_in(self, read: ReadAnswer) -> None:
        """Put the fenced block that replaces the selection in its place."""
        focus, span = self.task.scene.focus, target(self.task)
        if focus is None:
            raise PlacementError("no_document")
        if span is None:
            raise PlacementError("nothing_selected")
        fence = read.fences[0]
        if self.growing:
            text = whole.grown(index_of(focus.text).slice(span), fence.text)
        elif self.chosen:
            text = fence.text
        else:
            asked = self._asked(focus, span)
            found = standin.unfenced(read.text, asked) if _prose(focus) else None
            found = found or standin.choose(
                read.fences, read.outer, read.prose, asked, self.paths.is_foreign,
                self.task.request.instruction,
            )  # fmt: skip
            left = found.left or replaces(split_lines(focus.text), found.imports)
            self.doubt = "code_left_out" if left else "lines_lost" if found.drops else None
            self._put(focus, found.span, found.fence.text, found.imports)
            return
        self._put(focus, span, text)

    def unfenced(self, read: ReadAnswer) -> None:
        """Place an answer that is only the new text of the selection, without a fence."""
        focus, span = self.task.scene.focus, target(self.task)
        if focus is None or span is None or not KINDS[self.task.request.action].replaces:
            return
        found = standin.unfenced(read.text, self._asked(focus, span))
        if found is not None:
            self._put(focus, found.span, found.fence.text)

    def _asked(self, focus: Snapshot, span: Range) -> Asked:
        return Asked(focus.text, focus.language, span, self._renames)

    def _renames(self, old: str, new: str) -> bool:
        """Whether one definition may replace another of a different name.

        It may if a rename to `new` was asked for, or if no other code of the request's documents
        uses the name `old`.
        """
        wish = renamed.wish(self.task.request.instruction)
        if wish is not None and wish.new == new:
            return True
        focus, span = self.task.scene.focus, target(self.task)
        if focus is None or span is None:
            return False
        index = index_of(focus.text)
        around = focus.text[: index.offset(span.start)] + focus.text[index.offset(span.end) :]
        others = [d.text for d in self.task.scene.documents.values() if d.uri != focus.uri]
        return not any(occurrences(old, text) for text in (around, *others))

    def _put(self, focus: Snapshot, span: Range, text: str, imports: Sequence[str] = ()) -> None:
        text = self.restored(text, focus)
        if shows_blocks(text) and not shows_blocks(index_of(focus.text).slice(span)):
            raise PlacementError("mixed_forms")
        after = whole.replaced(focus.text, span, text, focus.language)
        own = target(self.task)
        if own is not None and not self.growing:
            self.doubt = self.doubt or doubt_of(focus, after, text, own)
        after = added.with_imports(after, imports, focus.language)
        self.texts[focus.uri] = NewText(focus, self.paths.shown(focus), after)

    def without_comment(self) -> None:
        """Remove the `tw:` comment along with the edit that it asked for."""
        focus, comment = self.task.scene.focus, self.task.scene.comment
        if focus is None or comment is None:
            return
        line = index_of(focus.text).slice(comment)
        known = self.texts.get(focus.uri)
        known = known or NewText(focus, self.paths.shown(focus), focus.text)
        if known.text is not None and known.text.count(line) != 1:
            # A model that sees the comment may have changed it, as a rename does.
            wishes = [
                [x for x in split_lines(t) if _WISH.match(x)] for t in (focus.text, known.text)
            ]
            line = wishes[1][0] if [len(found) for found in wishes] == [1, 1] else line
        if known.text is not None and known.text.count(line) == 1:
            self.texts[focus.uri] = NewText(
                focus, known.path, known.text.replace(line, ""), known.to
            )

    def restored(self, text: str, doc: Snapshot | None) -> str:
        """A text of the answer with the secrets put back that were replaced before sending. Raises
        `PlacementError` if the answer changed one of their placeholders.
        """
        pack = self.task.run.pack
        own = doc.text if doc is not None else ""
        found = secrets.restore(text, pack.secrets if pack is not None else (), own)
        if found is None:
            raise PlacementError("placeholder_changed")
        return found

    def _shown(self, path: str, doc: Snapshot | None) -> str:
        return self.paths.shown(doc) if doc is not None else path

    def _find(self, path: str, *, new: bool = False) -> tuple[str, Snapshot | None]:
        """The URI and the document that a change names. Without a path it is the task's own one.

        The document is None if there is no such file. Raises `PlacementError` if the path leads
        nowhere or to a file that is no text.
        """
        focus = self.task.scene.focus
        if not path:
            if focus is None:
                raise PlacementError("no_file_named")
            return focus.uri, focus
        try:
            uri, doc = self.paths.find(path, new=new)
        except Unreadable as error:
            raise PlacementError("file_unreadable", str(error)) from None
        if not uri:
            raise PlacementError("outside_workspace", path)
        return uri, doc


def target(task: Task) -> Range | None:
    """The range that one fenced block replaces, or an empty range where it is inserted. None if
    there is nothing to replace.
    """
    focus, span = task.scene.focus, task.scene.range
    if focus is None:
        return None
    at = span.start if span is not None else Position(0, 0)
    if span is not None and (span.start != span.end or not KINDS[task.request.action].replaces):
        return span
    if not KINDS[task.request.action].replaces:
        return Range(at, at)
    symbol = enclosing(focus.text, focus.language, at)
    return symbol.range if symbol is not None else None


def _prose(doc: Snapshot) -> bool:
    """Whether a document may hold fences of its own."""
    return (doc.language or "") in ("markdown", "mdx", "restructuredtext", "quarto", "asciidoc")


def _comes_back(path: Path) -> bool:
    """Whether an undo could make this file again. It can only write files in UTF-8."""
    try:
        return encoding.decode(path.read_bytes())[1] == "utf-8"
    except (OSError, encoding.NotText):
        return False
