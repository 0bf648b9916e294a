"""`python -m tierwise.models.rehearsal [--port N]`: the loopback model as a process of its own.

It prints its address on the first line. POST /_faults sets faults, and GET /_requests returns what
was sent to it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time

from tierwise.models.rehearsal.server import RehearsalServer


async def main() -> None:
    """Run the rehearsal model until the process that started it is gone."""
    parser = argparse.ArgumentParser(prog="tierwise.models.rehearsal")
    parser.add_argument("--port", type=int, default=0)
    server = await RehearsalServer().start(parser.parse_args().port)
    print(server.base_url, flush=True)
    await asyncio.to_thread(_parent_gone, os.getppid())
    await server.close()


def _parent_gone(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
