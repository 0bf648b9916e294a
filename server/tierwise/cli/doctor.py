"""`tierwise doctor`: checks this installation. Each check is a row that also says what to do."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from tierwise import __version__
from tierwise.cli import doctor_checks as checks
from tierwise.cli.common import configuration, print_json
from tierwise.cli.doctor_checks import Check
from tierwise.cli.lines import say
from tierwise.cli.progress import working
from tierwise.cli.table import TableColumn, show
from tierwise.config import paths
from tierwise.index.project import ProjectIndex
from tierwise.models.client import ModelClient
from tierwise.present.index import progress
from tierwise.tasks.window import model_check
from tierwise.tasks.window.model_check import Inspected
from tierwise.tasks.window.settings import price_table

LIBRARIES: Final = ("pygls", "anthropic", "sqlalchemy", "tree-sitter", "pydantic")
NEEDED: Final = ("python", "keys", "lock", "ledger")
"""The names of the checks that must pass so that tasks can be answered."""


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="Do not ask the model servers what they have.")
    ] = False,
) -> None:
    """Check the set-up; exit 1 if no task can be answered with it."""
    loaded = configuration()
    client = ModelClient(os.environ)
    ladder, rehearsal = loaded.config.ladder(), loaded.config.rehearsal
    held = bool(loaded.holds) and not rehearsal
    ask = not offline and not rehearsal and not held
    state = paths.state_dir(os.environ)
    with working("Asking the model servers"):
        found = asyncio.run(model_check.inspect(ladder, client, date.today(), ask=ask))
    keyed = {tier.name: client.key(tier) is not None for tier in ladder}
    table, wrong = price_table(loaded.config)
    indexed = asyncio.run(_index(loaded.config.index.enabled))
    rows = (
        checks.python(),
        checks.config(loaded, os.environ),
        checks.keys(found, rehearsal),
        checks.models(found, ask),
        checks.prices(table, wrong, found, date.today()),
        checks.zone(loaded.config.budget.timezone),
        *checks.everything_but_models(state, paths.store_url(os.environ, loaded.config.store.url)),
        checks.index(indexed, loaded.config.index.enabled),
    )
    ready = not held and all(row.state != "fail" for row in rows if row.name in NEEDED)
    tiers = [_tier(one, client) for one in found]
    if as_json:
        ledger = next(row for row in rows if row.name == "ledger")
        print_json(
            {
                "tierwise": __version__,
                "python": ".".join(map(str, sys.version_info[:3])),
                "libraries": {name: _version(name) for name in LIBRARIES},
                "state": str(state),
                "config": str(paths.config_file(os.environ)),
                "configExists": paths.config_file(os.environ).exists(),
                "notices": list(loaded.notices),
                "rehearsal": rehearsal,
                "keys": keyed,
                "ledger": "ok" if ledger.state == "ok" else ledger.todo,
                "index": indexed,
                "tiers": tiers,
                "ready": ready,
                "checks": [
                    {"name": r.name, "state": r.state, "text": r.text, "todo": r.todo} for r in rows
                ],
            }
        )
    else:
        _print(rows, tiers, ready)
    raise typer.Exit(0 if ready else 1)


async def _index(enabled: bool) -> str:
    """Say in a few words how far the index of this folder is."""
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


def _print(rows: Sequence[Check], tiers: Sequence[Mapping[str, Any]], ready: bool) -> None:
    show(
        (TableColumn("", 9), TableColumn("check", 9), TableColumn("found", 9)),
        [
            (row.state, row.name, f"{row.text}\n-> {row.todo}" if row.todo else row.text)
            for row in rows
        ],
        f"Tierwise {__version__}",
    )
    say()
    show(
        (
            TableColumn("tier", 9), TableColumn("model", 9), TableColumn("server", 4),
            TableColumn("key", 6), TableColumn("tokens", 2, right=True),
            TableColumn("list", 3),
        ),
        [
            (
                tier["name"],
                tier["model"],
                tier["server"],
                "yes" if tier["key"] else "no",
                f"{tier['maxTokens']:,}",
                tier["lifecycle"] or tier["unlisted"] or "not in the server's list",
            )
            for tier in tiers
        ],
    )  # fmt: skip
    say("\nReady." if ready else "\nNo task can be answered yet; the rows marked fail say why.")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
