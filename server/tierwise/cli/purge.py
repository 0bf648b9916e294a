"""`tierwise purge`: removes the kept content and the project indexes. The ledger has no content."""

from __future__ import annotations

import os
import select
import sys
from typing import Annotated, Final

import typer

from tierwise.cli.common import counted, print_json
from tierwise.cli.lines import say
from tierwise.config import paths
from tierwise.core.errors import BadRequest
from tierwise.index import schema
from tierwise.store.content import Content

QUESTION: Final = "Remove every kept prompt, answer, proposal, chat and project index? [y/N] "
WAIT_S: Final = 2.0
"""Seconds for which the command waits for an answer from a pipe."""


def run(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Remove every kept prompt, answer, proposal, chat and project index from this machine.

    In a terminal it asks first. Elsewhere it reads the answer from standard input, and an empty
    input means yes.
    """
    if not (yes or _agreed()):
        say("Nothing was removed.", err=True)
        raise typer.Exit(1)
    state = paths.state_dir(os.environ)
    removed, indexes = Content(state).purge(), schema.purge(state)
    if as_json:
        print_json({"tasks": removed, "indexes": indexes})
        return
    say(
        f"Removed: the kept content of {counted(removed, 'task')} and the index of"
        f" {counted(indexes, 'project')}."
        " Figures and decisions stay in the ledger."
    )


def _answer_is_there() -> bool:
    """True if standard input has data or has ended. A pipe may stay open and send nothing."""
    try:
        return os.name != "posix" or bool(select.select([sys.stdin], [], [], WAIT_S)[0])
    except (OSError, ValueError):
        return True


def _agreed() -> bool:
    """True if the operator agrees. Without a terminal the answer is read from standard input."""
    if sys.stdin is None:
        return True
    if not sys.stdin.isatty():
        if not _answer_is_there():
            raise BadRequest("Nobody can be asked here. --yes removes without asking.")
        said = sys.stdin.readline()
        return not said or said.strip().lower() in ("y", "yes")
    typer.echo(QUESTION, nl=False, err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
