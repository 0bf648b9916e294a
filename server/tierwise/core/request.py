"""A request: what an editor sends, before anything is measured or decided.

Every field but `action` and `instruction` may be unknown. Unknown is `None`, never
zero or an empty tuple: the router widens its bound for what it was not told.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from tierwise.core.actions import Action
from tierwise.core.dataclass import dataclass

Severity = Literal["error", "warning", "information", "hint"]


@dataclass(frozen=True, slots=True)
class Selection:
    """The range the operator selected, with what is known of its surroundings.

    Lines count from 1 and `end_line` is inclusive. `usages` counts how often the open and attached
    files use the selected symbol, `usage_files` how many of them name it.
    """

    path: str
    language: str | None = None
    start_line: int | None = None
    end_line: int | None = None
    text: str | None = None
    file_lines: int | None = None
    symbol: str | None = None
    usages: int | None = None
    usage_files: int | None = None


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file that goes with the request: attached by the operator or merely open.

    `related` tells whether an open file imports the code that the request is about, is imported by
    it, or is named by it; `None` where nobody looked.
    """

    path: str
    language: str | None = None
    lines: int | None = None
    attached: bool = False
    text: str | None = None
    related: bool | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A problem another tool reported at `line` (from 1) of `path`."""

    path: str
    line: int
    severity: Severity = "error"
    code: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What the conversation did before this turn; the router reads it as counts only.

    `need` is the tier that the earlier turns needed, as far as their outcomes tell.
    """

    last_tier: str | None = None
    reasks: int = 0
    rejected: int = 0
    need: str | None = None


@dataclass(frozen=True, slots=True)
class ProjectSignals:
    """What the project's index knows of what is asked; each is None where the index cannot tell.

    - `usages` counts the uses of the symbol that is asked about, `usage_files` the files they are
      in.
    - `defined` counts the definitions of that symbol's name. With more than one, the usages may be
      those of another symbol of the same name, so the router does not use them.
    - `fan_in` counts the files that import the file that is worked on.
    - `files` counts the files that a change which is wanted everywhere will probably touch.
    - `clear` is for an edit without a selection: by how many percent of its score the file
      that fits it best is ahead of the tenth. The more, the clearer it is which place is meant.
    """

    usages: int | None = None
    usage_files: int | None = None
    fan_in: int | None = None
    defined: int | None = None
    files: int | None = None
    clear: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One thing the operator asked for. `tier` is an override for this task alone.

    `input_tokens` is how much every step reads and `steps` how many model calls the task is
    expected to take, where the asker knows: an agent's turn is many calls over one long prompt.
    """

    action: Action
    instruction: str
    id: str = ""
    selection: Selection | None = None
    files: tuple[FileRef, ...] | None = None
    diagnostics: tuple[Diagnostic, ...] | None = None
    tools: tuple[str, ...] | None = None
    turn: int | None = None
    thread: ThreadState | None = None
    tier: str | None = None
    project: ProjectSignals | None = None
    input_tokens: int | None = None
    steps: int | None = None
    protected: tuple[str, ...] = field(default=())
    """Paths of the request that match an operator's protected globs, already resolved."""
