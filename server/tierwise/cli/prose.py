"""Filters a streaming answer: it shows the prose and hides the text of edits.

An edit is written as a path, a fence and SEARCH/REPLACE lines. When the answer is complete, the
proposal is shown as a diff, which is easier to read. So the lines of the edit are left out before.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass

_OPENS: Final = re.compile(r"^\s*<{5,}\s*SEARCH\b")
_CLOSES: Final = re.compile(r"^\s*>{5,}\s*REPLACE\b")
_FENCE: Final = re.compile(r"^\s*(```|~~~)")
_PATH: Final = re.compile(r"^\s*[`*#]*[\w./\\ -]*[./\\][\w-]+[`*:]*\s*$")


@dataclass
class ProseFilter:
    """Returns the prose of an answer while it streams.

    If `code` is true, fenced code belongs to the prose, as in a chat. If it is false, fenced code
    is the edit itself and is left out.
    """

    code: bool = True
    _line: str = ""
    _held: list[str] = field(default_factory=list)
    _inside: bool = False
    _fenced: bool = False
    _blank: bool = False
    """True if an empty line that comes next would be superfluous."""

    def feed(self, delta: str) -> str:
        """Take a piece of the answer, and return what can be shown now.

        A line that may begin an edit is held back until the next line decides that.
        """
        shown = []
        *lines, self._line = (self._line + delta).split("\n")
        for line in lines:
            shown.append(self._take(line))
        return "".join(shown)

    def end(self) -> str:
        """Return the lines that were held back and are prose, because the answer is over."""
        rest = self._take(self._line) if self._line else ""
        held, self._held, self._line = self._held, [], ""
        return rest + "".join(f"{line}\n" for line in held)

    def _take(self, line: str) -> str:
        if self._inside:
            self._inside = not _CLOSES.match(line)
            return ""
        if _OPENS.match(line):
            self._inside, self._held, self._blank = True, [], True
            return ""
        if not line.strip() and self._blank:
            return ""
        if _FENCE.match(line) and not self.code:
            self._fenced, self._held, self._blank = not self._fenced, [], True
            return ""
        if self._fenced:
            return ""
        if _PATH.match(line) or (_FENCE.match(line) and self.code):
            self._held.append(line)
            return ""
        held, self._held = self._held, []
        self._blank = not line.strip()
        return "".join(f"{one}\n" for one in (*held, line))
