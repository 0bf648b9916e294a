"""What a task was asked: the request as the router sees it, and the documents it is about."""

from __future__ import annotations

from collections.abc import Mapping

from tierwise.context.in_view import InView
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range, Snapshot
from tierwise.core.request import Request


@dataclass(frozen=True, slots=True)
class Scene:
    """What a task was asked on, frozen on entry.

    `focus` is the document of the selection, `range` the selection in it (code points);
    `attached` and `open` are the other documents by URI, `comment` the `tw:` comment whose
    removal belongs to the edit. `project` are files that nobody has open, as the project's index
    proposed them and the disk had them: they may be shown, and are not part of the request.
    """

    focus: Snapshot | None = None
    range: Range | None = None
    attached: tuple[Snapshot, ...] = ()
    open: tuple[Snapshot, ...] = ()
    comment: Range | None = None
    project: tuple[Snapshot, ...] = ()
    with_project: bool | None = None
    """True where the operator asked for the project, False where they took it out, None where the
    wish decides."""
    in_view: InView | None = None
    """What is before the operator, where they named no place. Its document is among the open ones
    too; nothing is placed by it."""
    runs_later: bool = True
    """Whether the task runs by itself once a cap is raised. A question whose client shows no answer
    that nobody waits for does not: it would be paid unseen."""

    @property
    def place(self) -> Range | None:
        """Where the task shows in its document: the selection and the comment that asked."""
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
        """Every document that the answer may speak of, by URI: those of the project as well."""
        return {**{doc.uri: doc for doc in self.project}, **self.documents}


@dataclass(frozen=True, slots=True)
class Question:
    """A request with its scene. A task that runs later asks it on the documents of then."""

    request: Request
    scene: Scene
