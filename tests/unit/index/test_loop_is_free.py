"""The event loop answers the editor: what is done per file is done on a thread."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.support.window import Window

from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.request import Request
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.store import filesystem
from tierwise.tasks.intake import counted, project
from tierwise.tasks.task.scene import Scene

USERS = 60
FOLDERS = 20
FEW = 12
"""Calls on the loop that do not grow with the files."""


@pytest_asyncio.fixture
async def window(tmp_path: Path, model: RehearsalServer) -> AsyncIterator[Window]:
    made = await Window.open(tmp_path, model)
    root = made.papers.root
    (root / "a.py").write_text("def foo(n):\n    return n + 1\n", encoding="utf-8")
    for n in range(USERS):
        path = root / f"part{n % FOLDERS}" / f"user_of_foo{n}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"from a import foo\n\n\ndef user{n}():\n    return foo({n})\n")
    yield made
    await made.close()


class OnTheLoop:
    """Counts the calls of functions that are made on the thread of the event loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self._patch = monkeypatch
        self._here = threading.get_ident()

    def watch(self, where: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(where, name)

        def counting(*args: Any, **named: Any) -> Any:
            if threading.get_ident() == self._here:
                self.calls.append(f"{name} {args[0]}")
            return real(*args, **named)

        self._patch.setattr(where, name, counting)


async def test_a_request_asks_the_disk_on_a_thread(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = window.app.world.window
    (_, index), *_ = inner.projects.all()
    await index.ready()
    path = window.papers.root / "a.py"
    doc = Snapshot(path.as_uri(), str(path), 1, "python", path.read_text())
    scene = Scene(focus=doc, range=Range(Position(0, 0), Position(1, 0)))
    request = Request("edit", "rename foo to bar everywhere in the project")
    loop = OnTheLoop(monkeypatch)
    for where, name in (
        (os, "stat"), (os, "lstat"), (os, "open"), (os.path, "realpath"), (os, "scandir"),
        (filesystem, "file_system"),
    ):  # fmt: skip
        loop.watch(where, name)
    signals = await counted.of_request(request, scene, inner, 60_000)
    found = await project.gather(request, scene, inner)
    files = await index.find("user of foo", limit=50)
    await index.importers("a.py")
    assert signals is not None
    assert signals.files == USERS + 1
    assert found is not None
    assert len(found.docs) == USERS
    assert len(files) == 50
    assert len([call for call in loop.calls if ".py" in call]) <= FEW
    assert not [call for call in loop.calls if call.startswith("file_system")]


async def test_what_is_behind_the_cut_is_counted_and_not_read(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = window.papers.root
    real = os.path.realpath(root / "part0" / "user_of_foo0.py")
    read: list[Path] = []
    one = project._read

    def counting(path: Path) -> project._Read | None:
        read.append(path)
        return one(path)

    monkeypatch.setattr(project, "_read", counting)
    paths = [root / f"part{n % FOLDERS}" / f"user_of_foo{n}.py" for n in range(USERS)] * 2
    found, left = project._read_closed(paths, frozenset((real,)), 10)
    assert (len(found), len(read), left) == (10, 10, USERS - 11)
    assert paths[0] not in found
