"""The services of a gateway, put together: what its routes use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

from tierwise.config import paths
from tierwise.gateway import auth
from tierwise.gateway.auth import Tokens
from tierwise.gateway.calls import Calls
from tierwise.gateway.events import Events
from tierwise.gateway.money import Cashier
from tierwise.gateway.notify import Notifier
from tierwise.gateway.office import Office, build
from tierwise.gateway.planning import Planner
from tierwise.gateway.strands import Strands
from tierwise.gateway.survival import EditsWatch
from tierwise.gateway.upstream import Upstream


@dataclass(frozen=True)
class Gateway:
    """The services of a gateway that its routes use."""

    office: Office
    state: Path
    tokens: Tokens
    planner: Planner
    cashier: Cashier
    notifier: Notifier
    upstream: Upstream
    edits: EditsWatch
    events: Events
    calls: Calls

    async def start(self) -> None:
        """Open the ledger, book what lost processes left, start rehearsal where it is chosen."""
        self.office.window.ledger.warm()
        await self.office.rehearsal.start()
        self.cashier.start()
        self.office.learning.start()

    async def close(self) -> None:
        """Settle everything and close the ledger."""
        self.edits.close()
        await self.upstream.close()
        await self.calls.idle()
        await self.cashier.close()
        await self.notifier.close()
        await self.office.close()


def gateway(env: Mapping[str, str], *, rehearsal: bool = False) -> Gateway:
    """The services, not yet started."""
    office = build(env, rehearsal=rehearsal)
    events = Events(office.window.now_ms, lambda: office.rehearses)
    edits = EditsWatch(office)
    planner = Planner(office, Strands(), edits)
    notifier = Notifier(office)
    cashier = Cashier(office.purse, notifier.spent)
    upstream = Upstream(office)
    return Gateway(
        office=office,
        state=paths.state_dir(env),
        tokens=auth.tokens(paths.state_dir(env)),
        planner=planner,
        cashier=cashier,
        notifier=notifier,
        upstream=upstream,
        edits=edits,
        events=events,
        calls=Calls(office, planner, cashier, upstream, events),
    )


KEY: Final = web.AppKey("gateway", Gateway)
