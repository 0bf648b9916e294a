"""The index as the server asks it, built by the real child process over real folders."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tierwise.index.project import ProjectIndex

FILES = {
    "a.py": "def foo(x):\n    return x + 1\n\n\nclass Shop:\n    def price(self):\n        pass\n",
    "b.py": "from a import foo\n\nprint(foo(1))  # foo is called here\n",
    "c.py": "import a\n\nTOTAL = a.foo(2) + a.foo(3)\n",
    "d.py": "# foo is not used here\nWORD = 'foo'\n",
    "node_modules/x/foo.js": "foo()\n",
    ".gitignore": "secret_plans/\n",
    "secret_plans/e.py": "from a import foo\n\nfoo(4)\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest_asyncio.fixture
async def index(root: Path, tmp_path: Path) -> AsyncIterator[ProjectIndex]:
    made = ProjectIndex(root, tmp_path / "state")
    yield made
    await made.close()


async def test_uses_are_counted_over_the_project(index: ProjectIndex) -> None:
    state = await index.ready()
    assert (state.state, state.files, state.indexed) == ("ready", 5, 5)
    found = await index.uses("foo")
    assert {f.path: f.uses for f in found.files} == {"a.py": 1, "b.py": 2, "c.py": 2}
    assert (found.defined, found.member, found.known) == (1, False, True)
    assert found.mentioned == ("d.py",)


async def test_a_method_has_no_number(index: ProjectIndex) -> None:
    await index.ready()
    found = await index.uses("price")
    assert found.member
    assert not found.known


async def test_who_imports_and_what_is_defined(index: ProjectIndex) -> None:
    await index.ready()
    assert await index.importers("a.py") == ("b.py", "c.py")
    assert [(d.name, d.kind, d.start_line) for d in await index.outline("a.py")] == [
        ("foo", "function", 1),
        ("Shop", "class", 5),
        ("price", "method", 6),
    ]


async def test_a_changed_file_is_not_served_as_it_was(index: ProjectIndex, root: Path) -> None:
    await index.ready()
    (root / "b.py").write_text("from a import foo as other\n", encoding="utf-8")
    found = await index.uses("foo")
    assert "b.py" not in {f.path for f in found.files}
    assert not found.complete
    await index.ready()
    found = await index.uses("foo")
    assert {f.path: f.uses for f in found.files} == {"a.py": 1, "b.py": 1, "c.py": 2}


async def test_the_database_is_the_operators_alone(index: ProjectIndex) -> None:
    await index.ready()
    assert os.stat(index.database).st_mode & 0o777 == 0o600
    assert os.stat(index.database.parent).st_mode & 0o777 == 0o700


async def test_what_is_ignored_leaves_no_byte(index: ProjectIndex, root: Path) -> None:
    (root / "secret_plans" / "e.py").write_text("canary_of_the_plans = 1\n", encoding="utf-8")
    (root / ".env").write_text("CANARY_IN_ENV=abc\n", encoding="utf-8")
    await index.ready()
    held = index.database.read_bytes().lower()
    assert b"canary" not in held
    assert b"secret_plans" not in held
