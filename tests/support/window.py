"""One editor window inside the test's own process, with the real engine, ledger and SDK.

Tests use it if they need hundreds of windows, or look into one while it runs. It has no wire; other
tests cover that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tierwise.app import build
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.errors import BadRequest
from tierwise.core.views import BudgetView, FileChange, StatusView, StreamView, TaskView
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.models.sdk import SdkTransport
from tierwise.models.transport import Transport
from tierwise.tasks.api import ApplyReply
from tierwise.tasks.engine import TaskEngine

CODE = """\
def add_numbers(a, b):
    return a + b


def take_away(a, b):
    return a - b
"""


@dataclass
class Papers:
    """The editor's documents."""

    root: Path
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def put(self, name: str, text: str = CODE) -> str:
        """Open or change a document; its URI."""
        uri = (self.root / name).as_uri()
        self.texts[uri] = text
        self.versions[uri] = self.versions.get(uri, 0) + 1
        return uri

    def close(self, name: str) -> None:
        """Close a document, if it is open; there is no file behind it."""
        self.texts.pop((self.root / name).as_uri(), None)

    def snapshot(self, uri: str) -> Snapshot:
        if uri not in self.texts:
            raise BadRequest("There is no such file.")
        path = str(self.root / uri.rsplit("/", 1)[-1])
        return Snapshot(uri, path, self.versions[uri], "python", self.texts[uri])

    def open_documents(self) -> Sequence[Snapshot]:
        return [self.snapshot(uri) for uri in self.texts]

    def roots(self) -> Sequence[Path]:
        return [self.root]


@dataclass
class Screen:
    """What the operator sees, and what they answer when asked (`None`: a client that cannot)."""

    views: list[TaskView] = field(default_factory=list)
    streams: list[StreamView] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    answer: Callable[[str, Sequence[str]], str | None] = lambda question, options: None
    statuses: list[StatusView] = field(default_factory=list)
    previews: bool = False

    def task_changed(self, view: TaskView) -> None:
        self.views.append(view)

    def streamed(self, view: StreamView) -> None:
        self.streams.append(view)

    def status_changed(self, view: StatusView) -> None:
        self.statuses.append(view)

    def budget_changed(self, view: BudgetView) -> None:
        pass

    def watch_files(self) -> None:
        pass

    def notice(self, level: str, text: str) -> None:
        self.notices.append(text)

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        self.asked.append((question, tuple(options)))
        await asyncio.sleep(0)
        return self.answer(question, options)

    async def apply(self, changes: Sequence[FileChange], label: str) -> ApplyReply:
        return ApplyReply(False, "this editor only looks")


@dataclass
class Window:
    """A window with its engine started. Close it with `close`."""

    app: TaskEngine
    papers: Papers
    screen: Screen

    @classmethod
    async def open(
        cls,
        folder: Path,
        model: RehearsalServer,
        config: str | bytes = "",
        env: Mapping[str, str] | None = None,
        transport: Transport | None = None,
    ) -> Window:
        """A window on a fresh workspace; the state folder is kept between windows of `folder`.

        Calls are made in this process unless a `transport` is given.
        """
        root = folder / "project"
        root.mkdir(exist_ok=True)
        data = config.encode() if isinstance(config, str) else config
        (folder / "config.toml").write_bytes(data)
        papers, screen = Papers(root), Screen()
        app = build(
            {
                "TIERWISE_STATE_DIR": str(folder / "state"),
                "TIERWISE_CONFIG": str(folder / "config.toml"),
                "ANTHROPIC_API_KEY": "test-key-of-nobody",
                "ANTHROPIC_BASE_URL": model.base_url,
                **(env or {}),
            },
            papers,
            screen,
            transport=transport or SdkTransport(),
        )
        await app.world.client.ready()
        await app.started()
        return cls(app, papers, screen)

    async def ended(self, task_id: str, within: float = 60.0) -> TaskView:
        """The task once it rests: in a final state or proposed."""
        task = self.app.tasks[task_id]
        async with asyncio.timeout(within):
            await task.ended.wait()
        return task.view()

    async def reached(self, holds: Callable[[], object], within: float = 30.0) -> None:
        """Wait until something holds."""
        async with asyncio.timeout(within):
            while not holds():
                await asyncio.sleep(0.005)

    async def close(self) -> None:
        """Close the engine; nothing of it runs afterwards."""
        await self.app.close()


def lines(first: int, last: int) -> Range:
    """Whole lines [first, last), from 0."""
    return Range(Position(first, 0), Position(last, 0))
