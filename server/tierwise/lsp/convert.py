"""Between the wire and the engine's plain data."""

from __future__ import annotations

from typing import Any

from lsprotocol import types

from tierwise.core.document import Range
from tierwise.core.money import Usage, to_usd
from tierwise.core.request import Diagnostic
from tierwise.core.views import (
    BudgetView,
    HistoryItem,
    Offer,
    StatusView,
    StreamView,
    TaskView,
)
from tierwise.lsp import messages
from tierwise.lsp.documents import DocumentStore
from tierwise.present.decision import to_wire
from tierwise.present.tiers import switched
from tierwise.tasks.api import (
    Attachment,
    ChatParams,
    ChatReply,
    Location,
    OverrideParams,
    TaskParams,
)


def wire_range(span: messages.WireRange) -> types.Range:
    """A checked range as the protocol library has it."""
    return types.Range(
        types.Position(span.start.line, span.start.character),
        types.Position(span.end.line, span.end.character),
    )


def span(docs: DocumentStore, uri: str | None, given: messages.WireRange | None) -> Range | None:
    """A range of the wire in code points. Raises `BadRequest` past the end of the document."""
    if uri is None or given is None:
        return None
    return docs.from_wire(uri, wire_range(given))


def task_params(docs: DocumentStore, given: messages.TaskStart) -> TaskParams:
    """The engine's params of a task."""
    uri = given.text_document.uri if given.text_document is not None else None
    return TaskParams(
        action=given.action,
        uri=uri,
        range=span(docs, uri, given.range),
        instruction=given.instruction,
        tier=given.tier,
        files=None
        if given.files is None
        else tuple(Attachment(f.uri, f.attached) for f in given.files),
        diagnostics=None
        if given.diagnostics is None
        else tuple(
            Diagnostic(
                d.path, d.line, d.severity, None if d.code is None else str(d.code), d.message
            )
            for d in given.diagnostics
        ),
        tools=None if given.tools is None else tuple(given.tools),
        task_id=given.task_id,
        comment=span(docs, uri, given.comment),
        conversation_id=given.conversation_id,
    )


def chat_params(docs: DocumentStore, given: messages.ChatSend) -> ChatParams:
    """The engine's params of a chat turn."""

    def location(item: messages.WireLocation) -> Location:
        return Location(item.uri, span(docs, item.uri, item.range))

    return ChatParams(
        prompt=given.prompt,
        task_id=given.task_id,
        conversation_id=given.conversation_id,
        references=tuple(location(item) for item in given.references),
        selection=location(given.selection) if given.selection is not None else None,
        tools=None if given.tools is None else tuple(given.tools),
        tier=given.tier,
    )


def override_params(given: messages.Override) -> OverrideParams:
    """The engine's params of an override."""
    return OverrideParams(
        scope=given.scope,
        to=given.to,
        task_id=given.task_id,
        action=given.action,
        uri=given.uri,
        source=given.source,
        conversation_id=given.conversation_id,
    )


def chat_reply(reply: ChatReply) -> dict[str, Any]:
    """The result of a chat turn."""
    return present(
        taskId=reply.task_id,
        conversationId=reply.conversation_id,
        decision=to_wire(reply.decision),
        text=reply.text,
        stopReason=reply.stop_reason,
        usage=used(reply.usage, reply.cost),
        editId=reply.edit_id,
    )


def used(usage: Usage, cost: int) -> dict[str, Any]:
    """Tokens and what they cost."""
    return {
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "cacheReadTokens": usage.cache_read_tokens,
        "cacheWriteTokens": usage.cache_write_tokens,
        "costUsd": to_usd(cost),
    }


def task_view(docs: DocumentStore, view: TaskView) -> dict[str, Any]:
    """`tierwise/task/didChange`."""
    return present(
        taskId=view.task_id,
        action=view.action,
        uri=view.uri,
        range=wire_span(docs, view.uri, view.range),
        state=view.state,
        decision=to_wire(view.decision, view.cause_note),
        progress=view.progress,
        costUsd=to_usd(view.cost),
        editId=view.edit_id,
        error={"name": view.error[0], "message": view.error[1]} if view.error else None,
        causeNote=view.cause_note or None,
        rehearsal=view.rehearsal or None,
        switches=[
            {
                "from": s.old,
                "to": s.new,
                "cause": s.cause,
                "place": s.new_place,
                "text": switched(s),
            }
            for s in view.switches
        ]
        or None,
        conversationId=view.conversation_id,
        usage=None if view.usage is None else used(view.usage, view.cost),
        forecast=to_wire(view.forecast) if view.forecast is not None else None,
        notices=list(view.notices) or None,
    )


def stream_view(view: StreamView) -> dict[str, Any]:
    """`tierwise/chat/didStream`."""
    decision = view.decision
    return present(
        taskId=view.task_id,
        conversationId=view.conversation_id,
        seq=view.seq,
        kind=view.kind,
        delta=view.delta,
        decision=None if decision is None else to_wire(decision, view.reason or ""),
        reason=view.reason,
    )


def status_view(view: StatusView) -> dict[str, Any]:
    """`tierwise/status` and `tierwise/status/didChange`."""
    return present(
        kind=view.kind,
        text=view.text,
        tooltip=view.tooltip,
        tier=view.tier,
        routed=view.routed,
        confidence=view.confidence,
        state=view.state,
        pins=[{"scope": pin.scope, "key": pin.key, "to": pin.to} for pin in view.pins],
        spentTodayUsd=to_usd(view.spent_today),
        reservedUsd=to_usd(view.reserved),
        dayUsd=None if view.day_limit is None else to_usd(view.day_limit),
        spentProjectUsd=to_usd(view.spent_project),
        projectUsd=None if view.project_limit is None else to_usd(view.project_limit),
        level=view.level,
        spentHourUsd=None if view.hour_limit is None else to_usd(view.spent_hour),
        hourUsd=None if view.hour_limit is None else to_usd(view.hour_limit),
        command=None
        if view.command is None
        else {
            "title": view.command.title,
            "command": view.command.command,
            "arguments": [dict(view.command.argument)],
        },
    )


def budget_view(view: BudgetView) -> dict[str, Any]:
    """`tierwise/budget/didChange`."""
    return present(
        scope=view.scope,
        state=view.state,
        spentUsd=to_usd(view.spent),
        limitUsd=None if view.limit is None else to_usd(view.limit),
    )


def history_item(item: HistoryItem) -> dict[str, Any]:
    """One task of `tierwise/history/query`."""
    return present(
        taskId=item.task_id,
        action=item.action,
        uri=item.uri,
        state=item.state,
        decision=to_wire(item.decision),
        editId=item.edit_id,
        costUsd=to_usd(item.cost),
        createdAt=item.created_ms,
        outcomes=[{"kind": kind, "at": at} for kind, at in item.outcomes],
    )


def command(offer: Offer) -> types.Command:
    """An offer as a command of the server."""
    return types.Command(title=offer.title, command=offer.command, arguments=[dict(offer.argument)])


def wire_span(docs: DocumentStore, uri: str | None, given: Range | None) -> dict[str, Any] | None:
    """A range in code points as plain data of the wire; None where there is none."""
    if uri is None or given is None:
        return None
    found = docs.to_wire(uri, given)
    return {
        "start": {"line": found.start.line, "character": found.start.character},
        "end": {"line": found.end.line, "character": found.end.character},
    }


def present(**values: Any) -> dict[str, Any]:
    """An object of the wire: what is not there is left out, never null."""
    return {key: value for key, value in values.items() if value is not None}
