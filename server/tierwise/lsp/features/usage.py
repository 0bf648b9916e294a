"""`tierwise/usage/*`: what was spent."""

from __future__ import annotations

from tierwise.lsp.messages.history import UsageAsk, UsageFigures
from tierwise.lsp.session.session import Session


async def query(session: Session, params: UsageAsk) -> UsageFigures:
    """What was spent today and in the project, by tier."""
    return UsageFigures.of(await (await session.engine()).usage())
