"""`tierwise doctor`: what this installation has and what it lacks."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from tierwise import __version__
from tierwise.cli.ground import configuration, print_json, read
from tierwise.config import paths
from tierwise.core.errors import LedgerUnavailable
from tierwise.models.client import ModelClient

LIBRARIES = ("pygls", "anthropic", "sqlalchemy", "tree-sitter", "pydantic")


def run(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Check the set-up; exit 1 when a task could not be answered."""
    loaded = configuration()
    client = ModelClient(os.environ)
    keys = {t.name: client.key(t) is not None for t in loaded.config.ladder()}
    try:
        read(lambda conn: None)
        ledger = "ok"
    except LedgerUnavailable as error:
        ledger = error.message
    facts = {
        "tierwise": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "state": str(paths.state_dir(os.environ)),
        "config": str(paths.config_file(os.environ)),
        "configExists": paths.config_file(os.environ).exists(),
        "notices": list(loaded.notices),
        "rehearsal": loaded.config.rehearsal,
        "keys": keys,
        "ledger": ledger,
    }
    works = ledger == "ok" and (loaded.config.rehearsal or all(keys.values()))
    if as_json:
        print_json({**facts, "ready": works})
    else:
        for name, value in facts.items():
            typer.echo(f"{name:14} {value}")
        if not works:
            typer.echo("Set ANTHROPIC_API_KEY, or choose rehearsal = true in the configuration.")
    raise typer.Exit(0 if works else 1)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
