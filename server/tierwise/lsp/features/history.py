"""`tierwise/history/*`: tasks of the past."""

from __future__ import annotations

from tierwise.lsp.messages.history import History, HistoryAsk, HistoryTask
from tierwise.lsp.session.session import Session


async def query(session: Session, params: HistoryAsk) -> History:
    """Tasks of the past, newest first. Those in the state `proposed` wait for apply or discard."""
    engine = await session.engine()
    kept = await engine.kept(params.task_id) if params.task_id is not None else {}
    items = await engine.history(params.query())
    return History(tasks=[HistoryTask.of(item, **kept) for item in items])
