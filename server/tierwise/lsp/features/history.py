"""`tierwise/history/*`."""

from __future__ import annotations

import asyncio

from tierwise.lsp.messages.history import History, HistoryAsk, HistoryTask
from tierwise.lsp.session.session import Session
from tierwise.tasks.learning import recall


async def query(session: Session, params: HistoryAsk) -> History:
    """Tasks of the past, newest first; those in the state `proposed` are the inbox."""
    engine, kept = await session.engine(), {}
    if params.task_id is not None:
        kept = await asyncio.to_thread(recall.kept, engine.world.content, params.task_id)
    items = await engine.history(params.query())
    return History(tasks=[HistoryTask.of(item, **kept) for item in items])
