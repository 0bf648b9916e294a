"""Follows one applied edit: from texts and times it finds what became of the edit.

It has no clock and no documents of its own, so that fifteen minutes are tested in a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.learning import survival
from tierwise.learning.survival import CHECKS_MS, Piece, Survival

SETTLE_MS: Final = 1_000
"""Milliseconds for which a text must be as before the edit until that counts as an undo. Between
two keystrokes of a rewrite it may be so for a moment."""

Kind = Literal["applied", "undone", "editedAfter", "survived"]
Read = Callable[[str], str | None]
"""A function that returns the text of a document by URI, open or on disk; None if there is none."""


@dataclass(frozen=True, slots=True)
class Event:
    """What became of the edit; `after_ms` counts from the apply.

    The value of "survived" and "editedAfter" is "four-gram/no-revert", two shares: "0.93/1.00".
    """

    kind: Kind
    after_ms: int
    value: str | None = None


@dataclass
class Followed:
    """A document that the edit changed: its last text, and where the edit's pieces are in it."""

    text: str
    pieces: tuple[Piece, ...]
    created: bool = False


@dataclass
class Watched:
    """Follows one applied proposal and says what became of it. Times are UTC milliseconds."""

    applied_ms: int
    files: dict[str, Followed] = field(default_factory=dict)
    undone: bool = False
    _edited: bool = False
    _check: int = 0
    _reverted_ms: int | None = None

    @property
    def due_ms(self) -> int | None:
        """When `tick` must be called next; None once the watch is over."""
        times = [self.applied_ms + CHECKS_MS[self._check]] if self._check < len(CHECKS_MS) else []
        if self._reverted_ms is not None:
            times.append(self._reverted_ms + SETTLE_MS)
        return min(times) if times and self.files else None

    def apply(
        self, uri: str, before: str, after: str, edits: Iterable[tuple[int, int, str]], now_ms: int
    ) -> None:
        """Note that edits were made in a document.

        `edits` are (start, end, new text) in `before`.
        """
        made = survival.pieces(edits, before)
        known = self.files.get(uri)
        earlier = survival.moved(known.pieces, known.text, after) if known else ()
        self.files[uri] = Followed(after, earlier + made)
        self._restart(now_ms)

    def create(self, uri: str, text: str, now_ms: int) -> None:
        """Note that the edit created a file."""
        self.files[uri] = Followed(text, (Piece(0, len(text), "", text),), created=True)
        self._restart(now_ms)

    def seen(self, uri: str, text: str, now_ms: int) -> None:
        """Compare the new text of a document with what the edit wrote."""
        file = self.files.get(uri)
        if file is None or file.text == text:
            return
        file.pieces, file.text = survival.moved(file.pieces, file.text, text), text
        if self._reverted() == self.undone:
            self._reverted_ms = None
        elif self._reverted_ms is None:
            self._reverted_ms = now_ms

    def taken_back(self) -> None:
        """Note that the edit was undone by command. The caller records that outcome itself."""
        self.undone, self._reverted_ms = True, None

    def renamed(self, old: str, new: str) -> None:
        """Follow a file to its new name."""
        if old in self.files:
            self.files[new] = self.files.pop(old)

    def within(self, uri: str, lines: range) -> bool:
        """Whether these lines, counted from 0, contain every piece of a document."""
        file = self.files.get(uri)
        if file is None or self.undone or not file.pieces:
            return False
        return all(
            file.text.count("\n", 0, p.start) >= lines.start
            and file.text.count("\n", 0, max(p.start, p.end - 1)) < lines.stop
            for p in file.pieces
        )

    def tick(self, now_ms: int, read: Read) -> list[Event]:
        """What became of the edit since the last call. Call it at `due_ms` or later.

        `read` gives the texts of documents, open or on disk.
        """
        self._look(now_ms, read)
        after, events = now_ms - self.applied_ms, []
        if self._reverted_ms is not None and now_ms >= self._reverted_ms + SETTLE_MS:
            self._reverted_ms, self.undone = None, not self.undone
            events.append(Event("undone" if self.undone else "applied", after))
        passed = self._check
        while self._check < len(CHECKS_MS) and after >= CHECKS_MS[self._check]:
            self._check += 1
        if passed == self._check or self.undone or self._reverted_ms is not None or not self.files:
            return events
        found = self.survival()
        shares = f"{found.four_gram:.2f}/{found.no_revert:.2f}"
        if not self._edited and not self._untouched():
            self._edited = True
            events.append(Event("editedAfter", after, shares))
        events.append(Event("survived", CHECKS_MS[self._check - 1], shares))
        return events

    def survival(self) -> Survival:
        """How much of the edit is left, over all its documents, weighted by what each changed."""
        total, four_gram, no_revert = 0, 0.0, 0.0
        for file in self.files.values():
            size = sum(len(p.before) + len(p.after) for p in file.pieces) or 1
            found = survival.survival(file.pieces, file.text)
            total += size
            four_gram += size * found.four_gram
            no_revert += size * found.no_revert
        return Survival(four_gram / total, no_revert / total) if total else Survival(1.0, 1.0)

    def _look(self, now_ms: int, read: Read) -> None:
        """Follow what happened to documents while they were closed."""
        for uri, file in list(self.files.items()):
            text = read(uri)
            if text is None and not file.created:
                del self.files[uri]
            else:
                self.seen(uri, text or "", now_ms)

    def _restart(self, now_ms: int) -> None:
        self.applied_ms, self._check, self._reverted_ms = now_ms, 0, None
        self.undone = self._edited = False

    def _reverted(self) -> bool:
        """Whether the text is as before the edit.

        After an undo: whether it is not as the edit made it.
        """
        if self.undone:
            return not self._untouched()
        return all(survival.reverted(f.pieces, f.text) for f in self.files.values())

    def _untouched(self) -> bool:
        return all(survival.untouched(f.pieces, f.text) for f in self.files.values())
