"""Gives the help and the usage errors of every command one style.

The framework shows types (`<bool>`, `<int range>`), but a reader of the help wants to know what to
write. Its errors also repeat the wording of the library that checks values.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typer.core import TyperOption

from tierwise.present.plain_words import plain

if TYPE_CHECKING:
    from typer._click import Command
    from typer._click.exceptions import UsageError

HELP_NAMES: Final = ("-h", "--help")
VALUES: Final[Mapping[type, str]] = {bool: "", int: "N", float: "X", str: "TEXT", Path: "FILE"}
"""The word that the help shows for a value without a name of its own, by the value's type. A switch
takes no value."""


def styled(command: Command) -> Command:
    """Set the names of values in capitals, for a command and its subcommands. Returns it."""
    for one in command.params:
        if one.metavar is None:
            if isinstance(one, TyperOption):
                kind = bool if one.is_flag else one.type_descriptor.annotation
                one.metavar = VALUES.get(kind)
            else:
                one.metavar = (one.name or "").upper()
    asks_help = command.get_help_option(
        command.context_class(command, help_option_names=list(HELP_NAMES))
    )
    if asks_help is not None:
        asks_help.metavar = VALUES[bool]
    for inner in getattr(command, "commands", {}).values():
        styled(inner)
    return command


def reworded(error: UsageError) -> UsageError:
    """Reword a usage error in plain words. Changes the error and returns it."""
    error.message = plain(error.message)
    return error
