"""`tierwise.budget.*`."""

from __future__ import annotations

from tierwise.lsp.messages.status import Resume, Status
from tierwise.lsp.session.session import Session


async def resume(session: Session, params: Resume) -> Status:
    """Raise a cap, allow one task, or just look whether the budget is free again."""
    engine = await session.engine()
    return Status.of(await engine.resume(params.raise_nanos, params.allow_task, params.scope))
