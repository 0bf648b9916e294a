"""What of a streaming answer is for reading: its prose, without the form its edits are written in.

An edit comes as a path, a fence and SEARCH/REPLACE lines. The proposal is shown as a diff once the
answer is there, so those lines would only be seen twice, and the second time readably.
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
    """Lets prose through as it streams. `code` says whether fences are prose (in a chat) or the
    edit itself (where the action edits)."""

    code: bool = True
    _line: str = ""
    _held: list[str] = field(default_factory=list)
    _inside: bool = False
    _fenced: bool = False
    _blank: bool = False
    """Whether the last line shown or left out makes an empty line after it needless."""

    def feed(self, delta: str) -> str:
        """What can be shown after this piece of the answer; lines that may belong to an edit are
        held back until the next one tells."""
        shown = []
        *lines, self._line = (self._line + delta).split("\n")
        for line in lines:
            shown.append(self._take(line))
        return "".join(shown)

    def end(self) -> str:
        """What was held back and turned out to be prose."""
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
