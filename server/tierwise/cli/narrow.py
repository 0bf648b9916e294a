"""Help on a narrow terminal: each option on a line of its own, with its sentence below it.

The framed help has a column for names, one for types and one for sentences. Where there is little
room, it would cut them off.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from typer._click.core import Context
from typer._click.formatting import HelpFormatter

if TYPE_CHECKING:
    from typer._click import Command

FROM: Final = 64
"""Columns from which the framed help has room."""
FROM_LONG: Final = 96
"""The same where an option has a long name."""
LONG: Final = 16
BELOW: Final = 4
"""Columns by which a sentence is set in below its option."""


class NarrowFormatter(HelpFormatter):
    """Sets options and commands as paragraphs and keeps within the terminal's width."""

    def __init__(self, width: int | None = None, max_width: int | None = None) -> None:
        super().__init__(width=columns() - 1, max_width=max_width)

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write names, each with its sentence below it."""
        indent = " " * self.current_indent
        for name, sentence in rows:
            for text, left in ((name, indent), (sentence, indent + " " * BELOW)):
                for line in wrap(text, self.width - len(left)):
                    self.write(f"{left}{line}\n")


class NarrowContext(Context):
    """A command's context whose help is set in paragraphs."""

    formatter_class = NarrowFormatter


def columns() -> int:
    """The width of the terminal."""
    return shutil.get_terminal_size().columns


def fitted(command: Command) -> Command:
    """The command, and those below it, with help that fits this terminal."""
    names = (len(name) for option in command.params for name in option.opts)
    if columns() < (FROM_LONG if max(names, default=0) >= LONG else FROM):
        command.context_class = NarrowContext
        if hasattr(command, "rich_markup_mode"):
            command.rich_markup_mode = None
        # Without a short help, the list of commands shows as much of a sentence as fits a line.
        command.short_help = (command.help or "").split("\n\n")[0]
        for inner in getattr(command, "commands", {}).values():
            fitted(inner)
    return command
