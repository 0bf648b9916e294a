"""`tierwise/outcome/*`: outcomes that only the client sees."""

from __future__ import annotations

from tierwise.lsp.messages.task import RecordOutcome
from tierwise.lsp.session.session import Session


async def record(session: Session, params: RecordOutcome) -> None:
    """Record an outcome that the client saw, such as an answer that was copied."""
    await (await session.engine()).record_outcome(params.task_id, params.kind, params.value)
