"""What became ignored, deleted or linked-out leaves no byte; nothing of it is read any more."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tierwise.index import schema
from tierwise.index.builder import Builder

CANARY = b"canary"
FILES = 12


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    for n in range(FILES):
        text = f"from lib import name{n}\n\n\ndef common_{n}():\n    return shared_{n % 3}\n"
        (folder / "src" / f"m{n}.py").write_text(text, encoding="utf-8")
    (folder / "canaries" / "canary_deep").mkdir(parents=True)
    for path in ("canaries/canary_one.py", "canaries/canary_deep/canary_two.py"):
        _canary(folder / path)
    return folder


def _canary(path: Path) -> None:
    path.write_text(
        "from canary_module.lib import canary_import\n\n\nclass CanaryClass:\n"
        "    def canary_method(self):\n        return common_1('canary_text')  # canaryword\n"
        + "".join(f"canary_value_{n} = {n}\n" for n in range(300)),
        encoding="utf-8",
    )


@pytest.fixture
def database(root: Path, tmp_path: Path) -> Path:
    return schema.database(tmp_path / "state", root)


@pytest.fixture
def builder(root: Path, database: Path) -> Iterator[Builder]:
    made = Builder(root, database, (), 50_000, 500 * 2**20)
    yield made
    made.close()


def held(database: Path) -> bytes:
    """All bytes that the index keeps on the disk."""
    return b"".join(path.read_bytes().lower() for path in database.parent.iterdir())


def whole(builder: Builder, stop: Callable[[], bool] = lambda: False) -> None:
    """Read all that waits; a slice may end early on a busy machine."""
    for _ in range(50):
        if not builder.busy:
            return
        builder.work(stop)
    raise AssertionError("the index is never whole")


def ignored_by_git(root: Path) -> None:
    (root / ".gitignore").write_text("canaries/\n", encoding="utf-8")


def ignored_by_name(root: Path) -> None:
    (root / ".tierwiseignore").write_text("canary_*\n", encoding="utf-8")


def ignored_inside(root: Path) -> None:
    (root / "canaries" / ".noai").write_text("*\n", encoding="utf-8")


def deleted(root: Path) -> None:
    shutil.rmtree(root / "canaries")


def renamed(root: Path) -> None:
    (root / "canaries").rename(root.parent / "elsewhere")


def linked_out(root: Path) -> None:
    renamed(root)
    (root / "canaries").symlink_to(root.parent / "elsewhere")


def linked_file(root: Path) -> None:
    for path in list((root / "canaries").rglob("*.py")):
        outside = root.parent / path.name
        path.rename(outside)
        path.symlink_to(outside)


HIDES = [
    ignored_by_git, ignored_by_name, ignored_inside, deleted, renamed, linked_out, linked_file,
]  # fmt: skip


@pytest.mark.parametrize("hides", HIDES)
@pytest.mark.parametrize("tells", ["sweep", "file"])
def test_what_is_dropped_leaves_no_byte(
    root: Path, database: Path, builder: Builder, hides: Callable[[Path], None], tells: str
) -> None:
    builder.sweep(())
    whole(builder)
    assert CANARY in held(database)
    with contextlib.closing(sqlite3.connect(database)) as reader:
        reader.execute("SELECT count(*) FROM names").fetchone()
        hides(root)
        if tells == "sweep":
            builder.sweep(())
        else:
            builder.look_at("canaries/canary_one.py")
            builder.look_at("canaries/canary_deep/canary_two.py")
        whole(builder)
        assert CANARY not in held(database)
        kept = reader.execute("SELECT count(*) FROM names WHERE name LIKE 'common%'")
        assert kept.fetchone() == (FILES,)


@pytest.mark.parametrize("hides", HIDES)
@pytest.mark.parametrize("after", [0, 1, 3])
def test_what_is_hidden_between_a_sweep_and_the_reading_is_not_kept(
    root: Path, database: Path, builder: Builder, hides: Callable[[Path], None], after: int
) -> None:
    builder.sweep(["canaries/canary_one.py"])
    calls = iter(range(1, 1_000))

    def stop() -> bool:
        if next(calls) == after:
            hides(root)
        return False

    if not after:
        hides(root)
    whole(builder, stop)
    if after and not (root / "canaries").exists():
        builder.sweep(())  # Nothing but a look at the disk tells that files are gone.
    assert CANARY not in held(database)


def test_a_name_of_which_no_file_speaks_is_gone_and_comes_back(
    root: Path, database: Path, builder: Builder
) -> None:
    """The names that are known to the process must not outlive their rows."""
    file = root / "src" / "m0.py"
    before = file.read_text(encoding="utf-8")
    for text in (before, "x = 1\n", before, "y = 2\n", before):
        file.write_text(text, encoding="utf-8")
        builder.look_at("src/m0.py")
        whole(builder)
        with contextlib.closing(sqlite3.connect(database)) as connection:
            names = {n for (n,) in connection.execute("SELECT name FROM names")}
            used = connection.execute(
                "SELECT n.name FROM uses u JOIN names n ON n.id = u.name JOIN files f"
                " ON f.id = u.file WHERE f.path = 'src/m0.py'"
            )
            assert ("common_0" in {n for (n,) in used}) == (text == before)
            assert ("common_0" in names) == (text == before)
            left = connection.execute("SELECT 1 FROM uses WHERE name NOT IN (SELECT id FROM names)")
            assert left.fetchall() == []
            lost = connection.execute(
                "SELECT 1 FROM postings WHERE term NOT IN (SELECT id FROM terms)"
            )
            assert lost.fetchall() == []
            targets = {t for (t,) in connection.execute("SELECT target FROM targets")}
            assert ("lib.name0" in targets) == (text == before)
            torn = connection.execute(
                "SELECT 1 FROM imports WHERE target NOT IN (SELECT id FROM targets)"
            )
            assert torn.fetchall() == []


@pytest.mark.parametrize("after", [1, 3, FILES])
def test_what_another_process_did_meanwhile_holds(
    root: Path, database: Path, builder: Builder, after: int
) -> None:
    """Ids that another window's process gave away again, and files that it saw change."""
    other = Builder(root, database, (), 50_000, 500 * 2**20)
    builder.sweep(())
    calls = iter(range(1, 1_000))

    def stop() -> bool:
        if next(calls) == after:
            for path in [*(root / "src").iterdir(), root / "canaries" / "canary_one.py"]:
                path.unlink()
            other.sweep(())
            (root / "new.py").write_text("def quite_new():\n    return 1\n", encoding="utf-8")
            (root / "canaries" / "canary_deep" / "canary_two.py").write_text("last = 1\n")
            other.sweep(())
        return False

    whole(builder, stop)
    other.close()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        found = connection.execute(
            "SELECT f.path, n.name FROM files f JOIN uses u ON u.file = f.id"
            " JOIN names n ON n.id = u.name ORDER BY 1, 2"
        ).fetchall()
    last = ("canaries/canary_deep/canary_two.py", "last")
    assert found == [last, *(("new.py", name) for name in ("def", "quite_new", "return"))]
