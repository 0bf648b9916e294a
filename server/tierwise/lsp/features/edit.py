"""`tierwise/edit/*`: look at a proposal, apply, discard, retry or undo it."""

from __future__ import annotations

from tierwise.lsp.messages.edit import EditGot, EditId, EditResolve, Resolved
from tierwise.lsp.session import preview
from tierwise.lsp.session.session import Session
from tierwise.present import notices


async def get(session: Session, params: EditId) -> EditGot:
    """A proposal with its edit, its diff and its hunks (changes that can be applied one by one).

    The id of a hunk stays the same.
    """
    view = await (await session.engine()).edit_now(params.edit_id)
    return EditGot.of(session.docs, view, session.client.annotations)


async def resolve(session: Session, params: EditResolve) -> Resolved:
    """Apply or discard a proposal, whole or by hunk, or redo its task."""
    engine = await session.engine()
    if params.action == "apply":
        return Resolved.of(await engine.apply(params.edit_id, params.hunks))
    if params.action == "discard":
        return await discard(session, params)
    task_id = engine.edit(params.edit_id).task_id
    started = await engine.rerun_on(task_id, params.tier or "same")
    return Resolved(applied=False, task_id=started.task_id)


async def did_show(session: Session, params: EditId) -> None:
    """Note that the client showed a proposal."""
    (await session.engine()).shown(params.edit_id)


async def apply(session: Session, params: EditId) -> Resolved:
    """Apply a proposal, or some of its hunks."""
    reply = await (await session.engine()).apply(params.edit_id, params.hunks)
    if not reply.applied and reply.failure_reason and not session.client.flags.preview:
        session.editor.notice("warning", notices.not_applied(reply.failure_reason))
    return Resolved.of(reply)


async def discard(session: Session, params: EditId) -> Resolved:
    """Discard a proposal, or some of its hunks."""
    engine = await session.engine()
    return Resolved.of(await engine.discard(params.edit_id, params.hunks, params.reason))


async def show_diff(session: Session, params: EditId) -> bool:
    """Show a proposal's diff as a document, or as a message."""
    await preview.show_diff(session, params.edit_id)
    return True


async def undo(session: Session, params: EditId) -> Resolved:
    """Undo all that was applied of a proposal, also files that it created, renamed or deleted.

    What changed since then stays as it is, and the result names it. If all of it changed, the
    request is refused.
    """
    return Resolved.of(await (await session.engine()).undo(params.edit_id))
