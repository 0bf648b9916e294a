"""Helpers that many commands use, such as the operator's configuration and ledger."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from tierwise.cli.lines import say
from tierwise.config import paths
from tierwise.config.load import Loaded
from tierwise.store.ledger import Ledger

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

T = TypeVar("T")


def configuration(folder: Path | None = None) -> Loaded:
    """Load the operator's configuration, tightened by the file of a project folder.

    Without `folder` it is the current folder.
    """
    from tierwise.tasks.window.settings import configuration as of

    return of(os.environ, {}, [folder or Path.cwd()], True)


@contextmanager
def ledger() -> Iterator[Ledger]:
    """Open the operator's ledger, and close it after the block."""
    url = paths.store_url(os.environ, configuration().config.store.url)
    found = Ledger.open(paths.state_dir(os.environ), url)
    try:
        yield found
    finally:
        found.close_sync()


def read(fn: Callable[[Connection], T]) -> T:
    """Open the ledger, run one read of it, and return the result."""
    with ledger() as found:
        return found.read_sync(fn)


def print_json(data: Any) -> None:
    """Print data as JSON, for programs."""
    typer.echo(json.dumps(data, ensure_ascii=False))


def counted(count: int, noun: str) -> str:
    """A number with its noun: "1 turn", "2,000 turns"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def name_odd(task_ids: Sequence[str]) -> None:
    """Print which tasks were left out because their rows in the ledger cannot be read."""
    if task_ids:
        named = ", ".join(task_ids[:50]) + (" and others" if len(task_ids) > 50 else "")
        rows = counted(len(task_ids), "odd row")
        say(f"tierwise: {rows} left out: {named}", err=True)


def nothing_yet(what: str = "No tasks yet") -> None:
    """Print that there is nothing to show yet, and which command changes that."""
    say(f"{what}. Select code in your editor and ask for code actions, or run `tierwise try`.")
