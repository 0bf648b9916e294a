"""`tierwise/status`: the status of the window."""

from __future__ import annotations

from tierwise.lsp.messages.status import Status
from tierwise.lsp.session.session import Session


async def status(session: Session) -> Status:
    """What the status line of an editor window shows now: tier, spend, and what is wrong."""
    return Status.of((await session.engine()).status())
