"""Which method takes and gives what: the one table clients' types are generated from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tierwise.lsp.messages import (
    ChatApply,
    ChatGet,
    ChatList,
    ChatSend,
    ChoicesAsk,
    EditId,
    EditResolve,
    Explain,
    HistoryAsk,
    Message,
    Override,
    Rate,
    RecordOutcome,
    Rerun,
    Resume,
    SentAsk,
    TaskId,
    TaskStart,
    Trusted,
    UsageAsk,
)
from tierwise.lsp.replies.chat import BlockOffered, ChatReply, Conversation, Conversations, Streamed
from tierwise.lsp.replies.edit import EditGot, Resolved
from tierwise.lsp.replies.past import History, UsageFigures
from tierwise.lsp.replies.route import Choices, Decision, Explained
from tierwise.lsp.replies.status import BudgetChanged, Status
from tierwise.lsp.replies.task import Sent, Started, TaskChanged


@dataclass(frozen=True, slots=True)
class Exchange:
    """What goes with a method: its params, and its result where it has one."""

    params: type[Message] | None
    result: type[Message] | type[bool] | None = None
    nullable: bool = False
    """Whether the result may be null."""


REQUESTS: Final[dict[str, Exchange]] = {
    "tierwise/task/start": Exchange(TaskStart, Started),
    "tierwise/task/cancel": Exchange(TaskId, bool),
    "tierwise/task/sent": Exchange(SentAsk, Sent),
    "tierwise/chat/send": Exchange(ChatSend, ChatReply),
    "tierwise/chat/get": Exchange(ChatGet, Conversation),
    "tierwise/chat/list": Exchange(ChatList, Conversations),
    "tierwise/chat/apply": Exchange(ChatApply, BlockOffered),
    "tierwise/route/explain": Exchange(Explain, Explained),
    "tierwise/route/override": Exchange(Override, Decision, nullable=True),
    "tierwise/route/choices": Exchange(ChoicesAsk, Choices),
    "tierwise/edit/get": Exchange(EditId, EditGot),
    "tierwise/edit/resolve": Exchange(EditResolve, Resolved),
    "tierwise/status": Exchange(None, Status),
    "tierwise/history/query": Exchange(HistoryAsk, History),
    "tierwise/usage/query": Exchange(UsageAsk, UsageFigures),
}
"""Requests of the client."""
FROM_CLIENT: Final[dict[str, Exchange]] = {
    "tierwise/edit/didShow": Exchange(EditId),
    "tierwise/outcome/record": Exchange(RecordOutcome),
    "tierwise/trust/didChange": Exchange(Trusted),
}
"""Notifications of the client."""
TO_CLIENT: Final[dict[str, Exchange]] = {
    "tierwise/chat/didStream": Exchange(Streamed),
    "tierwise/task/didChange": Exchange(TaskChanged),
    "tierwise/status/didChange": Exchange(Status),
    "tierwise/budget/didChange": Exchange(BudgetChanged),
}
"""Notifications of the server."""
COMMANDS: Final[dict[str, Exchange]] = {
    "tierwise.task.start": Exchange(TaskStart, Started),
    "tierwise.task.cancel": Exchange(TaskId, bool),
    "tierwise.task.rerunOn": Exchange(Rerun, Started),
    "tierwise.task.showSent": Exchange(SentAsk, bool),
    "tierwise.edit.apply": Exchange(EditId, Resolved),
    "tierwise.edit.discard": Exchange(EditId, Resolved),
    "tierwise.edit.showDiff": Exchange(EditId, bool),
    "tierwise.edit.undo": Exchange(EditId, Resolved),
    "tierwise.route.override": Exchange(Override, Decision, nullable=True),
    "tierwise.route.rate": Exchange(Rate, bool),
    "tierwise.budget.resume": Exchange(Resume, Status),
}
"""Commands of `workspace/executeCommand`; each takes one object."""
