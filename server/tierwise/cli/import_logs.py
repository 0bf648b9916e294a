"""`tierwise import`: estimates what routing would have saved for work done with another tool.

It reads the logs of that tool and prints numbers. It sends nothing and keeps nothing of the logs.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from tierwise.cli.common import configuration, counted, print_json
from tierwise.cli.lines import say
from tierwise.cli.progress import working
from tierwise.cli.route import situation
from tierwise.cli.table import TableColumn, show
from tierwise.core.decision import Decision
from tierwise.core.errors import BadRequest
from tierwise.core.money import to_usd
from tierwise.core.request import Request
from tierwise.present.money import amounts
from tierwise.present.names import label
from tierwise.report import claude_code
from tierwise.report.claude_code import LoggedTurn, LogSums
from tierwise.report.what_if_routed import RoutedSums, add_up
from tierwise.routing.route import route_one
from tierwise.routing.weights import load
from tierwise.tasks.window.settings import price_table

FOLDER: Final = "CLAUDE_CONFIG_DIR"
ASSUMED: Final = (
    "At list prices: on a flat plan you paid the plan, not this.",
    "Every tier is taken to need the same tokens, and a turn to stay on its tier.",
    "An answer that is not kept is taken to cost its turn once more, one tier up; how often that"
    " is comes from the router's estimate, not from your own verdicts.",
)

app = typer.Typer(
    help="Work out from the logs of another tool what routing would have saved.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def group() -> None:
    """Work out from the logs of another tool what routing would have saved."""


@app.command("claude-code")
def from_claude_code(
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Where the logs are; else the tool's own."),
    ] = None,
    days: Annotated[int, typer.Option(min=0, help="Days back; 0 = everything.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say what the work in Claude Code's logs cost, and roughly what it would have cost routed."""
    place = folder or _place()
    if not place.is_dir():
        raise BadRequest(f"There is no folder {place}. --folder names another place of the logs.")
    since = datetime.now(UTC) - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)
    config = configuration().config
    ladder, prices, weights = config.ladder(), price_table(config)[0], load()

    def decide(turn: LoggedTurn) -> Decision:
        used = next(iter(turn.calls.values())).usage
        prompt = used.input_tokens + used.cache_read_tokens + used.cache_write_5m_tokens
        request = Request("agent", turn.words, input_tokens=prompt + used.cache_write_1h_tokens)
        return route_one(request, situation(request, config, prices), weights)

    read = LogSums()
    with working("Reading the logs"):
        sums = add_up(claude_code.turns(place, since, read), ladder, prices, decide)
    if as_json:
        print_json(_json(sums, read, days))
    elif not sums.turns:
        say(_nothing_found(place, read, days))
    else:
        _print(sums, read, days)


def _nothing_found(place: Path, read: LogSums, days: int) -> str:
    """A sentence: why there is nothing to count, and what to try."""
    if not read.files:
        return f"There are no logs (*.jsonl) in {place}. --folder names another place of the logs."
    found = f"{counted(read.files, 'log file')} in {place}, but no answered turn"
    said = f"{found} in the last {days} days. --days 0 reads all." if days else f"{found}."
    odd = f" {read.odd:,} of {read.lines:,} lines could not be read."
    return f"{said}{odd if read.odd else ''}"


def _place() -> Path:
    own = os.environ.get(FOLDER)
    return (Path(own) if own else Path.home() / ".claude") / "projects"


def _print(sums: RoutedSums, read: LogSums, days: int) -> None:
    was, routed = amounts(sums.cost, round(sums.routed))
    when = f"The last {days} days were" if days else "Everything logged was"
    say(
        f"{when} {counted(sums.turns, 'turn')} with {counted(sums.calls, 'answer')}: {was} at"
        " list prices."
        f" Routed they would have been about {routed}, with about {sums.redos:.0f} redos."
    )
    say()
    show(
        (TableColumn("first tier", 9), TableColumn("turns", 9, right=True)),
        [(label(tier), f"{count:,}") for tier, count in sums.first.most_common()],
    )
    say()
    show(
        (TableColumn("model in the logs", 9), TableColumn("answers", 9, right=True)),
        [(model, f"{count:,}") for model, count in sums.models.most_common()],
    )
    say()
    for text in ASSUMED:
        say(text)
    if sums.unknown:
        say(f"No list price, counted at the dearest: {', '.join(sorted(sums.unknown))}.")
    if read.odd:
        say(f"{read.odd:,} of {counted(read.lines, 'line')} could not be read and are left out.")


def _json(sums: RoutedSums, read: LogSums, days: int) -> dict[str, object]:
    return {
        "days": days,
        "files": read.files,
        "oddLines": read.odd,
        "turns": sums.turns,
        "calls": sums.calls,
        "costUsd": to_usd(sums.cost),
        "routedUsd": to_usd(round(sums.routed)),
        "redos": round(sums.redos, 2),
        "first": dict(sums.first),
        "models": dict(sums.models),
        "unknownPrices": sorted(sums.unknown),
        "assumptions": list(ASSUMED),
    }
