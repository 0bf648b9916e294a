"""The numbers that the router gets of the project, from the real index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from tests.support.window import Window

from tierwise.context import project_wish
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.request import ProjectSignals, Request
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.routing.reach import CLEAR
from tierwise.tasks.intake import counted
from tierwise.tasks.task.scene import Scene

FILES = {
    "a.py": "def foo(n):\n    return n + 1\n\n\nclass Shop:\n    def price(self):\n        pass\n",
    "b.py": "from a import foo\n\n\ndef twice(n):\n    return foo(foo(n))\n",
    "c.py": "import a\n\n\ndef three(shop):\n    return a.foo(2) + shop.price()\n",
    "d.py": "def again():\n    return 1\n",
    "e.py": "def again():\n    return 2\n",
}


@pytest_asyncio.fixture
async def window(tmp_path: Path, model: RehearsalServer) -> AsyncIterator[Window]:
    made = await Window.open(tmp_path, model)
    for name, text in FILES.items():
        (tmp_path / "project" / name).write_text(text, encoding="utf-8")
    yield made
    await made.close()


def scene(root: Path, name: str, line: int) -> Scene:
    path = root / name
    doc = Snapshot(path.as_uri(), str(path), 1, "python", path.read_text())
    return Scene(focus=doc, range=Range(Position(line, 0), Position(line + 1, 0)))


async def asked(window: Window, wish: str, name: str = "a.py", line: int = 0) -> ProjectSignals:
    inner = window.app.world.window
    for _, index in inner.projects.all():
        await index.ready()
    request = Request("edit", wish)
    found = await counted.of_request(request, scene(window.papers.root, name, line), inner, 60_000)
    assert found is not None
    return found


async def test_a_symbol_that_is_defined_once_has_numbers(window: Window) -> None:
    found = await asked(window, "rename foo to bar")
    assert found == ProjectSignals(usages=4, usage_files=3, fan_in=2, defined=1, files=None)
    assert (await asked(window, "rename foo to bar everywhere in the project")).files == 3


@pytest.mark.parametrize(
    ("wish", "name", "line"),
    [("rename price to cost", "a.py", 5), ("rename again to anew everywhere", "d.py", 0)],
)
async def test_a_member_and_a_name_of_two_things_have_none(
    window: Window, wish: str, name: str, line: int
) -> None:
    found = await asked(window, wish, name, line)
    assert (found.usages, found.usage_files, found.files) == (None, None, None)


async def test_before_everything_was_read_everywhere_is_many_and_nothing_else_is_known(
    window: Window,
) -> None:
    inner = window.app.world.window
    place = scene(window.papers.root, "a.py", 0)
    found = await counted.of_request(Request("edit", "rename foo to bar everywhere"), place, inner)
    (_, index), *_ = inner.projects.all()
    if not (await index.status()).complete:
        assert found == ProjectSignals(files=counted.MANY)
    assert counted.unread(project_wish.of_words("make foo shorter")) == ProjectSignals()


@pytest.mark.parametrize(
    ("wish", "clear"),
    [("let shops have cheaper prices", True), ("make it say where it is", False)],
)
async def test_an_edit_without_a_selection_tells_how_clear_its_place_is(
    window: Window, wish: str, clear: bool
) -> None:
    root = window.papers.root
    for n in range(12):
        (root / f"other{n}.py").write_text(f"def say{n}(where):\n    return where\n")
    inner = window.app.world.window
    for _, index in inner.projects.all():
        await index.ready()
    found = await counted.of_request(Request("edit", wish), Scene(), inner, 60_000)
    assert found is not None
    assert found.clear is not None
    assert (found.clear >= CLEAR) == clear
    chat = await counted.of_request(Request("chat", wish), Scene(), inner, 60_000)
    assert chat is not None
    assert chat.clear is None
