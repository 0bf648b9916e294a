"""What the checks compare a proposal with: the request it answers and the documents
it was made on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from tierwise.core.actions import KINDS, Action, ActionKind
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range, Snapshot


@dataclass(frozen=True, slots=True)
class AskedEdit:
    """What was asked for. `span` is the selection in the document `focus` (a URI), None without
    one.

    `attached` and `open` are URIs. The request says nothing about a file that is in neither.
    `problem` is what reading the answer found ("cut off", "garbled"). `diagnostics` are the numbers
    (from 0) of the lines of the focus that have diagnostics.
    """

    action: Action
    instruction: str = ""
    focus: str | None = None
    span: Range | None = None
    attached: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    problem: str | None = None
    diagnostics: frozenset[int] = frozenset()
    documents: Mapping[str, Snapshot] = field(default_factory=dict)
    """The documents of the request by URI."""
    shown: frozenset[str] = frozenset()
    """URIs of the project's files that were sent to the model because they use what is changed."""

    @property
    def kind(self) -> ActionKind:
        """What kind of action was asked for, such as one that replaces the selection."""
        return KINDS[self.action]

    def says(self, *stems: str) -> bool:
        """Whether the instruction has a word that begins with one of the stems."""
        return re.search(rf"\b(?:{'|'.join(stems)})", self.instruction, re.IGNORECASE) is not None

    def names(self, name: str) -> bool:
        """Whether the instruction contains this name as a separate word."""
        return (
            len(name) > 1
            and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", self.instruction) is not None
        )
