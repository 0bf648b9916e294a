"""`tierwise store`: copies the whole ledger into a PostgreSQL database."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tierwise.cli import common
from tierwise.cli.lines import say
from tierwise.config import paths
from tierwise.core.errors import NotConfigured
from tierwise.present import team as words
from tierwise.store import jobs, transfer
from tierwise.store.deferred import Connection
from tierwise.store.installation import name_of

app = typer.Typer(no_args_is_help=True, help="Move the ledger into a PostgreSQL database.")


@app.callback()
def store() -> None:
    """Move the ledger into a PostgreSQL database."""


@app.command("import")
def take_over(
    file: Annotated[
        Path | None, typer.Argument(help="The ledger's file; without one, the state folder's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take a ledger in a file over into the PostgreSQL database that `store.url` names, once."""
    found = file or paths.state_dir(os.environ) / "ledger.db"
    if not found.exists():
        raise NotConfigured(words.no_ledger(str(found)))
    with common.ledger() as ledger:
        if not ledger.served:
            raise NotConfigured(words.NO_STORE)
        tables = dict(transfer.rows_of(found))
        try:
            written = ledger.write_sync(lambda conn: _take_over(conn, tables))
        except transfer.NotEmpty:
            raise NotConfigured(words.NOT_EMPTY) from None
        except transfer.SumsDiffer:
            raise NotConfigured(words.SUMS_DIFFER) from None
    if as_json:
        common.print_json({"rows": written, "from": str(found)})
    else:
        say(words.taken_over(written, str(found)))


def _take_over(conn: Connection, tables: Mapping[str, list[dict[str, Any]]]) -> int:
    """Write the rows into the database, and return how many there were.

    Queued jobs among them belong to this machine, because their content is in its state folder.
    """
    written = transfer.take_over(conn, tables)
    jobs.lie_at(conn, name_of(paths.state_dir(os.environ)), socket.gethostname())
    return written
