"""`tierwise/status`: the status of the window."""

from __future__ import annotations

from tierwise.lsp.messages.status import Status
from tierwise.lsp.session.session import Session


async def status(session: Session) -> Status:
    """The status of the window as it is now."""
    return Status.of((await session.engine()).status())
