"""`tierwise top`: shows what agents do at the gateway now, one line per strand."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from tierwise.cli.common import print_json
from tierwise.config import paths
from tierwise.core.errors import NotConfigured
from tierwise.gateway import running
from tierwise.present import gateway as words
from tierwise.present.money import amount, percent

EVERY_S = 1.0
"""Seconds between two reads of the gateway."""


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, once.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Print the table once.")] = False,
) -> None:
    """Watch what agents do at the gateway: tier, cause, context and cost per strand."""
    answer = _asked()
    if as_json:
        print_json(answer)
        return
    from rich.console import Console
    from rich.live import Live

    console = Console()
    if once or not console.is_terminal:
        console.print(table(answer))
        return
    with Live(table(answer), console=console, screen=True) as live:
        while True:
            try:
                time.sleep(EVERY_S)
                live.update(table(_asked()))
            except KeyboardInterrupt:
                return


def strands(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The newest decision of each strand: of a conversation with an agent, or of one of its
    sub-agents.
    """
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one in answer["decisions"]:
        found.setdefault((one["session"], one.get("agent", "")), one)
    return list(found.values())


def table(answer: Mapping[str, Any]) -> Any:
    """Make the table to print from the gateway's answer."""
    from rich.table import Table

    left = answer["budget"].get("leftUsd")
    rest = "no cap" if left is None else f"{amount(round(left * 1e9))} left"
    made = Table(title=f"Tierwise · {rest}", expand=True)
    for name in ("project", "kind", "tier", "cause", "context", "cached", "calls", "cost", "state"):
        right = name in ("context", "cached", "calls", "cost")
        made.add_column(name, justify="right" if right else "left", overflow="ellipsis")
    for one in strands(answer):
        decision = one["decision"]
        state = one.get("state", "over")
        if "loweredTo" in one:
            state += f", cut at {one['loweredTo']:,}"
        made.add_row(
            one["project"].rsplit("/", 1)[-1],
            one["kind"],
            decision["headline"],
            "client" if one["clientNamed"] else decision["cause"],
            f"{one.get('promptTokens', 0):,}",
            percent(one.get("cachedShare", 0.0)),
            str(one.get("calls", 0)),
            amount(round(one.get("costUsd", 0.0) * 1e9)),
            state,
        )
    return made


def _asked() -> Mapping[str, Any]:
    answer = running.call(paths.state_dir(os.environ), "/v1/decisions")
    if answer is None:
        raise NotConfigured(words.START_GATEWAY)
    return answer
