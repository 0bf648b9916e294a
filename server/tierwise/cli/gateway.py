"""`tierwise gateway`: the HTTP side for agents."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Annotated

import typer

from tierwise import logs
from tierwise.cli import gateway_setup
from tierwise.cli.common import configuration
from tierwise.config import paths
from tierwise.config.names import key_names
from tierwise.core.errors import NotConfigured

app = typer.Typer(invoke_without_command=True)
app.command("setup")(gateway_setup.run)


@app.callback()
def run(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The loopback address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="The port; 0 takes a free one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it listens as JSON.")] = False,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Answer by the rehearsal model, without a key.")
    ] = False,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Serve agents: route, pay and pass on whatever speaks the Messages API."""
    if context.invoked_subcommand is not None:
        return
    if find_spec("aiohttp") is None:
        raise NotConfigured("The gateway needs its extra: pip install 'tierwise[gateway]'.")
    env = dict(os.environ)
    named = key_names(paths.config_file(env))
    keys = [v for k, v in env.items() if k in named or k.endswith(("_KEY", "_TOKEN", "_SECRET"))]
    logs.setup(log_level, paths.state_dir(env), keys)
    from tierwise.gateway import serve

    chosen = configuration().config.gateway.port if port is None else port
    serve.run(env, host, chosen, as_json=as_json, rehearsal=rehearsal)
