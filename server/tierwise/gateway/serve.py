"""Running the gateway: it says where it listens, and ends on a signal with everything settled."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from tierwise.core import address
from tierwise.core.errors import TierwiseError
from tierwise.gateway import place
from tierwise.gateway.app import application
from tierwise.gateway.services import Gateway, gateway
from tierwise.present import gateway as words

ENDS_WITHIN: Final = 0.5
"""Seconds that calls have to end by themselves once the gateway is told to."""


class CannotListen(TierwiseError):
    """The port is taken, or the host is not this machine."""

    name = "CannotListen"


@dataclass(frozen=True, slots=True)
class Listening:
    """A gateway that listens."""

    gateway: Gateway
    runner: web.AppRunner
    url: str

    async def close(self) -> None:
        """Stop listening, end what runs, settle it."""
        place.forget(self.gateway.state, self.url)
        await self.runner.cleanup()
        await self.gateway.close()


async def listen(
    env: Mapping[str, str], host: str, port: int, *, rehearsal: bool = False
) -> Listening:
    """Start a gateway. Raises `CannotListen`."""
    if not address.loopback(f"http://{_written(host)}"):
        raise CannotListen(
            f"{host} is not this machine. The gateway listens on a loopback address only."
        )
    found = gateway(env, rehearsal=rehearsal)
    runner = web.AppRunner(
        application(found),
        handler_cancellation=True,
        access_log=None,
        shutdown_timeout=ENDS_WITHIN,
        keepalive_timeout=75.0,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=512).start()
    except OSError as error:
        await runner.cleanup()
        await found.office.close()
        raise CannotListen(
            f"Port {port} of {host} cannot be had ({error.strerror or 'in use'}). "
            "Another gateway may run there; --port names another port, 0 takes a free one."
        ) from None
    bound = runner.addresses[0][1]
    url = f"http://{_written(host)}:{bound}"
    found.upstream.own_url = url
    place.tell(found.state, url)
    await found.start()
    return Listening(found, runner, url)


def run(
    env: Mapping[str, str], host: str, port: int, *, as_json: bool, rehearsal: bool = False
) -> None:
    """Run until a signal ends it. Raises `CannotListen`."""
    asyncio.run(_run(env, host, port, as_json=as_json, rehearsal=rehearsal))


async def _run(
    env: Mapping[str, str], host: str, port: int, *, as_json: bool, rehearsal: bool
) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    listening = await listen(env, host, port, rehearsal=rehearsal)
    gc.freeze()
    tokens = listening.gateway.tokens
    if as_json:
        said = {
            "url": listening.url,
            "tokenFile": str(tokens.models_file),
            "operatorTokenFile": str(tokens.operator_file),
        }
        print(json.dumps(said), flush=True)
    else:
        print(f"Tierwise listens on {listening.url} (token: {tokens.models_file})", flush=True)
        if listening.gateway.office.rehearses:
            print(words.rehearsal(listening.url, str(tokens.models_file)), flush=True)
        for notice in listening.gateway.office.window.settings.notices:
            print(f"tierwise: {notice}", flush=True)
    try:
        await ended.wait()
    finally:
        await listening.close()


def _written(host: str) -> str:
    """A host as an address has it."""
    return f"[{host}]" if ":" in host else host
