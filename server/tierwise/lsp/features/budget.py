"""`tierwise.budget.*`: how a pause of the budget is lifted."""

from __future__ import annotations

from tierwise.lsp.messages.status import Resume, Status
from tierwise.lsp.session.session import Session


async def resume(session: Session, params: Resume) -> Status:
    """Raise a cap, or allow one task. With neither, check if the budget is free again."""
    engine = await session.engine()
    return Status.of(await engine.resume(params.raise_nanos, params.allow_task, params.scope))
