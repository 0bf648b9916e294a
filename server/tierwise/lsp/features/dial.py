"""`tierwise/dial/*`: how much a wrong answer counts when the router is unsure."""

from __future__ import annotations

from tierwise.lsp.messages.dial import Dial, DialAsk, DialTurn
from tierwise.lsp.session.session import Session


async def get(session: Session, params: DialAsk) -> Dial:
    """Show for each setting of the dial what a week would cost, by the last 200 tasks at most.

    While there are too few tasks, the week is an invented one.
    """
    engine = await session.engine()
    view = await engine.dial()
    return Dial.of(view, *engine.preference())


async def turn(session: Session, params: DialTurn) -> Dial:
    """Write a setting to the operator's own configuration file. The result is the new dial."""
    engine = await session.engine()
    await engine.turn_dial(params.preference)
    return Dial.of(await engine.dial(), *engine.preference())
