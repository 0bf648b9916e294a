"""`tierwise gateway`: runs the HTTP server that agents call."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from tierwise import logs
from tierwise.cli import gateway_setup
from tierwise.cli.common import configuration
from tierwise.config import paths
from tierwise.config.names import key_names
from tierwise.core.errors import NotConfigured
from tierwise.core.memory import share_heap
from tierwise.present import gateway as words
from tierwise.present import team as team_words

app = typer.Typer(invoke_without_command=True)
app.command("setup")(gateway_setup.run)


@app.callback()
def run(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(help="The address to listen on; a loopback one without --team.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="The port; 0 takes a free one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it listens as JSON.")] = False,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Answer by the rehearsal model, without a key.")
    ] = False,
    team: Annotated[
        bool, typer.Option("--team", help="Serve the members of the team on this ledger.")
    ] = False,
    tls_cert: Annotated[
        Path | None, typer.Option(help="The certificate (PEM), for a host off this machine.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's key (PEM).")] = None,
    log_level: Annotated[str, typer.Option(help="One of debug, info, warning, error.")] = "warning",
) -> None:
    """Serve agents: route, pay and pass on what speaks Anthropic's Messages API."""
    if context.invoked_subcommand is not None:
        return
    if find_spec("aiohttp") is None:
        raise NotConfigured(words.NO_EXTRA)
    env = dict(os.environ)
    named = key_names(paths.config_file(env))
    keys = [v for k, v in env.items() if k in named or k.endswith(("_KEY", "_TOKEN", "_SECRET"))]
    logs.setup(log_level, paths.state_dir(env), keys)
    share_heap()
    from tierwise.gateway import doors, serve

    chosen = configuration().config.gateway.port if port is None else port
    if not team and (tls_cert or tls_key):
        raise typer.BadParameter(team_words.TLS_OF_TEAM)
    door = doors.door(tls_cert, tls_key) if team else None
    serve.run(env, host, chosen, as_json=as_json, rehearsal=rehearsal, team=door)
