"""Builds the services of a gateway that its paths use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

from tierwise.config import paths
from tierwise.core.dataclass import dataclass
from tierwise.gateway import auth
from tierwise.gateway.auth import Caller, Tokens
from tierwise.gateway.calls import Calls
from tierwise.gateway.events import Events
from tierwise.gateway.hooks import Hooks
from tierwise.gateway.kept_edits import KeptEdits
from tierwise.gateway.leaks import Leaks
from tierwise.gateway.money import Cashier
from tierwise.gateway.notify import Notifier
from tierwise.gateway.office import Office, build
from tierwise.gateway.planning import Planner
from tierwise.gateway.strands import Strands
from tierwise.gateway.survival import EditsWatch
from tierwise.gateway.upstream import Upstream
from tierwise.team.roll import Roll
from tierwise.team.rules import TeamRules


@dataclass(frozen=True)
class Gateway:
    """Everything that the handlers of the gateway's paths share.

    For instance, `calls` answers the calls of agents, `planner` chooses their tiers, `cashier`
    reserves their money, and `upstream` sends them to the models' servers.
    """

    office: Office
    state: Path
    tokens: Tokens
    planner: Planner
    cashier: Cashier
    notifier: Notifier
    upstream: Upstream
    edits: EditsWatch
    hooks: Hooks
    events: Events
    leaks: Leaks
    calls: Calls
    roll: Roll | None = None
    """The members of the team. None if this is no team's gateway."""

    async def start(self) -> None:
        """Open the ledger, and start everything that runs in the background."""
        self.office.window.ledger.warm()
        await self.office.rehearsal.start()
        self.cashier.start()
        self.office.learning.start()
        await self.edits.start()

    async def close(self) -> None:
        """Wait until the cost of every call is booked, end what runs, and close the ledger."""
        await self.edits.close()
        self.cashier.end()
        await self.upstream.close()
        await self.calls.idle()
        await self.cashier.close()
        await self.notifier.close()
        await self.office.close()


def gateway(
    env: Mapping[str, str], *, rehearsal: bool = False, rules: TeamRules | None = None
) -> Gateway:
    """Make the services without starting them. With `rules` it is a team's gateway."""
    office = build(env, rehearsal=rehearsal, zone=rules.zone if rules is not None else None)
    events = Events(office.window.now_ms, lambda: office.rehearses)
    window = office.window
    edits = EditsWatch(office, KeptEdits(window.content, lambda: window.keeps_content))
    running = Strands()
    hooks = Hooks(office, running, edits)
    planner = Planner(office, running, edits, hooks)
    notifier = Notifier(office)
    cashier = Cashier(office.purse, office.night, notifier.spent)
    upstream, leaks = Upstream(office), Leaks()
    return Gateway(
        office=office,
        state=paths.state_dir(env),
        tokens=auth.tokens(paths.state_dir(env)),
        planner=planner,
        cashier=cashier,
        notifier=notifier,
        upstream=upstream,
        edits=edits,
        hooks=hooks,
        events=events,
        leaks=leaks,
        calls=Calls(office, planner, cashier, upstream, events, leaks),
        roll=Roll(office.window.ledger) if rules is not None else None,
    )


KEY: Final = web.AppKey("gateway", Gateway)
_CALLER: Final = web.RequestKey("caller", Caller)


def admit(request: web.Request, caller: Caller) -> None:
    """Note the sender on a request that passed the checks of host and token."""
    request[_CALLER] = caller


def known_caller_of(request: web.Request) -> Caller | None:
    """The sender of a request. None if the request did not pass the checks."""
    return request.get(_CALLER)


def caller_of(request: web.Request) -> Caller:
    """The sender of a request that passed the checks."""
    return request[_CALLER]
