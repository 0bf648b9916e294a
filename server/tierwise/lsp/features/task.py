"""`tierwise/task/*`: start a task, stop it, redo it, look at what was sent for it."""

from __future__ import annotations

from tierwise.lsp.messages.task import Rerun, Sent, Started, TaskId, TaskStart
from tierwise.lsp.session.preview import show_text
from tierwise.lsp.session.session import Session
from tierwise.present.sent import document


async def start(session: Session, params: TaskStart) -> Started:
    """Start a task. Answered in milliseconds.

    The final decision and the proposal follow in `tierwise/task/didChange`.
    """
    engine = await session.engine()
    return Started.of(await engine.start_task(params.params(session.docs)))


async def cancel(session: Session, params: TaskId) -> bool:
    """Stop a task. The result is false if there was nothing to stop."""
    return await (await session.engine()).cancel(params.task_id)


async def rerun_on(session: Session, params: Rerun) -> Started:
    """Redo a task on a named tier, one tier higher, or on the same tier. It keeps its id."""
    engine = await session.engine()
    return Started.of(await engine.rerun_on(params.task_id, params.tier))


async def sent(session: Session, params: TaskId) -> Sent:
    """The texts that were sent to models for a task, word for word, as long as they are kept."""
    return Sent.of(params.task_id, (await session.engine()).sent(params.task_id))


async def show_sent(session: Session, params: TaskId) -> bool:
    """Show the texts that were sent to models for a task, as a document or as a message."""
    text = document((await session.engine()).sent(params.task_id))
    await show_text(session, params.task_id, "sent.md", text)
    return True
