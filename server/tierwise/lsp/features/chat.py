"""What a chat panel asks for beside its answers: the past, blocks as proposals, usage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tierwise.budget import usage
from tierwise.core.money import to_usd
from tierwise.lsp import convert, messages
from tierwise.present.decision import to_wire
from tierwise.tasks.chat import transcripts
from tierwise.tasks.proposing import blocks

if TYPE_CHECKING:
    from tierwise.lsp.server import Server


def register(server: Server) -> None:
    """Register `tierwise/chat/*` but the sending, and `tierwise/usage/query`."""

    @server.feature("tierwise/chat/get")
    async def chat_get(params: Any) -> Any:
        given = messages.ChatGet.model_validate(params)
        engine = await server.engine()
        turns = await transcripts.spoken(engine.world, given.conversation_id)
        return {"turns": [_turn(turn) for turn in turns]}

    @server.feature("tierwise/chat/list")
    async def chat_list(params: Any) -> Any:
        given = messages.ChatList.model_validate(params or {})
        engine = await server.engine()
        found = await transcripts.headings(engine.world, given.limit)
        return {
            "conversations": [
                {"conversationId": one.id, "title": one.title, "at": one.at_ms} for one in found
            ]
        }

    @server.feature("tierwise/chat/apply")
    async def chat_apply(params: Any) -> Any:
        given = messages.ChatApply.model_validate(params)
        engine = await server.engine()
        uri = given.text_document.uri if given.text_document is not None else None
        block = blocks.Block(
            given.code, given.path, uri, convert.span(server.docs, uri, given.range)
        )
        task = blocks.task_of(given.task_id, engine.tasks)
        return {"editId": await blocks.propose(task, block, engine.world)}

    @server.feature("tierwise/usage/query")
    async def usage_query(params: Any) -> Any:
        messages.UsageAsk.model_validate(params or {})
        world = (await server.engine()).world
        await world.money.refresh()
        state, prices, ladder = world.money.state, world.prices, world.ladder
        scopes = await world.ledger.read(lambda conn: usage.read(conn, state, prices, ladder))
        return {"scopes": [_scope(scope) for scope in scopes]}


def _turn(turn: transcripts.Spoken) -> dict[str, Any]:
    item = turn.item
    return {
        "taskId": item.task_id,
        "action": item.action,
        "prompt": turn.prompt,
        "text": turn.text,
        "state": item.state,
        "decision": to_wire(item.decision),
        "usage": convert.used(turn.usage, item.cost),
        "createdAt": item.created_ms,
    }


def _scope(scope: usage.ScopeUse) -> dict[str, Any]:
    limit = {} if scope.limit is None else {"limitUsd": to_usd(scope.limit)}
    return {
        "scope": scope.scope,
        "tasks": scope.tasks,
        "spentUsd": to_usd(scope.spent),
        **limit,
        "savedUsd": to_usd(scope.saved),
        "tiers": [
            {"tier": use.tier, "tasks": use.tasks, "costUsd": to_usd(use.cost)}
            for use in scope.tiers
        ],
    }
