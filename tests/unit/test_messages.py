"""What the server says it sends, beside what `convert` makes of it, and the client's types."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types

from tierwise.core.decision import Decision, Estimate, Reason, Signals
from tierwise.core.document import Position, Range
from tierwise.core.money import Usage
from tierwise.core.views import (
    BudgetView,
    EditView,
    FileChange,
    HistoryItem,
    HunkView,
    Offer,
    StatusView,
    StreamView,
    Switch,
    TaskView,
    TextChange,
)
from tierwise.lsp import convert, edits, features, typescript
from tierwise.lsp.documents import DocumentStore
from tierwise.lsp.exchanges import COMMANDS, FROM_CLIENT, REQUESTS
from tierwise.lsp.features.requests import resolved
from tierwise.lsp.messages import Message
from tierwise.lsp.replies import chat, edit, past, route, status, task
from tierwise.present.decision import to_wire
from tierwise.tasks.api import ChatReply

CLIENT = Path(__file__).parents[2] / "vscode-client" / "src" / "server" / "messages.ts"
URI = "file:///w/a.py"
SPAN = Range(Position(0, 0), Position(1, 0))
DECISION = Decision(
    first="haiku",
    routed="haiku",
    answering="sonnet",
    confidence=0.9,
    cause="override",
    estimate=Estimate({"haiku": 0.9}, {"haiku": 0.8}, {"haiku": 0.9}),
    cost={"haiku": 1000},
    reasons=(Reason("route", "why"),),
    signals=Signals({"lines": 3.0}, frozenset(("turn",))),
)
TASK = TaskView("t", "edit", "proposed", DECISION)


def docs() -> DocumentStore:
    store = DocumentStore()
    store.did_open(types.TextDocumentItem(URI, "python", 1, "a\nb\n"))
    return store


FULL = replace(
    TASK,
    uri=URI,
    range=SPAN,
    progress="reading",
    cost=5,
    edit_id="e",
    error=("ModelError", "why"),
    cause_note="you",
    rehearsal=True,
    conversation_id="c",
    forecast=DECISION,
    switches=(Switch("opus", "sonnet", "overloaded", "a", "b"),),
)
EDIT = EditView(
    "e",
    "t",
    (FileChange(URI, "text", 1, (TextChange(SPAN, "x\n"),)),),
    "diff",
    (
        HunkView("1", "text", "pending", URI, None, SPAN, "x\n"),
        HunkView("2", "rename", "pending", URI, "file:///w/b.py"),
    ),
    {URI: 1},
)
STATUS = StatusView("ready", "Auto", "tip")
SENT: list[tuple[str, type[Message], Any]] = [
    ("decision", route.Decision, to_wire(DECISION)),
    ("task", task.TaskChanged, convert.task_view(docs(), TASK)),
    ("task, full", task.TaskChanged, convert.task_view(docs(), FULL)),
    ("delta", chat.Streamed, convert.stream_view(StreamView("t", None, 1, "delta", "x"))),
    (
        "notice",
        chat.Streamed,
        convert.stream_view(StreamView("t", "c", 1, "notice", None, DECISION, "why")),
    ),
    ("status", status.Status, convert.status_view(STATUS)),
    (
        "status, full",
        status.Status,
        convert.status_view(
            replace(
                STATUS,
                tier="haiku",
                routed="haiku",
                confidence=0.5,
                day_limit=1,
                project_limit=1,
                command=Offer("Raise", "tierwise.budget.resume", {"raiseUsd": 1}),
            )
        ),
    ),
    ("budget", status.BudgetChanged, convert.budget_view(BudgetView("day", "soft", 1, 2))),
    ("no cap", status.BudgetChanged, convert.budget_view(BudgetView("day", "ok", 1, None))),
    ("edit", edit.EditGot, edits.edit_view(docs(), EDIT, False)),
    ("resolved", edit.Resolved, resolved(True, None, None)),
    ("refused", edit.Resolved, resolved(False, "why", "t")),
    (
        "chat",
        chat.ChatReply,
        convert.chat_reply(ChatReply("t", "c", DECISION, "x", "end_turn", Usage(1, 2), 3, "e")),
    ),
    (
        "history",
        past.HistoryTask,
        convert.history_item(
            HistoryItem("t", "edit", "applied", DECISION, 1, URI, "e", 2, (("applied", 3),))
        ),
    ),
]


@pytest.mark.parametrize(("kind", "sent"), [s[1:] for s in SENT], ids=[s[0] for s in SENT])
def test_what_is_sent_has_exactly_the_declared_keys(kind: type[Message], sent: Any) -> None:
    assert unlike(kind, sent) == []
    kind.model_validate({**sent, "edit": {}} if "edit" in sent else sent)


def unlike(kind: type[Message], sent: dict[str, Any], where: str = "") -> list[str]:
    """Keys that are not declared, and required ones that are missing, also further in."""
    declared = {field.alias or name: field for name, field in kind.model_fields.items()}
    found = [f"{where}{key} is not declared" for key in sent if key not in declared]
    found += [
        f"{where}{key} is missing"
        for key, field in declared.items()
        if field.is_required() and key not in sent
    ]
    for key, value in sent.items():
        inner = key in declared and message_of(declared[key].annotation)
        if not inner:
            continue
        for item in value if isinstance(value, list) else [value]:
            found += unlike(inner, item, f"{where}{key}.")
    return found


def message_of(annotation: Any) -> type[Message] | None:
    if isinstance(annotation, type) and issubclass(annotation, Message):
        return annotation
    inner = [message_of(a) for a in getattr(annotation, "__args__", ())]
    return next((kind for kind in inner if kind is not None), None)


def test_the_check_of_keys_can_fail() -> None:
    broken = {"taskId": "t", "decision": {**to_wire(DECISION), "mood": 1}}
    assert unlike(task.Started, broken) == ["decision.mood is not declared"]
    assert unlike(task.Started, {"taskId": "t"}) == ["decision is missing"]


def test_the_table_names_every_method_and_command_of_the_server() -> None:
    own = {m for m in features.METHODS if m.startswith("tierwise/")} | {"tierwise/trust/didChange"}
    assert own == set(REQUESTS) | set(FROM_CLIENT)
    assert set(features.COMMANDS) == set(COMMANDS)


def test_the_clients_types_are_those_of_the_server() -> None:
    assert CLIENT.read_text(encoding="utf-8") == typescript.generate(), "run `make types`"


def test_a_type_without_typescript_is_an_error_not_a_guess() -> None:
    with pytest.raises(TypeError):
        typescript.type_of(tuple[int, str])
