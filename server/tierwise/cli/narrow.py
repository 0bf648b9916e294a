"""Help for a narrow terminal: each option on a line of its own, with its sentence below it.

The usual framed help has columns for names, types and sentences. A narrow terminal would cut them
off.
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
"""A terminal with at least this many columns gets the framed help."""
FROM_LONG: Final = 96
"""A command with an option name of `LONG` characters gets the framed help from this width on."""
LONG: Final = 16
BELOW: Final = 4
"""How many columns a sentence is indented below its option."""


class NarrowFormatter(HelpFormatter):
    """Prints options and commands as paragraphs, within the width of the terminal."""

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
    """A context of a command that prints its help with `NarrowFormatter`."""

    formatter_class = NarrowFormatter


def columns() -> int:
    """The width of the terminal."""
    return shutil.get_terminal_size().columns


def fitted(command: Command) -> Command:
    """Give a command and its subcommands the help that fits this terminal. Returns the command."""
    names = (len(name) for option in command.params for name in option.opts)
    if columns() < (FROM_LONG if max(names, default=0) >= LONG else FROM):
        command.context_class = NarrowContext
        if hasattr(command, "rich_markup_mode"):
            command.rich_markup_mode = None
        # Without this, the list of commands would cut each sentence at the end of the line.
        command.short_help = (command.help or "").split("\n\n")[0]
        for inner in getattr(command, "commands", {}).values():
            fitted(inner)
    return command
