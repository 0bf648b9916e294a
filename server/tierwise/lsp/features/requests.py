"""Our own requests and notifications."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tierwise.lsp import convert, edits, messages
from tierwise.present.decision import to_wire
from tierwise.tasks import overview
from tierwise.tasks.api import HistoryQuery
from tierwise.tasks.learning import recall

if TYPE_CHECKING:
    from tierwise.lsp.server import Server


def register(server: Server) -> None:
    """Register `tierwise/*`."""

    @server.feature("tierwise/task/start")
    async def task_start(params: Any) -> Any:
        given = messages.TaskStart.model_validate(params)
        engine = await server.engine()
        started = await engine.start_task(convert.task_params(server.docs, given))
        return {"taskId": started.task_id, "decision": to_wire(started.decision)}

    @server.feature("tierwise/task/cancel")
    async def task_cancel(params: Any) -> Any:
        given = messages.TaskId.model_validate(params)
        return await (await server.engine()).cancel(given.task_id)

    @server.feature("tierwise/task/sent")
    async def task_sent(params: Any) -> Any:
        given = messages.SentAsk.model_validate(params)
        return {
            "taskId": given.task_id,
            "attempts": (await server.engine()).sent(given.task_id),
        }

    @server.feature("tierwise/chat/send")
    async def chat_send(params: Any) -> Any:
        given = messages.ChatSend.model_validate(params)
        engine = await server.engine()
        return convert.chat_reply(await engine.chat(convert.chat_params(server.docs, given)))

    @server.feature("tierwise/route/explain")
    async def explain(params: Any) -> Any:
        engine = await server.engine()
        if isinstance(params, dict) and "action" not in params and "taskId" in params:
            task_id = messages.TaskId.model_validate(params).task_id
            told = await engine.explain_task(task_id)
            flips = {"cheaper": told.flips.cheaper, "dearer": told.flips.dearer}
            found = {way: change for way, change in flips.items() if change is not None}
            return {**to_wire(told.decision), **found}
        given = messages.TaskStart.model_validate(params)
        return to_wire(engine.forecast(convert.task_params(server.docs, given), reasons=True))

    @server.feature("tierwise/route/override")
    async def override(params: Any) -> Any:
        given = messages.Override.model_validate(params)
        decision = await (await server.engine()).override(convert.override_params(given))
        return to_wire(decision) if decision is not None else None

    @server.feature("tierwise/route/choices")
    async def choices(params: Any) -> Any:
        messages.ChoicesAsk.model_validate(params or {})
        found = overview.choices((await server.engine()).world)
        return {"choices": [{"scope": k.scope, "key": k.key, "tier": k.tier} for k in found]}

    @server.feature("tierwise/edit/get")
    async def edit_get(params: Any) -> Any:
        given = messages.EditId.model_validate(params)
        view = (await server.engine()).edit(given.edit_id)
        return edits.edit_view(server.docs, view, server.client.annotations)

    @server.feature("tierwise/edit/resolve")
    async def edit_resolve(params: Any) -> Any:
        given = messages.EditResolve.model_validate(params)
        engine = await server.engine()
        if given.action == "apply":
            reply = await engine.apply(given.edit_id, given.hunks)
        elif given.action == "discard":
            reply = await engine.discard(given.edit_id, given.hunks, given.reason)
        else:
            task_id = engine.edit(given.edit_id).task_id
            started = await engine.rerun_on(task_id, given.tier or "same")
            return {"applied": False, "taskId": started.task_id}
        return resolved(reply.applied, reply.failure_reason, reply.task_id)

    @server.feature("tierwise/status")
    async def status(_: Any) -> Any:
        return convert.status_view((await server.engine()).status())

    @server.feature("tierwise/history/query")
    async def history(params: Any) -> Any:
        given = messages.HistoryAsk.model_validate(params or {})
        state = _state(given.state)
        query = HistoryQuery(given.limit, given.since, given.tier, state, given.task_id)
        engine, kept = await server.engine(), {}
        if given.task_id is not None:
            kept = await asyncio.to_thread(recall.kept, engine.world.content, given.task_id)
        items = await engine.history(query)
        return {"tasks": [{**convert.history_item(item), **kept} for item in items]}

    @server.feature("tierwise/edit/didShow")
    async def did_show(params: Any) -> None:
        (await server.engine()).shown(messages.EditId.model_validate(params).edit_id)

    @server.feature("tierwise/outcome/record")
    async def outcome(params: Any) -> None:
        given = messages.RecordOutcome.model_validate(params)
        await (await server.engine()).record_outcome(given.task_id, given.kind, given.value)


def resolved(applied: bool, why: str | None, task_id: str | None) -> dict[str, Any]:
    """The result of resolving an edit."""
    result: dict[str, Any] = {"applied": applied}
    if why is not None:
        result["failureReason"] = why
    if task_id is not None:
        result["taskId"] = task_id
    return result


def _state(name: str | None) -> Any:
    return name
