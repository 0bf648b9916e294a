"""The question of a task: the request as the router sees it, and the documents it is about (the
scene).
"""

from __future__ import annotations

from collections.abc import Mapping

from tierwise.context.in_view import InView
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range, Snapshot
from tierwise.core.request import Request


@dataclass(frozen=True, slots=True)
class Scene:
    """The documents that a task is about, frozen when it arrived.

    `focus` is the document of the selection and `range` the selection in it (code points).
    `attached` and `open` are other documents. `comment` is the `tw:` comment that the edit removes.
    `project` are files that nobody has open, proposed by the project's index and read from disk.
    They may be sent, but are not part of the request.
    """

    focus: Snapshot | None = None
    range: Range | None = None
    attached: tuple[Snapshot, ...] = ()
    open: tuple[Snapshot, ...] = ()
    comment: Range | None = None
    project: tuple[Snapshot, ...] = ()
    with_project: bool | None = None
    """True if the operator asked for the project, False if they excluded it. None lets the
    instruction decide.
    """
    in_view: InView | None = None
    """What the operator sees, if they named no place. Its document is also among the open ones. No
    edit is placed by it.
    """
    runs_later: bool = True
    """Whether the task runs by itself once a cap is raised. It is False if the client could not
    show the late answer: the operator would pay for an answer they never see.
    """

    @property
    def place(self) -> Range | None:
        """Where the task is shown in its document: the range of the selection and the `tw:`
        comment.
        """
        span, asked = self.range, self.comment
        if span is None or asked is None:
            return span
        return Range(min(span.start, asked.start), max(span.end, asked.end))

    @property
    def documents(self) -> Mapping[str, Snapshot]:
        """Every document of the scene by URI, the focus included."""
        everything = {s.uri: s for s in (*self.open, *self.attached)}
        if self.focus is not None:
            everything[self.focus.uri] = self.focus
        return everything

    @property
    def shown(self) -> Mapping[str, Snapshot]:
        """Every document of the scene by URI, with the files of the project."""
        return {**{doc.uri: doc for doc in self.project}, **self.documents}


@dataclass(frozen=True, slots=True)
class Question:
    """A request with its scene. A task that runs later asks it about the documents of that time."""

    request: Request
    scene: Scene
