"""What is shown: tasks, proposals, status and history as plain data, no protocol in it.

`tasks/` makes these, `present/` puts them into words, and `lsp/` puts them on the wire.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from tierwise.core.actions import Action
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision, Scope
from tierwise.core.document import Range
from tierwise.core.money import Usage
from tierwise.core.outcome import OutcomeKind

TaskState = Literal[
    "routing", "paused", "running", "proposed", "answered",
    "applied", "partlyApplied", "discarded", "cancelled", "failed", "expired",
]  # fmt: skip
HunkKind = Literal["text", "create", "rename", "delete"]
HunkState = Literal["pending", "applied", "discarded", "refused"]
StatusKind = Literal["error", "paused", "rehearsal", "busy", "soft", "ready"]
StreamKind = Literal["decision", "delta", "reset", "notice"]


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch of a task, because a model at one server (the old place) did not answer.

    `old` and `new` are tiers, `cause` is a word or two ("overloaded"). The places are named by
    their models, and by their servers where those are not the default one. They are "" where a tier
    was passed over before any call.
    """

    old: str
    new: str
    cause: str
    old_place: str = ""
    new_place: str = ""


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as shown. `progress` is a short sentence, `cost` nano-dollars spent so far.

    `error` is (name, message). `cause_note` says why another tier answers, as a code ("overloaded",
    "budget") or in a sentence. It is "team_paused" for a task that failed because a team's budget
    is used up, and "" if there is nothing to say.
    """

    task_id: str
    action: Action
    state: TaskState
    decision: Decision
    uri: str | None = None
    range: Range | None = None
    progress: str | None = None
    cost: int = 0
    edit_id: str | None = None
    error: tuple[str, str] | None = None
    cause_note: str = ""
    rehearsal: bool = False
    conversation_id: str | None = None
    forecast: Decision | None = None
    """The forecast, if the decision names another answering tier; else None."""
    switches: tuple[Switch, ...] = ()
    usage: Usage | None = None
    """Tokens of all attempts so far; None before the first was settled."""
    notices: tuple[str, ...] = ()
    """What was left out or replaced before sending, one sentence each."""
    waiting: int = 0
    """Hunks of its proposal that are neither applied nor discarded."""
    redo: Mapping[str, int] = field(default_factory=dict)
    """What a redo would cost on each tier in nano-dollars, by the tokens that the answer used.
    Empty before there is an answer.
    """


@dataclass(frozen=True, slots=True)
class StreamView:
    """One streamed message about an answer. `delta` is the new text.

    Kind "reset" means that the client must forget the text it has shown, for the `reason` given.
    """

    task_id: str
    conversation_id: str | None
    seq: int
    kind: StreamKind
    delta: str | None = None
    decision: Decision | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TextChange:
    """Replace `range` of the current text by `new_text`."""

    range: Range
    new_text: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """What applying does to one file.

    `version` is the document version the ranges are for (`None`: not open). For `create`
    the whole text is in `edits[0].new_text` at 0:0. `confirm` carries a sentence when the
    path needs an explicit yes.
    """

    uri: str
    kind: HunkKind
    version: int | None = None
    edits: tuple[TextChange, ...] = ()
    to_uri: str | None = None
    confirm: str | None = None


@dataclass(frozen=True, slots=True)
class HunkView:
    """One hunk of a proposal: a change that can be applied by itself. `range` is in the current
    version of the document.
    """

    id: str
    kind: HunkKind
    state: HunkState
    uri: str
    to_uri: str | None = None
    range: Range | None = None
    new_text: str | None = None


@dataclass(frozen=True, slots=True)
class EditView:
    """A proposal (an edit that waits for apply or discard) as shown: its pending changes, a unified
    diff, and its hunks.
    """

    edit_id: str
    task_id: str
    changes: tuple[FileChange, ...]
    diff: str
    hunks: tuple[HunkView, ...]
    versions: Mapping[str, int | None]
    stale: bool = False
    """True where a document changed so that some hunk no longer fits."""
    note: str = ""
    """A failed check or a warning the operator should see beside the proposal."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A choice of tier that holds for more than one task.

    `key` says for what: the file, the action or whatever else the scope is about. `to` is the tier.
    """

    scope: Scope
    key: str
    to: str


@dataclass(frozen=True, slots=True)
class StatusView:
    """The state of the server as shown in a status line. Money in nano-dollars, None = no cap.

    `state` is that of the task the status is about, None where it is about none.
    """

    kind: StatusKind
    text: str
    tooltip: str
    tier: str | None = None
    routed: str | None = None
    confidence: float | None = None
    state: TaskState | None = None
    pins: tuple[Pin, ...] = ()
    spent_today: int = 0
    reserved: int = 0
    day_limit: int | None = None
    spent_project: int = 0
    project_limit: int | None = None
    level: Literal["ok", "soft", "paused"] = "ok"
    """The state of the budget. `kind` may name something that is more urgent to show."""
    spent_hour: int = 0
    hour_limit: int | None = None
    command: Offer | None = None
    needs_key: str | None = None
    """The environment variable of a tier's key that is not set, so that the tier cannot answer."""
    team: tuple[str, ...] = ()
    """What a team allows and has spent, in lines; empty where no tier goes through a team."""


@dataclass(frozen=True, slots=True)
class BudgetView:
    """How a budget stands, for display: its state, what is spent and its cap, in nano-dollars."""

    scope: Literal["day", "night", "project", "hour"]
    state: Literal["ok", "soft", "paused"]
    spent: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something the operator can do, as a title and a server command with its argument."""

    title: str
    command: str
    argument: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A task of the past. Times are UTC milliseconds."""

    task_id: str
    action: Action
    state: TaskState
    decision: Decision
    created_ms: int
    uri: str | None = None
    edit_id: str | None = None
    cost: int = 0
    outcomes: tuple[tuple[OutcomeKind, int], ...] = ()
    rehearsal: bool = False
    """Whether nothing was paid, so that `cost` is what the same would cost with a key."""
