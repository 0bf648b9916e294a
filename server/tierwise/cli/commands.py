"""The command table: every command with its file."""

from __future__ import annotations

import sys

import typer

from tierwise.cli import (
    budget,
    doctor,
    history,
    learn,
    purge,
    replay,
    route,
    stats,
    try_command,
    why,
)
from tierwise.core.errors import TierwiseError

app = typer.Typer(
    name="tierwise",
    help="The cheapest tier that will do, and you always see which.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("try")(try_command.run)
app.command("route")(route.run)
app.command("why")(why.run)
app.command("stats")(stats.run)
app.command("history")(history.run)
app.command("purge")(purge.run)
app.command("doctor")(doctor.run)
app.command("replay")(replay.run)
app.add_typer(learn.app, name="learn")
app.add_typer(budget.app, name="budget")


@app.command("serve", context_settings={"ignore_unknown_options": True})
def serve() -> None:
    """Serve an editor on stdio (--tcp HOST:PORT, --log-level LEVEL)."""


def main() -> None:
    """Run; an error of ours is one line on stderr and exit code 1."""
    try:
        app()
    except TierwiseError as error:
        print(f"tierwise: {error.message}", file=sys.stderr)
        sys.exit(1)
