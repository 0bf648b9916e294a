"""A database that is removed, turned off or damaged while a child reads: no row of it misleads."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tierwise.index import schema
from tierwise.index.builder import Builder, TurnedOff
from tierwise.index.project import ProjectIndex

FILES = 6


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for n in range(FILES):
        (folder / f"m{n}.py").write_text(f"def foo{n}():\n    return foo{n}\n", encoding="utf-8")
    return folder


def _builder(root: Path, database: Path) -> Builder:
    return Builder(root, database, (), 50_000, 500 * 2**20)


def _after(files: int, what: Callable[[], object]) -> Callable[[], bool]:
    """A `stop` that does something once, after so many files of a slice."""
    calls = iter(range(1, 1_000))

    def stop() -> bool:
        if next(calls) == files:
            what()
        return False

    return stop


def _whole(builder: Builder, stop: Callable[[], bool] = lambda: False) -> None:
    """Read all that waits; a slice may end early on a busy machine."""
    for _ in range(50):
        if not builder.busy:
            return
        builder.work(stop)
    raise AssertionError("the index is never whole")


def _defined(database: Path) -> list[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        orphans = connection.execute("SELECT 1 FROM uses WHERE file NOT IN (SELECT id FROM files)")
        assert orphans.fetchall() == []
        return connection.execute(
            "SELECT f.path, n.name FROM defs d JOIN files f ON f.id = d.file"
            " JOIN names n ON n.id = d.name ORDER BY f.path"
        ).fetchall()


RIGHT = [(f"m{n}.py", f"foo{n}") for n in range(FILES)]


@pytest.mark.parametrize("files", [1, 3, FILES])
def test_a_purge_in_the_middle_of_a_slice(root: Path, tmp_path: Path, files: int) -> None:
    database = schema.database(tmp_path / "state", root)
    builder = _builder(root, database)
    builder.sweep(())
    _whole(builder, _after(files, lambda: schema.purge(tmp_path / "state")))
    builder.close()
    assert _defined(database) == RIGHT


@pytest.mark.parametrize("files", [1, 3, FILES])
def test_another_child_made_the_database_anew_meanwhile(
    root: Path, tmp_path: Path, files: int
) -> None:
    database = schema.database(tmp_path / "state", root)
    builder, other = _builder(root, database), _builder(root, database)
    builder.sweep(["m0.py"])

    def anew() -> None:
        schema.remove(database)
        (root / "m0.py").touch()  # The order of ids is that of the time stamps.
        other.sweep(())

    _whole(builder, _after(files, anew))
    builder.close()
    other.close()
    assert _defined(database) == RIGHT


@pytest.mark.parametrize("files", [1, 3, FILES])
def test_turned_off_in_the_middle_of_a_slice(root: Path, tmp_path: Path, files: int) -> None:
    database = schema.database(tmp_path / "state", root)
    builder = _builder(root, database)
    builder.sweep(())

    def off() -> None:
        schema.turn(database, on=False)
        schema.remove(database)

    with pytest.raises(TurnedOff):
        _whole(builder, _after(files, off))
    for ask in (lambda: builder.sweep(()), lambda: builder.look_at("m0.py"), builder.progress):
        with pytest.raises(TurnedOff):
            ask()
    builder.close()
    assert not database.exists()


def test_a_saved_file_does_not_make_a_new_database_whole(root: Path, tmp_path: Path) -> None:
    database = schema.database(tmp_path / "state", root)
    builder = _builder(root, database)
    builder.sweep(())
    schema.remove(database)
    builder.look_at("m0.py")
    _whole(builder)
    builder.close()
    assert _defined(database) == RIGHT


@pytest.mark.parametrize(
    "damage",
    [
        "INSERT INTO postings SELECT t.id, f.id, 1, 0, 0 FROM terms t, files f WHERE true"
        " ON CONFLICT DO NOTHING",
        "INSERT INTO defs SELECT n.id, f.id, 1, 2, 'function', 'top' FROM names n, files f"
        " WHERE true ON CONFLICT DO NOTHING",
        "DROP TABLE uses; CREATE TABLE uses(name PRIMARY KEY, file UNIQUE, code, other, bound)",
    ],
)
async def test_rows_that_contradict_each_other_are_made_anew(
    root: Path, tmp_path: Path, damage: str
) -> None:
    database = schema.database(tmp_path / "state", root)
    builder = _builder(root, database)
    builder.sweep(())
    _whole(builder)
    builder.close()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.executescript(
            f"{damage}; UPDATE files SET state = 0, hash = ''; DELETE FROM held"
        )
    index = ProjectIndex(root, tmp_path / "state")
    state = await index.ready()
    await index.close()
    assert (state.state, state.indexed) == ("ready", FILES)
    assert _defined(database) == RIGHT


def test_a_first_reading_leaves_no_space_between_rows(root: Path, tmp_path: Path) -> None:
    database = schema.database(tmp_path / "state", root)
    for n in range(200):
        names = "\n".join(f"def packed_{n}_{i}(): return other_{i}_{n}" for i in range(20))
        (root / f"packed{n}.py").write_text(names, encoding="utf-8")
    builder = _builder(root, database)
    builder.sweep(())
    _whole(builder)
    builder.close()
    made = database.stat().st_size
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM")
    assert database.stat().st_size == made
