"""Runs the gateway: prints where it listens, and on a signal settles everything and ends."""

from __future__ import annotations

import asyncio
import errno
import gc
import json
import signal
import socket
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from tierwise.core import address
from tierwise.core.dataclass import dataclass
from tierwise.gateway import doors, hosts, running
from tierwise.gateway.app import application
from tierwise.gateway.doors import TeamDoor
from tierwise.gateway.hosts import CannotListen
from tierwise.gateway.services import Gateway, gateway
from tierwise.present import gateway as words
from tierwise.present import team as team_words

READS: Final = 1 << 18
"""How many bytes of a body are read at once. Most bodies of agents are smaller."""
ENDS_WITHIN: Final = 0.5
"""Seconds that running calls get to end by themselves when the gateway ends."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A running gateway that answers at `url` until it is closed."""

    gateway: Gateway
    runner: web.AppRunner
    url: str

    async def close(self) -> None:
        """Stop listening, end the running calls and settle them."""
        running.remove_url(self.gateway.state, self.url)
        await self.runner.cleanup()
        await self.gateway.close()


async def listen(
    env: Mapping[str, str],
    host: str,
    port: int,
    *,
    rehearsal: bool = False,
    team: TeamDoor | None = None,
) -> Listening:
    """Start a gateway. With `rehearsal` the built-in model answers, which costs nothing.

    With `team` the members of a team may call it, and with the team's TLS also from other machines.
    Raises `CannotListen` if the host is not allowed or the port is taken, and for a team
    `LedgerUnavailable`.
    """
    anywhere = team is not None and team.tls is not None
    if team is not None and not anywhere and not address.this_machine(host):
        raise CannotListen(team_words.NO_TLS)
    if not anywhere:
        hosts.require_bindable(host)
    rules = await asyncio.to_thread(doors.rules_of, env) if team is not None else None
    found = gateway(env, rehearsal=rehearsal, rules=rules)
    runner = web.AppRunner(
        application(found),
        handler_cancellation=True,
        access_log=None,
        shutdown_timeout=ENDS_WITHIN,
        read_bufsize=READS,
        keepalive_timeout=75.0,
    )
    await runner.setup()
    try:
        tls = team.tls if team is not None else None
        await web.TCPSite(runner, host, port, backlog=512, ssl_context=tls).start()
        if not anywhere:
            hosts.require_bound(bound[0] for bound in runner.addresses)
    except CannotListen:
        await runner.cleanup()
        await found.office.close()
        raise
    except OSError as error:
        await runner.cleanup()
        await found.office.close()
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise CannotListen(f"{host} is no address of this machine.") from None
        raise CannotListen(
            f"Port {port} of {host} cannot be had ({error.strerror or 'in use'}). "
            "Another gateway may run there; --port names another port, 0 takes a free one."
        ) from None
    bound = runner.addresses[0][1]
    url = f"{'https' if tls is not None else 'http'}://{hosts.written(host)}:{bound}"
    found.upstream.own_url = url
    running.write_url(found.state, url)
    await found.start()
    return Listening(found, runner, url)


def run(
    env: Mapping[str, str],
    host: str,
    port: int,
    *,
    as_json: bool,
    rehearsal: bool = False,
    team: TeamDoor | None = None,
) -> None:
    """Run a gateway until a signal ends it. The arguments are those of `listen`; `as_json` prints
    where it listens as JSON. Raises `CannotListen`.
    """
    asyncio.run(_run(env, host, port, as_json=as_json, rehearsal=rehearsal, team=team))


async def _run(
    env: Mapping[str, str],
    host: str,
    port: int,
    *,
    as_json: bool,
    rehearsal: bool,
    team: TeamDoor | None,
) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    listening = await listen(env, host, port, rehearsal=rehearsal, team=team)
    gc.freeze()
    tokens = listening.gateway.tokens
    if as_json:
        said = {
            "url": listening.url,
            "tokenFile": str(tokens.models_file),
            "operatorTokenFile": str(tokens.operator_file),
        }
        print(json.dumps(said), flush=True)
    elif team is not None:
        everywhere = address.every_address(host)
        print(team_words.listens(listening.url, everywhere=everywhere), flush=True)
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
