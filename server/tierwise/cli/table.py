"""Tables of the command line: one look, at 40 columns as at 200, in colour or without it.

Where a table does not fit, its least important columns go first, and the line below it names
them. `NO_COLOR` and `TERM=dumb` are obeyed by the library that draws.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tierwise.core.dataclass import dataclass

UNBOUND: Final = 200
"""Columns where output goes into a file or a pipe, which has no width of its own."""
GAP: Final = 2
"""Columns between two columns of a table."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table. `keep` is its weight: where room is scarce the least goes first, and
    a column of weight 9 never goes. `right` sets figures flush right."""

    name: str
    keep: int = 5
    right: bool = False


def console() -> Console:
    """The terminal of facts: standard output, without guesses at what a figure is."""
    bound = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if bound else UNBOUND)


def show(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], title: str = "", note: str = ""
) -> None:
    """Print a table, and below it what did not fit and a note."""
    screen = console()
    kept, gone = fitting(columns, rows, screen.width)
    if title:
        screen.print(Text(title, style="bold"))
    # The box itself has one of the columns between two columns.
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_edge=False)
    for number in kept:
        column = columns[number]
        table.add_column(
            Text(column.name), justify="right" if column.right else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(row[number]) for number in kept))
    screen.print(table)
    if gone:
        left_out = ", ".join(columns[number].name for number in gone)
        screen.print(Text(f"No room for: {left_out}. --json has everything.", style="dim"))
    if note:
        screen.print(Text(note, style="dim"))


def fitting(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], width: int
) -> tuple[list[int], list[int]]:
    """The numbers of the columns that are shown, and of those that found no room. Pure."""
    widths = [
        max([cell_len(column.name), *(cell_len(row[n]) for row in rows)])
        for n, column in enumerate(columns)
    ]
    kept, gone = list(range(len(columns))), []
    while sum(widths[n] + GAP for n in kept) - GAP > width:
        least = min(kept, key=lambda n: (columns[n].keep, -n))
        if columns[least].keep >= 9:
            break
        kept.remove(least)
        gone.append(least)
    return kept, sorted(gone)
