"""What the server sends, key by key, and what is generated of it for clients."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from lsprotocol import types

from tierwise.core.actions import TABLE
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
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.messages.base import Message
from tierwise.lsp.messages.chat import ChatReply, Streamed
from tierwise.lsp.messages.edit import EditGot, Resolved
from tierwise.lsp.messages.history import HistoryTask
from tierwise.lsp.messages.route import explained
from tierwise.lsp.messages.status import BudgetChanged, Status
from tierwise.lsp.messages.task import TaskChanged
from tierwise.lsp.reference import actions, markdown, typescript
from tierwise.present.decision import to_wire
from tierwise.tasks import api

ROOT = Path(__file__).parents[3]
TYPES = ROOT / "vscode-client" / "src" / "server" / "messages.ts"
REFERENCE = ROOT / "docs" / "protocol.md"
SHAPES = json.loads((Path(__file__).parent / "messages.json").read_text(encoding="utf-8"))
"""What goes over the wire for each of `SENT`: clients rely on every key."""
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
    reasons=(Reason.said("why"),),
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
FULL_STATUS = replace(
    STATUS,
    tier="haiku",
    routed="haiku",
    confidence=0.5,
    day_limit=1,
    project_limit=1,
    command=Offer("Raise", "tierwise.budget.resume", {"raiseUsd": 1}),
)
NOTICE = StreamView("t", "c", 1, "notice", None, DECISION, "why")
REPLY = api.ChatReply("t", "c", DECISION, "x", "end_turn", Usage(1, 2), 3, "e")
PAST = HistoryItem("t", "edit", "applied", DECISION, 1, URI, "e", 2, (("applied", 3),))
SENT: dict[str, Message] = {
    "task": TaskChanged.of(docs(), TASK),
    "task, full": TaskChanged.of(docs(), FULL),
    "delta": Streamed.of(StreamView("t", None, 1, "delta", "x")),
    "notice": Streamed.of(NOTICE),
    "status": Status.of(STATUS),
    "status, full": Status.of(FULL_STATUS),
    "budget": BudgetChanged.of(BudgetView("day", "soft", 1, 2)),
    "no cap": BudgetChanged.of(BudgetView("day", "ok", 1, None)),
    "edit": EditGot.of(docs(), EDIT, False),
    "resolved": Resolved.of(api.ResolveReply(True)),
    "refused": Resolved.of(api.ResolveReply(False, "why", "t")),
    "chat": ChatReply.of(REPLY),
    "history": HistoryTask.of(PAST),
}


@pytest.mark.parametrize("name", SENT)
def test_a_message_goes_over_the_wire_as_clients_know_it(name: str) -> None:
    sent = SENT[name].wire()
    assert json.loads(json.dumps(sent, default=lambda _: "<edit>")) == SHAPES[name]


def test_a_decision_goes_over_the_wire_as_clients_know_it() -> None:
    assert to_wire(DECISION) == SHAPES["decision"]
    bare = explained(DECISION, dearer="more", paged=False)
    assert bare == {**SHAPES["decision"], "dearer": "more"}
    shares = {"haiku": 0.9, "sonnet": 1.0}
    own = replace(DECISION, answering="haiku", cause="routed",
                  estimate=Estimate(shares, shares, shares))  # fmt: skip
    assert "For a dearer tier the task would need: more" in explained(own, dearer="more")["page"]


def test_the_clients_types_are_those_of_the_server() -> None:
    assert TYPES.read_text(encoding="utf-8") == typescript.generate(), "run `make types`"


def test_the_reference_of_the_protocol_is_that_of_the_server() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == markdown.generate(), "run `make types`"


def test_the_clients_tables_of_actions_are_those_of_the_server() -> None:
    code = ROOT / "vscode-client" / "src" / "server" / "actions.ts"
    plugin = ROOT / "neovim-plugin" / "lua" / "tierwise" / "actions.lua"
    assert code.read_text(encoding="utf-8") == actions.typescript(), "run `make types`"
    assert plugin.read_text(encoding="utf-8") == actions.lua(), "run `make types`"


def test_a_type_without_typescript_is_an_error_not_a_guess() -> None:
    with pytest.raises(TypeError):
        typescript.type_of(tuple[int, str])


def test_the_plugin_makes_mappings_for_the_actions_on_code() -> None:
    """The list is in the file that Neovim reads at start, because nothing else may be read then."""
    start = (ROOT / "neovim-plugin" / "plugin" / "tierwise.lua").read_text(encoding="utf-8")
    listed = re.search(r"local on_selection = \{ (.*?) \}", start)
    assert listed is not None
    on_code = [kind.name for kind in TABLE if kind.on_code and not kind.at_cursor]
    assert re.findall(r'"(\w+)"', listed[1]) == ["ask", *on_code]
