"""What the commands stand on: the configuration and the ledger of this operator."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from tierwise.config import paths
from tierwise.config.load import Loaded
from tierwise.store.ledger import Ledger

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

T = TypeVar("T")


def configuration() -> Loaded:
    """The operator's configuration, tightened by the folder's own file."""
    from tierwise.tasks.window.settings import configuration as of

    return of(os.environ, {}, [Path.cwd()], True)


@contextmanager
def ledger() -> Iterator[Ledger]:
    """The operator's ledger, closed afterwards."""
    found = Ledger.open(paths.state_dir(os.environ))
    try:
        yield found
    finally:
        found.close_sync()


def read(fn: Callable[[Connection], T]) -> T:
    """One read of the ledger."""
    with ledger() as found:
        return found.read_sync(fn)


def print_json(data: Any) -> None:
    """Print facts for programs."""
    typer.echo(json.dumps(data, ensure_ascii=False))
