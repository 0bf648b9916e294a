"""`tierwise/outcome/*`."""

from __future__ import annotations

from tierwise.lsp.messages.task import RecordOutcome
from tierwise.lsp.session.session import Session


async def record(session: Session, params: RecordOutcome) -> None:
    """Record what the client saw become of an answer."""
    await (await session.engine()).record_outcome(params.task_id, params.kind, params.value)
