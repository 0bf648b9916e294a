"""What listens where no editor is open: it keeps notices and takes no other word."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.views import BudgetView, StatusView, StreamView, TaskView


@dataclass
class Unheard:
    """The part of a listener that is for an editor's eyes, without one."""

    notices: list[str] = field(default_factory=list, kw_only=True)
    previews = False

    def task_changed(self, view: TaskView) -> None: ...

    def streamed(self, view: StreamView) -> None: ...

    def status_changed(self, view: StatusView) -> None: ...

    def watch_files(self) -> None: ...

    def budget_changed(self, view: BudgetView) -> None: ...

    def notice(self, level: Literal["info", "warning", "error"], text: str) -> None:
        self.notices.append(text)
