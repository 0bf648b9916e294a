"""From an answer as read to the new text of every file it touches."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tierwise.context import secrets
from tierwise.core.actions import KINDS
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.errors import BadRequest
from tierwise.edits import whole
from tierwise.edits.answer import Delete, ReadAnswer, Rename, Replace
from tierwise.edits.place import NotFound, apply_block
from tierwise.edits.proposal import NewText
from tierwise.syntax import encoding
from tierwise.syntax.around import enclosing
from tierwise.syntax.positions import index_of
from tierwise.tasks.intake.requests import relative
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


class Misplaced(Exception):
    """An edit names a place that is not there.

    `sentence` completes a failed check and names nothing of the operator's; `detail` is the
    path it is about, for the screen alone.
    """

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail[:200]


def new_texts(
    task: Task, read: ReadAnswer, window: Window, *, growing: bool = False
) -> dict[str, NewText]:
    """What becomes of each file, by URI. Raises `Misplaced`.

    Of an answer that is `growing`, one fenced block replaces as much of the selection as it
    has come to, and the rest stays for the time being.
    """
    placing = _Placing(task, window, growing)
    if read.whole is not None:
        placing.whole(placing.restored(read.whole.text))
    for change in read.changes:
        match change:
            case Replace():
                placing.block(change)
            case Rename():
                placing.rename(change)
            case Delete():
                placing.delete(change)
    if task.scene.comment is not None and placing.texts:
        placing.without_comment()
    return placing.texts


@dataclass
class _Placing:
    """The files as they become, change by change."""

    task: Task
    window: Window
    growing: bool = False
    texts: dict[str, NewText] = field(default_factory=dict)
    near: tuple[int, int] | None = None
    """The lines of the selection in the new text of its file, to tell like places apart."""

    def __post_init__(self) -> None:
        span = self.task.scene.range
        self.near = (span.start.line, span.end.line) if span is not None else None
        self.roots = tuple(self.window.documents.roots())

    def block(self, given: Replace) -> None:
        uri, doc = self._find(given.path)
        known = self.texts.get(uri)
        if known is None:
            known = NewText(doc, self._shown(given.path, doc), doc.text if doc is not None else "")
        text = known.text if known.text is not None else ""
        if not given.old.strip("\n") and not given.others:
            if text.strip():
                raise Misplaced("a file to create is there already", known.path)
            new = self.restored(given.new)
            end = whole.line_end(doc.text) if doc is not None else "\n"
            self.texts[uri] = NewText(doc, known.path, new.replace("\n", end), known.to)
            return
        block = Replace(
            given.path,
            self.restored(given.old),
            self.restored(given.new),
            tuple((self.restored(a), self.restored(b)) for a, b in given.others),
        )
        focus = self.task.scene.focus
        here = focus is not None and uri == focus.uri
        try:
            done = apply_block(text, block, self.near if here else None)
        except NotFound as error:
            raise Misplaced(f"the lines to change are {error}", known.path) from None
        if here and self.near is not None:
            grown = done.end - done.start - done.was
            first, last = self.near
            first += grown if done.start + done.was <= first else 0
            self.near = (first, last + grown if done.start <= last else last)
        self.texts[uri] = NewText(doc, known.path, done.text, known.to)

    def rename(self, given: Rename) -> None:
        uri, doc = self._find(given.path)
        if doc is None:
            raise Misplaced("a file to rename is not there", given.path)
        to, there = self._find(given.to, exact=True)
        if there is not None and to != uri:
            raise Misplaced("a file to rename to is there already", given.to)
        known = self.texts.get(uri) or NewText(doc, self._shown(given.path, doc), doc.text)
        self.texts[uri] = NewText(doc, known.path, known.text, (to, given.to))

    def delete(self, given: Delete) -> None:
        uri, doc = self._find(given.path)
        if doc is None:
            raise Misplaced("a file to delete is not there", given.path)
        if doc.path is not None and not _comes_back(Path(doc.path)):
            raise Misplaced("a file to delete could not be brought back as it is", given.path)
        self.texts[uri] = NewText(doc, self._shown(given.path, doc), None)

    def whole(self, text: str) -> None:
        """What one fenced block alone means for this action."""
        kind = KINDS[self.task.request.action]
        if kind.elsewhere:
            uri, path, doc = self._test_file()
            self.texts[uri] = NewText(doc, path, whole.joined(doc.text if doc else "", text))
            return
        focus = self.task.scene.focus
        if focus is None:
            raise Misplaced("there is no document to put the code into")
        span = target(self.task)
        if span is None:
            raise Misplaced("nothing is selected that the answer could replace")
        if self.growing and kind.replaces:
            text = whole.grown(index_of(focus.text).slice(span), text)
        after = whole.replaced(focus.text, span, text)
        self.texts[focus.uri] = NewText(focus, relative(focus, self.roots), after)

    def without_comment(self) -> None:
        """Applying what a `tw:` comment says removes the comment."""
        focus, comment = self.task.scene.focus, self.task.scene.comment
        if focus is None or comment is None:
            return
        line = index_of(focus.text).slice(comment)
        known = self.texts.get(focus.uri)
        known = known or NewText(focus, relative(focus, self.roots), focus.text)
        if known.text is not None and known.text.count(line) == 1:
            self.texts[focus.uri] = NewText(
                focus, known.path, known.text.replace(line, ""), known.to
            )

    def restored(self, text: str) -> str:
        """The text with the secrets that were taken out before sending."""
        pack = self.task.run.pack
        found = secrets.restore(text, pack.secrets if pack is not None else ())
        if found is None:
            raise Misplaced("a secret's placeholder was changed")
        return found

    def _shown(self, path: str, doc: Snapshot | None) -> str:
        return relative(doc, self.roots) if doc is not None else path

    def _find(self, path: str, *, exact: bool = False) -> tuple[str, Snapshot | None]:
        """The document a change names: one of the task's, else a file of the workspace."""
        documents = self.task.scene.documents
        focus = self.task.scene.focus
        if not path:
            if focus is None:
                raise Misplaced("a block does not say which file it is about")
            return focus.uri, focus
        for uri, doc in documents.items():
            if path in (relative(doc, self.roots), doc.path, uri):
                return uri, doc
        named = [
            (uri, doc)
            for uri, doc in documents.items()
            if not exact and PurePosixPath(relative(doc, self.roots)).name == path
        ]
        if len(named) == 1:
            return named[0]
        local = self.window.confine.path_of(path)
        if local is None:
            raise Misplaced("the edit reaches outside the workspace", path)
        uri = local.as_uri() if local.is_absolute() else Path.cwd().joinpath(local).as_uri()
        if not local.exists():
            return uri, None
        try:
            return uri, self.window.documents.snapshot(uri)
        except BadRequest as error:
            raise Misplaced("a file to change cannot be read", error.message) from None

    def _test_file(self) -> tuple[str, str, Snapshot | None]:
        """The test file of the focus: `tests/test_x.py` for `x.py`, `x.test.ts` and so on."""
        focus = self.task.scene.focus
        if focus is None or focus.path is None:
            raise Misplaced("there is no file to write tests for")
        own = PurePosixPath(relative(focus, self.roots))
        if own.name.startswith("test_") or ".test." in own.name or own.stem.endswith("_test"):
            return focus.uri, own.as_posix(), focus
        home = Path(focus.path).parent
        base = next((r for r in self.roots if Path(focus.path).is_relative_to(r)), home)
        if own.suffix == ".py":
            wanted = PurePosixPath("tests") / f"test_{own.stem}.py"
        elif own.suffix == ".go":
            wanted = own.with_name(f"{own.stem}_test.go")
        else:
            wanted = own.with_name(f"{own.stem}.test{own.suffix}")
        if not self.roots:
            wanted = PurePosixPath(wanted.name)
        uri = (base / wanted).as_uri()
        doc = self.window.documents.snapshot(uri) if (base / wanted).exists() else None
        return uri, wanted.as_posix(), doc


def target(task: Task) -> Range | None:
    """The range that one fenced block replaces; None where there is nothing to replace."""
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


def _comes_back(path: Path) -> bool:
    """Whether a file can be made again from its text: undo makes it as UTF-8."""
    try:
        return encoding.decode(path.read_bytes())[1] == "utf-8"
    except (OSError, encoding.NotText):
        return False
