"""Prints tables in one style, for any width of the terminal, with or without colour.

If a table does not fit, its least important columns are left out, and a line below names them. The
drawing library obeys `NO_COLOR` and `TERM=dumb`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final, TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tierwise.core.dataclass import dataclass

UNBOUND: Final = 200
"""The width of output that goes to a file or a pipe, which has no width of its own."""
GAP: Final = 2
"""The width of the space between two columns of a table."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table. `right` aligns its figures to the right.

    `keep` is its weight: if there is too little room, the columns of least weight are left out
    first. A column of weight 9 is never left out.
    """

    name: str
    keep: int = 5
    right: bool = False


def console() -> Console:
    """The console for standard output. It does not highlight what looks like a number or path."""
    return Console(highlight=False, width=None if has_width(sys.stdout) else UNBOUND)


def has_width(stream: TextIO) -> bool:
    """Whether output to a stream has a width: that of its terminal, or the one in `COLUMNS`."""
    return stream.isatty() or "COLUMNS" in os.environ


def show(
    columns: Sequence[TableColumn], rows: Sequence[Sequence[str]], title: str = "", note: str = ""
) -> None:
    """Print a table. Below it, name the columns that did not fit, and print a note."""
    screen = console()
    kept, gone = fitting(columns, rows, screen.width)
    if title:
        screen.print(Text(title, style="bold"))
    # The box itself takes one column of each gap.
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
    """The indexes of the columns that fit into a width, and of those that do not."""
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
