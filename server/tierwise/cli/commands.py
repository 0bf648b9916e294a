"""The command line as a whole: a group that imports a command only when it runs."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

from tierwise import __version__
from tierwise.cli import terminal
from tierwise.cli.command_table import COMMANDS, CommandEntry
from tierwise.cli.help_style import HELP_NAMES, reworded, styled
from tierwise.cli.narrow import fitted
from tierwise.core.errors import TierwiseError
from tierwise.present.errors import sentence

TRACEBACK: Final = "TIERWISE_TRACEBACK"
"""If this environment variable is set, an unexpected error shows its traceback."""

if TYPE_CHECKING:
    from typer._click import Command, Context

_BY_NAME: Final[dict[str, CommandEntry]] = {entry.name: entry for entry in COMMANDS}


class LazyGroup(TyperGroup):
    """The group of all commands. It makes their help from the table and so imports none of them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {
            entry.name: TyperCommand(entry.name, help=entry.help) for entry in COMMANDS
        }
        fitted(styled(self))

    def invoke(self, ctx: Context) -> Any:
        """Run the command. Raises `UsageError` in plain words if a value does not fit."""
        from typer._click.exceptions import UsageError

        try:
            return super().invoke(ctx)
        except UsageError as error:
            raise reworded(error) from None

    def resolve_command(
        self, ctx: Context, args: list[str]
    ) -> tuple[str | None, Command | None, list[str]]:
        """Find the command that the arguments name, and import its module."""
        name, command, rest = super().resolve_command(ctx, args)
        entry = _BY_NAME.get(name or "")
        return name, command if entry is None else load(entry), rest


def load(entry: CommandEntry) -> Command:
    """Import the module of an entry and make its command with all options."""
    module: Any = importlib.import_module(f"tierwise.cli.{entry.module}")
    if entry.group:
        command: Command = typer.main.get_group(module.app)
    else:
        command = _single(entry.name, module.run)
    command.name = entry.name
    return fitted(styled(command))


def _single(name: str, run: Callable[..., None]) -> Command:
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name)(run)
    return typer.main.get_command(alone)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tierwise {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="tierwise",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": list(HELP_NAMES)},
)


@app.callback()
def tierwise(
    version: Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """The cheapest tier that will do, and you always see which."""


def main() -> None:
    """Run the command line. An error is one line on stderr and exit code 1. Wrong usage is code 2.

    With `TRACEBACK` set, an unexpected error is raised.
    """
    terminal.prepare()
    # Without a handler Python would print log records to stderr. Commands print errors themselves.
    logging.getLogger("tierwise").addHandler(logging.NullHandler())
    try:
        app()
    except TierwiseError as error:
        sys.exit(_failed(sentence(error)))
    except BrokenPipeError:
        # The reader of our output closed the pipe. Python must not try to flush once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        sys.exit(
            _failed(
                f"This is a fault of Tierwise ({type(error).__name__}: {error})."
                f" {TRACEBACK}=1 shows where; please report that."
            )
        )


def _failed(why: str) -> int:
    from tierwise.cli.lines import say

    say(f"tierwise: {why}", err=True)
    return 1
