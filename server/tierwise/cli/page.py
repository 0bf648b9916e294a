"""Prints pages in markdown: drawn to the width of a terminal, unchanged into a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import typer
from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.markdown import Markdown, TableElement
from rich.table import Table
from rich.text import Text

from tierwise.cli.table import GAP, console, has_width


def show_page(text: str) -> None:
    """Print a page in markdown: drawn if the output has a width, unchanged if it has none."""
    if has_width(sys.stdout):
        console().print(_Page(text, code_theme="ansi_dark", hyperlinks=False))
    else:
        typer.echo(text)


def shared(most: Sequence[int], least: Sequence[int], room: int) -> Sequence[int]:
    """The widths of a table's columns, so that together they take at most `room`. Pure.

    The widest columns give way first, down to their longest word, and below that only if they must.
    `most` are the widths at which no line breaks, `least` those at which no word does.
    """
    widths = list(most)
    while sum(widths) > max(room, len(widths)):
        giving = [n for n, width in enumerate(widths) if width > least[n]] or range(len(widths))
        widths[max(giving, key=lambda n: widths[n])] -= 1
    return widths


class _Page(Markdown):
    """Markdown whose tables look like those of all commands."""


class _PageTable(TableElement):
    """A table in which words break only where there is no room for them at all."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        head = self.header.row.cells if self.header and self.header.row else []
        names = [cell.content for cell in head]
        rows = [
            [cell.content for cell in row.cells] for row in (self.body.rows if self.body else [])
        ]
        columns = [[names[n], *(row[n] for row in rows)] for n in range(len(names))]
        widths = shared(
            [max(cell.cell_len for cell in column) for column in columns],
            [max(_longest(cell) for cell in column) for column in columns],
            options.max_width - GAP * (len(columns) - 1),
        )
        # The box itself has one of the columns between two columns.
        table = Table(
            box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, GAP - 1, 0, 0), show_edge=False
        )
        for name, width in zip(names, widths, strict=True):
            table.add_column(name, width=width, overflow="fold")
        for row in rows:
            table.add_row(*row)
        yield table


_Page.elements = {**Markdown.elements, "table_open": _PageTable}


def _longest(text: Text) -> int:
    return max((cell_len(word) for word in text.plain.split()), default=0)
