"""`tierwise doctor`: what this installation has and what it lacks."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from tierwise import __version__
from tierwise.cli.common import configuration, print_json, read
from tierwise.config import paths
from tierwise.core.errors import LedgerUnavailable
from tierwise.index.project import ProjectIndex
from tierwise.models.client import ModelClient
from tierwise.present.errors import sentence
from tierwise.present.index import progress
from tierwise.tasks.window import model_check
from tierwise.tasks.window.model_check import Inspected

LIBRARIES = ("pygls", "anthropic", "sqlalchemy", "tree-sitter", "pydantic")


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the model servers what they have.")
    ] = False,
) -> None:
    """Check the set-up; exit 1 when a task could not be answered."""
    loaded = configuration()
    client = ModelClient(os.environ)
    ladder = loaded.config.ladder()
    held = bool(loaded.holds) and not loaded.config.rehearsal
    ask = not offline and not loaded.config.rehearsal and not held
    found = asyncio.run(model_check.inspect(ladder, client, date.today(), ask=ask))
    keys = {t.name: client.key(t) is not None for t in ladder}
    try:
        read(lambda conn: None)
        ledger = "ok"
    except LedgerUnavailable as error:
        ledger = sentence(error)
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
        "index": asyncio.run(_index(loaded.config.index.enabled)),
    }
    tiers = [_tier(one, client) for one in found]
    answers = loaded.config.rehearsal or (all(keys.values()) and not held)
    works = ledger == "ok" and answers
    if as_json:
        print_json({**facts, "tiers": tiers, "ready": works})
    else:
        for name, value in facts.items():
            typer.echo(f"{name:14} {value}")
        _print(tiers)
        if held:
            typer.echo(loaded.holds[0])
        elif not works:
            typer.echo("Set ANTHROPIC_API_KEY, or choose rehearsal = true in the configuration.")
    raise typer.Exit(0 if works else 1)


async def _index(enabled: bool) -> str:
    """How far the index of this folder is, in a few words."""
    if not enabled:
        return progress("off", 0, 0, "disabled")
    project = ProjectIndex(Path.cwd(), paths.state_dir(os.environ))
    try:
        state = await project.status()
        return progress(state.state, state.indexed, state.files, state.why, state.left)
    finally:
        await project.close()


def _tier(one: Inspected, client: ModelClient) -> Mapping[str, Any]:
    tier, known = one.tier, one.facts
    return {
        "name": tier.name,
        "model": tier.model,
        "server": client.endpoint(tier),
        "key": one.key,
        "effort": tier.effort,
        "maxTokens": tier.max_tokens,
        "features": sorted(tier.features),
        "lifecycle": known.lifecycle if known is not None else None,
        "retires": known.retires.isoformat() if known is not None and known.retires else None,
        "listed": known is not None,
        "unlisted": one.unlisted or None,
        "remarks": [remark.text for remark in one.remarks],
    }


def _print(tiers: Sequence[Mapping[str, Any]]) -> None:
    typer.echo("tiers")
    for tier in tiers:
        key = "key" if tier["key"] else "no key"
        effort = f", effort {tier['effort']}" if tier["effort"] else ""
        knows = ", ".join(tier["features"]) or "plain messages"
        said = tier["lifecycle"] or tier["unlisted"] or "not in the server's list"
        typer.echo(f"  {tier['name']:10} {tier['model']} at {tier['server']} ({key}; {said})")
        typer.echo(f"  {'':10} {tier['maxTokens']:,} tokens{effort}; knows {knows}")
        for remark in tier["remarks"]:
            typer.echo(f"  {'':10} {remark}")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
