"""Watches applied edits. It sees the changes of documents and the clock, and records outcomes.

It uses only document sync, so it works in every client. `Proposals` records an undo that is seen
here, because it knows the hunks that were undone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Final, Protocol

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import BadRequest
from tierwise.core.request import Diagnostic
from tierwise.core.views import FileChange
from tierwise.edits.textual import applied
from tierwise.learning.kept_or_undone import Watched
from tierwise.syntax.positions import LineIndex
from tierwise.tasks.record.outcomes import Outcomes
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

LOOKED_MS: Final = 3_000
"""Milliseconds that other tools get to look at an edit before their diagnostics count."""


class Handle(Protocol):
    """A started timer that can be cancelled, such as the one of the event loop."""

    def cancel(self) -> None: ...


OnUndone = Callable[[str, int], None]
"""Called with the id of a proposal that was undone, and how many milliseconds after its apply."""

Later = Callable[[float, Callable[[], None]], Handle]
"""Calls a function in this many seconds."""


def _on_loop(seconds: float, back: Callable[[], None]) -> Handle:
    return asyncio.get_running_loop().call_later(seconds, back)


@dataclass
class _Watch:
    """A task whose applied edit is watched. `edit_id` is its proposal. `timer` starts the next
    check of the edit.
    """

    task: Task
    edit_id: str
    state: Watched
    on_undone: OnUndone
    timer: Handle | None = None
    diagnosed: bool = False


@dataclass
class EditWatch:
    """Watches all applied edits of this window, by the id of their task. `later` starts timers. By
    default it uses the event loop.
    """

    window: Window
    outcomes: Outcomes
    later: Later = _on_loop
    watches: dict[str, _Watch] = field(default_factory=dict)

    def applied(
        self,
        task: Task,
        changes: Sequence[FileChange],
        before: Mapping[str, str],
        on_undone: OnUndone,
    ) -> None:
        """Watch an edit that was applied. `before` has the texts that it was applied to, by URI.

        `on_undone` is called if the documents become as before.
        """
        now = self.window.now_ms()
        watch = self.watches.get(task.id)
        if watch is None or watch.edit_id != task.edit_id:
            self.forget(task)
            watch = _Watch(task, task.edit_id or "", Watched(now), on_undone)
            self.watches[task.id] = watch
        for change in changes:
            match change.kind:
                case "create":
                    watch.state.create(change.uri, change.edits[0].new_text, now)
                case "text":
                    text = before[change.uri]
                    index = LineIndex(text)
                    edits = [
                        (index.offset(e.range.start), index.offset(e.range.end), e.new_text)
                        for e in change.edits
                    ]
                    watch.state.apply(change.uri, text, applied(text, change.edits), edits, now)
                case "rename" if change.to_uri is not None:
                    watch.state.renamed(change.uri, change.to_uri)
        self._schedule(watch)

    def seen(self, uri: str, text: str) -> None:
        """Compare a changed document with the edit that was applied to it: whether that was undone
        or edited.
        """
        for watch in list(self.watches.values()):
            if uri in watch.state.files:
                watch.state.seen(uri, text, self.window.now_ms())
                self._schedule(watch)

    def renamed(self, old: str, new: str) -> None:
        """Use a file's new name from now on."""
        for watch in self.watches.values():
            watch.state.renamed(old, new)

    def undone(self, task: Task) -> None:
        """Note that the operator undid the edit by our command."""
        if task.id in self.watches:
            self.watches[task.id].state.taken_back()

    def diagnosed(self, uri: str, lines: range, diagnostics: Sequence[Diagnostic]) -> None:
        """Record how many problems an edit removed or added, when the editor reported those of some
        lines.

        It records this once per edit, and only if the request had diagnostics, the lines contain
        all of the edit in that document, and other tools have had `LOOKED_MS` milliseconds to look
        at it.
        """
        for watch in self.watches.values():
            before, now_ms = watch.task.request.diagnostics, self.window.now_ms()
            early = now_ms < watch.state.applied_ms + LOOKED_MS
            if watch.diagnosed or not before or early or not watch.state.within(uri, lines):
                continue
            watch.diagnosed = True
            was = [(d.code, d.message) for d in before]
            now = [(d.code, d.message) for d in diagnostics]
            cleared = sum(d not in now for d in was)
            added = sum(d not in was for d in now)
            self.outcomes.record(watch.task, "diagnostics", f"-{cleared}/+{added}")

    def forget(self, task: Task) -> None:
        """Stop watching the edit of a task."""
        watch = self.watches.pop(task.id, None)
        if watch is not None and watch.timer is not None:
            watch.timer.cancel()

    def close(self) -> None:
        """Stop all watches. What was measured so far stays recorded."""
        for watch in list(self.watches.values()):
            self.forget(watch.task)

    def _tick(self, watch: _Watch) -> None:
        watch.timer = None
        if self.watches.get(watch.task.id) is not watch:
            return
        if watch.task.edit_id != watch.edit_id:
            self.forget(watch.task)
            return
        for event in watch.state.tick(self.window.now_ms(), self._read):
            if event.kind == "undone":
                watch.on_undone(watch.edit_id, event.after_ms)
            else:
                self.outcomes.record(watch.task, event.kind, event.value, event.after_ms)
        self._schedule(watch)

    def _schedule(self, watch: _Watch) -> None:
        if watch.timer is not None:
            watch.timer.cancel()
        due = watch.state.due_ms
        if due is None:
            self.forget(watch.task)
            return
        wait = max(0.0, (due - self.window.now_ms()) / 1000)
        watch.timer = self.later(wait, lambda: self._tick(watch))

    def _read(self, uri: str) -> str | None:
        try:
            return self.window.documents.snapshot(uri).text
        except BadRequest:
            return None
