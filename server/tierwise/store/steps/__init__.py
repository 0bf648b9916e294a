"""The steps from one shape of the ledger to the next, as frozen SQL.

A step that was shipped never changes, and never asks `schema` what the tables look like
today: a ledger that skipped versions must pass through the same shapes as every other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources
from typing import Final

from tierwise.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """One step. `min_writer` is the oldest shape whose programs may go on writing after it.

    A step that only adds (columns that may be empty, tables, triggers) does not change it.
    A step after which an older program would write wrong rows raises it to its own number.
    """

    statements: tuple[str, ...]
    min_writer: int


def split(text: str) -> Iterator[str]:
    """Split a text into SQL statements.

    It does not split at each semicolon, because the body of a trigger has semicolons of its own.
    """
    part = ""
    for line in text.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            yield part.strip()
            part = ""


def _of(file: str) -> tuple[str, ...]:
    return tuple(split(resources.files(__name__).joinpath(file).read_text("utf-8")))


STEPS: Final = (
    SchemaStep(_of("001_tables.sql"), min_writer=1),
    SchemaStep(_of("002_daily_sums.sql"), min_writer=1),
    SchemaStep(_of("003_queue.sql"), min_writer=1),
    SchemaStep(_of("004_team.sql"), min_writer=1),
    SchemaStep(_of("005_client.sql"), min_writer=1),
    SchemaStep(_of("006_workers.sql"), min_writer=1),
    SchemaStep(_of("007_lessons.sql"), min_writer=1),
    SchemaStep(_of("008_places.sql"), min_writer=1),
)
"""The first step makes shape 1 out of an empty file, the second shape 2 out of that, and so on."""
