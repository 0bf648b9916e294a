"""`tierwise purge`: remove the kept content; the ledger has none."""

from __future__ import annotations

import os

import typer

from tierwise.config import paths
from tierwise.store.content import Content


def run() -> None:
    """Remove every kept prompt, answer, proposal and chat from this machine."""
    removed = Content(paths.state_dir(os.environ)).purge()
    typer.echo(f"The kept content of {removed} task(s) was removed.")
