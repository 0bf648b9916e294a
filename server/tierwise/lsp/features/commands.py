"""Commands: what lenses and code actions run. Answered at once, work goes on in a task."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types

from tierwise.core.money import to_nanos
from tierwise.lsp import convert, messages
from tierwise.lsp.features.requests import resolved
from tierwise.present.decision import to_wire
from tierwise.present.sent import document

if TYPE_CHECKING:
    from tierwise.lsp.server import Server

M = TypeVar("M", bound=messages.Message)


def register(server: Server) -> None:
    """Register the commands; each takes one object."""

    def command(
        name: str, kind: type[M]
    ) -> Callable[[Callable[[M], Awaitable[Any]]], Callable[..., Awaitable[Any]]]:
        def registered(handler: Callable[[M], Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
            async def checked(argument: Any = None, *_: Any) -> Any:
                return await handler(kind.model_validate(argument if argument is not None else {}))

            server.protocol.fm.commands[name] = checked
            return checked

        return registered

    @command("tierwise.task.start", messages.TaskStart)
    async def start(given: messages.TaskStart) -> Any:
        engine = await server.engine()
        started = await engine.start_task(convert.task_params(server.docs, given))
        return {"taskId": started.task_id, "decision": to_wire(started.decision)}

    @command("tierwise.task.cancel", messages.TaskId)
    async def cancel(given: messages.TaskId) -> Any:
        return await (await server.engine()).cancel(given.task_id)

    @command("tierwise.task.rerunOn", messages.Rerun)
    async def rerun(given: messages.Rerun) -> Any:
        started = await (await server.engine()).rerun_on(given.task_id, given.tier)
        return {"taskId": started.task_id, "decision": to_wire(started.decision)}

    @command("tierwise.task.showSent", messages.SentAsk)
    async def show_sent(given: messages.SentAsk) -> Any:
        text = document((await server.engine()).sent(given.task_id))
        if not await server.edge.preview.document(given.task_id, "sent.md", text):
            server.edge.notice("info", text)
        return True

    @command("tierwise.edit.apply", messages.EditId)
    async def apply(given: messages.EditId) -> Any:
        reply = await (await server.engine()).apply(given.edit_id, given.hunks)
        if not reply.applied and reply.failure_reason and not server.client.flags.preview:
            server.edge.notice("warning", f"not applied: {reply.failure_reason}")
        return resolved(reply.applied, reply.failure_reason, reply.task_id)

    @command("tierwise.edit.discard", messages.EditId)
    async def discard(given: messages.EditId) -> Any:
        engine = await server.engine()
        reply = await engine.discard(given.edit_id, given.hunks, given.reason)
        return resolved(reply.applied, reply.failure_reason, reply.task_id)

    @command("tierwise.edit.showDiff", messages.EditId)
    async def show_diff(given: messages.EditId) -> Any:
        if not await server.edge.preview.diff(given.edit_id):
            diff = (await server.engine()).edit(given.edit_id).diff
            server.edge.notice("info", diff)
        return True

    @command("tierwise.edit.undo", messages.EditId)
    async def undo(given: messages.EditId) -> Any:
        reply = await (await server.engine()).undo(given.edit_id)
        return resolved(reply.applied, reply.failure_reason, reply.task_id)

    @command("tierwise.route.override", messages.Override)
    async def override(given: messages.Override) -> Any:
        decision = await (await server.engine()).override(convert.override_params(given))
        return to_wire(decision) if decision is not None else None

    @command("tierwise.route.rate", messages.Rate)
    async def rate(given: messages.Rate) -> Any:
        await (await server.engine()).record_outcome(given.task_id, "rated", given.rating)
        return True

    @command("tierwise.budget.resume", messages.Resume)
    async def resume(given: messages.Resume) -> Any:
        raised = None if given.raise_usd is None else to_nanos(given.raise_usd)
        engine = await server.engine()
        return convert.status_view(await engine.resume(raised, given.allow_task, given.scope))

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    async def progress_cancel(params: types.WorkDoneProgressCancelParams) -> None:
        engine = await server.engine()
        task_id = server.edge.progress.task_of(params.token)
        if task_id is not None:
            await engine.cancel(task_id)
