"""`window/workDoneProgress/cancel`: the operator cancels a progress."""

from __future__ import annotations

from lsprotocol import types

from tierwise.lsp.session.progress import task_of
from tierwise.lsp.session.session import Session


async def cancel(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    """Stop the task whose progress was cancelled."""
    task_id = task_of(params.token)
    if task_id is not None:
        await (await session.engine()).cancel(task_id)
