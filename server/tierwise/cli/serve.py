"""`tierwise serve`: runs the language server on stdio, or on a TCP port."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence

from tierwise import logs
from tierwise.config import paths
from tierwise.config.names import key_names
from tierwise.core.memory import share_heap


def main(arguments: Sequence[str]) -> int:
    """Serve one client. The exit code is 0 after a `shutdown`, 2 for wrong usage, else 1.

    On stdio the process ends here. On a TCP port the exit code is returned.
    """
    parser = argparse.ArgumentParser(prog="tierwise serve", description=__doc__)
    parser.add_argument("--tcp", metavar="HOST:PORT", help="listen here instead of stdio")
    parser.add_argument("--stdio", action="store_true", help="the default, named by some clients")
    parser.add_argument(
        "--log-level", default="info", choices=["debug", "info", "warning", "error"]
    )
    given = parser.parse_args(arguments)
    env = dict(os.environ)
    named = key_names(paths.config_file(env))
    keys = [v for k, v in env.items() if k in named or k.endswith(("_KEY", "_TOKEN", "_SECRET"))]
    logs.setup(given.log_level, paths.state_dir(env), keys)
    share_heap()
    # All objects made until the engine is built stay in use, so collecting garbage is useless.
    gc.disable()
    from tierwise.lsp import server

    if given.tcp is None:
        server.serve_stdio(env)
    host, _, port = given.tcp.rpartition(":")
    if not port.isdigit():
        parser.error("--tcp takes HOST:PORT")
    return server.serve_tcp(env, host or "127.0.0.1", int(port))


def run() -> None:
    """Serve an editor on stdio."""
    sys.exit(main(sys.argv[sys.argv.index("serve") + 1 :]))
