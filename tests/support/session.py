"""A scripted editing session around one applied edit, with the true outcome of that edit.

The script knows which lines belong to the edit. The code under test sees only whole texts.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final, Literal

from tierwise.learning.kept_or_undone import Event, Watched

Step = Literal[
    "type", "cut", "format", "rename", "reopen", "touch", "undo", "revert", "redo", "wait"
]  # fmt: skip
STEPS: Final[tuple[Step, ...]] = (
    "type", "cut", "format", "rename", "reopen", "touch", "undo", "revert", "redo", "wait",
)  # fmt: skip
Truth = Literal["undone", "editedAfter", "survived"]

WORDS: Final = ("value", "total", "index", "item", "result", "count", "name", "node", "left")
COMMON: Final = ("", "", "    return value", "}", "    pass", "    end")
"""Lines that stand many times in a file, so that places cannot be told by content alone."""


@dataclass
class Line:
    """A line; `own` says that the edit put it there."""

    text: str
    own: bool = False


@dataclass
class Session:
    """A document with one edit applied, and whatever the script does to it afterwards."""

    seed: int
    uri: str = "file:///a.py"
    now_ms: int = 1_000_000
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        lines = [Line(self._code()) for _ in range(self.random.randint(8, 60))]
        first = self.random.randint(1, len(lines) - 4)
        size = self.random.choice((0, 1, 1, 2, 3))
        self.old = [line.text for line in lines[first : first + size]]
        self.put = [self._code(fresh=True) for _ in range(self.random.randint(1, 5))]
        before = _text(lines)
        self.lines = [*lines[:first], *(Line(t, True) for t in self.put), *lines[first + size :]]
        self.applied = list(self.lines)
        self.alone = True
        """Whether nothing but the edit happened, so that undo takes exactly it back."""
        self.state: Truth = "survived"
        start = len(_text(lines[:first]))
        end = start + len("".join(t + "\n" for t in self.old))
        self.files = {self.uri: self.text}
        self.watched = Watched(self.now_ms)
        new = "".join(t + "\n" for t in self.put)
        self.watched.apply(self.uri, before, self.text, [(start, end, new)], self.now_ms)

    @property
    def text(self) -> str:
        return _text(self.lines)

    def play(self, step: Step) -> None:
        """Do one thing an operator does, then let time pass."""
        getattr(self, f"_{step}")()
        self.files[self.uri] = self.text
        self.watched.seen(self.uri, self.text, self.now_ms)
        self.pass_time(self.random.choice((1_500, 4_000, 20_000, 90_000)))

    def pass_time(self, milliseconds: int) -> None:
        """Let the watch look whenever it wants to."""
        until = self.now_ms + milliseconds
        while (due := self.watched.due_ms) is not None and due <= until:
            self.now_ms = max(self.now_ms, due)
            self.events += self.watched.tick(self.now_ms, self.files.get)
        self.now_ms = until

    def finish(self) -> Truth | None:
        """What the watch says in the end."""
        self.pass_time(20 * 60_000)
        said: Truth | None = None
        for event in self.events:
            if event.kind == "applied":
                said = None
            elif event.kind == "undone":
                said = "undone"
            elif said is None or (said == "survived" and event.kind == "editedAfter"):
                said = "editedAfter" if event.kind == "editedAfter" else "survived"
        return said

    def _code(self, fresh: bool = False) -> str:
        if not fresh and self.random.random() < 0.4:
            return self.random.choice(COMMON)
        a, b, c = (self.random.choice(WORDS) for _ in range(3))
        return f"    {a}_{self.random.randint(0, 99)} = {b} + {c}[{self.random.randint(0, 9)}]"

    def _elsewhere(self) -> list[int]:
        """Indices of lines that are not the edit's, nor right beside it."""
        own = [i for i, line in enumerate(self.lines) if line.own]
        low, high = (own[0], own[-1]) if own else (self._spot(), self._spot())
        return [i for i in range(len(self.lines)) if i < low - 1 or i > high + 1]

    def _spot(self) -> int:
        return next((i for i, line in enumerate(self.lines) if line is self._after), 0)

    def _type(self) -> None:
        if places := self._elsewhere():
            at = self.random.choice(places)
            self.lines[at:at] = [Line(self._code()) for _ in range(self.random.randint(1, 4))]
            self.alone = False

    def _cut(self) -> None:
        places = self._elsewhere()
        if len(places) > 4:
            del self.lines[self.random.choice(places)]
            self.alone = False

    def _format(self) -> None:
        """What a formatter does on save: indentation, trailing blanks, doubled empty lines."""
        deeper = self.random.random() < 0.5
        self.lines = [
            Line((line.text.replace("    ", "\t") if deeper else line.text).rstrip(), line.own)
            for line in self.lines
        ]
        self._after_format()
        self.alone = False

    def _after_format(self) -> None:
        self.put = [line.text for line in self.lines if line.own] or self.put

    def _rename(self) -> None:
        new = f"file:///b{self.random.randint(0, 99)}.py"
        if new != self.uri:
            self.files[new] = self.files.pop(self.uri)
            self.watched.renamed(self.uri, new)
            self.uri = new

    def _reopen(self) -> None:
        """The document is closed, changed on disk by somebody, and opened again."""
        self._type()
        self.files[self.uri] = self.text

    def _wait(self) -> None:
        self.pass_time(30_000)

    def _touch(self) -> None:
        """Type into the edit itself."""
        own = [line for line in self.lines if line.own and line.text.strip()]
        if not own or self.state == "undone":
            return
        line = self.random.choice(own)
        at = self.random.randint(1, len(line.text))
        line.text = line.text[:at] + self.random.choice(("q", "_zz", " # checked")) + line.text[at:]
        self.state, self.alone = "editedAfter", False

    def _undo(self) -> None:
        """The editor's undo: exactly the edit, possible while nothing else was typed."""
        if self.alone and self.state == "survived":
            self._back()

    def _revert(self) -> None:
        """The old lines are put back by hand."""
        if self.state != "undone":
            self._back()

    def _redo(self) -> None:
        if self.state == "undone" and self.alone:
            at = self._spot()
            self.lines[at : at + len(self.old)] = [Line(t, True) for t in self.put]
            self.state = "survived"

    def _back(self) -> None:
        own = [i for i, line in enumerate(self.lines) if line.own]
        back = [Line(text) for text in self.old]
        self.lines[own[0] : own[-1] + 1] = back
        at = min(own[0], len(self.lines) - 1)
        self._after = self.lines[at]
        self.state = "undone"

    _after: Line = field(default_factory=lambda: Line(""))


def _text(lines: list[Line]) -> str:
    return "".join(line.text + "\n" for line in lines)
