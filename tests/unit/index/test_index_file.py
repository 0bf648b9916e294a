"""The database as a file: damaged ones, those of other versions, the mark that turns one off."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tierwise.index import schema
from tierwise.index.project import ProjectIndex

SOURCES = {"a.py": "def foo():\n    return 1\n", "b.py": "from a import foo\n\nfoo()\n"}
USES = {"a.py": 1, "b.py": 2}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "my project ä"
    folder.mkdir()
    for name, text in SOURCES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def emptied(database: Path) -> None:
    database.write_bytes(b"")


def overwritten(database: Path) -> None:
    database.write_bytes(b"this is no database\n" * 500)


def cut(database: Path) -> None:
    database.write_bytes(database.read_bytes()[: 4096 * 3 + 17])


def scrambled(database: Path) -> None:
    data = bytearray(database.read_bytes())
    rng = random.Random(1)
    for at in range(4096, len(data)):
        data[at] = rng.randrange(256)
    database.write_bytes(data)


def foreign_log(database: Path) -> None:
    database.with_name(f"{database.name}-wal").write_bytes(b"\x37\x7f\x06\x82" + b"x" * 9000)


def other_tables(database: Path) -> None:
    database.unlink()
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE files(something_else)")


@pytest.mark.parametrize(
    "damage", [emptied, overwritten, cut, scrambled, foreign_log, other_tables]
)
async def test_a_damaged_file_is_made_anew(
    root: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    index = ProjectIndex(root, tmp_path / "state")
    await index.ready()
    await index.close()
    damage(index.database)
    index = ProjectIndex(root, tmp_path / "state")
    before = await index.uses("foo")
    assert {f.path: f.uses for f in before.files} in ({}, USES)
    state = await index.ready()
    assert (state.state, state.indexed) == ("ready", len(SOURCES))
    assert {f.path: f.uses for f in (await index.uses("foo")).files} == USES
    await index.close()


async def test_a_later_version_is_left_alone_and_an_earlier_one_goes(
    root: Path, tmp_path: Path
) -> None:
    database = schema.database(tmp_path / "state", root)
    root_name = database.name.partition(".")[0]
    later = database.with_name(f"{root_name}.{schema.VERSION + 1}.db")
    earlier = database.with_name(f"{root_name}.{schema.VERSION - 1}.db")
    database.parent.mkdir(parents=True)
    for path in (later, earlier):
        path.write_bytes(b"tables of another version")
    index = ProjectIndex(root, tmp_path / "state")
    assert (await index.ready()).state == "ready"
    await index.close()
    assert later.read_bytes() == b"tables of another version"
    assert not earlier.exists()


@pytest.mark.parametrize("mark", ["{root}.off", "{root}.1.off"])
async def test_turned_off_holds_over_versions(root: Path, tmp_path: Path, mark: str) -> None:
    database = schema.database(tmp_path / "state", root)
    database.parent.mkdir(parents=True)
    database.with_name(mark.format(root=database.name.partition(".")[0])).touch()
    index = ProjectIndex(root, tmp_path / "state")
    assert (await index.ready()).why == "turned_off"
    schema.turn(database, on=True)
    assert (await index.ready()).state == "ready"
    schema.turn(database, on=False)
    assert (await index.refresh()).why == "turned_off"
    await index.close()
