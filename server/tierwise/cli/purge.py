"""`tierwise purge`: remove the kept content and the project indexes; the ledger has none."""

from __future__ import annotations

import os

import typer

from tierwise.config import paths
from tierwise.index import schema
from tierwise.store.content import Content


def run() -> None:
    """Remove every kept prompt, answer, proposal, chat and project index from this machine."""
    state = paths.state_dir(os.environ)
    removed, indexes = Content(state).purge(), schema.purge(state)
    typer.echo(
        f"The kept content of {removed} task(s) and the index of {indexes} project(s) were removed."
    )
