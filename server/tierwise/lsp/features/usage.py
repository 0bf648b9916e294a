"""`tierwise/usage/*`."""

from __future__ import annotations

from tierwise.budget import usage
from tierwise.lsp.messages.history import UsageAsk, UsageFigures
from tierwise.lsp.session.session import Session


async def query(session: Session, params: UsageAsk) -> UsageFigures:
    """What was spent today and in the project, by tier."""
    world = (await session.engine()).world
    await world.money.refresh()
    state, prices, ladder = world.money.state, world.prices, world.ladder
    scopes = await world.ledger.read(lambda conn: usage.read(conn, state, prices, ladder))
    return UsageFigures.of(scopes)
