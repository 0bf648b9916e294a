"""The one table of the methods that the server handles.

A method's handler is found by the method's name: `tierwise/chat/send` and a command
`tierwise.chat.send` are the function `send` in `features/chat.py`. The signature of the handler
says what the method takes and returns. Dispatch and the check of params (`dispatch.py`), the
clients' types (`reference/typescript.py`) and `docs/protocol.md` (`reference/markdown.py`) are all
made from this table and these signatures.

This file is imported before `initialize` is answered, so it imports no message and no handler.
"""

from __future__ import annotations

import re
from typing import Any, Final

from lsprotocol import types

from tierwise.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Method:
    """A request, notification or command that the server handles.

    `errors` are the names that `error.data.name` can have beside BadRequest and Internal, which
    any method may answer. `options` are what `initialize` tells the client about the method.
    `file` is the module under `features`; it is needed only if the name implies another one.
    """

    name: str
    errors: tuple[str, ...] = ()
    options: Any = None
    file: str = ""

    @property
    def module(self) -> str:
        """The name of the module under `features` that has the handler."""
        parts = _parts(self.name)
        return self.file or _snake(parts[-2] if len(parts) > 1 else parts[-1])

    @property
    def function(self) -> str:
        """The name of the handler. It ends in an underscore if it would hide a builtin."""
        name = _snake(_parts(self.name)[-1])
        return f"{name}_" if name in ("list", "exit") else name


CODE_ACTIONS: Final = types.CodeActionOptions(
    code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite],
    resolve_provider=False,
)
SAVES: Final = types.SaveOptions(include_text=False)
LENSES: Final = types.CodeLensOptions(resolve_provider=False)
_MODEL: Final = ("BudgetPaused", "NotConfigured", "ModelError", "Untrusted", "Ignored")

BUILT_IN: Final = (
    Method(types.EXIT, file="lifecycle"),
    Method(types.TEXT_DOCUMENT_DID_OPEN, file="text_document.sync"),
    Method(types.TEXT_DOCUMENT_DID_CHANGE, file="text_document.sync"),
    Method(types.TEXT_DOCUMENT_DID_CLOSE, file="text_document.sync"),
)
"""Methods taken over from the protocol library, which has handlers of its own for them."""
AT_ONCE: Final = (
    Method(types.INITIALIZE, file="lifecycle"),
    Method(types.INITIALIZED, file="lifecycle"),
    Method(types.TEXT_DOCUMENT_DID_SAVE, options=SAVES, file="text_document.sync"),
    Method(types.WORKSPACE_DID_RENAME_FILES),
    Method(types.WORKSPACE_DID_CHANGE_CONFIGURATION),
    Method(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS),
    Method(types.WORKSPACE_DID_CHANGE_WATCHED_FILES),
)
"""Methods whose code is light. It is imported before `initialize` is answered."""
STANDARD: Final = (
    Method(types.TEXT_DOCUMENT_CODE_ACTION, (), CODE_ACTIONS, "text_document.code_action"),
    Method(types.TEXT_DOCUMENT_CODE_LENS, (), LENSES, "text_document.code_lens"),
    Method(types.TEXT_DOCUMENT_HOVER, file="text_document.hover"),
    Method(types.WINDOW_WORK_DONE_PROGRESS_CANCEL),
)
"""Methods of the protocol that offer and show tasks."""
REQUESTS: Final = (
    Method("tierwise/task/start", ("UnknownTier",)),
    Method("tierwise/task/cancel", ("UnknownTask",)),
    Method("tierwise/task/sent", ("UnknownTask",)),
    Method("tierwise/chat/send", (*_MODEL, "ContextTooLarge", "UnknownTier")),
    Method("tierwise/chat/project", ("UnknownTier",)),
    Method("tierwise/chat/focus", ("UnknownTier",)),
    Method("tierwise/chat/get"),
    Method("tierwise/chat/retract"),
    Method("tierwise/chat/delete"),
    Method("tierwise/chat/list"),
    Method("tierwise/chat/apply", ("UnknownTask",)),
    Method("tierwise/route/explain", ("UnknownTask", "UnknownTier")),
    Method("tierwise/route/override", ("UnknownTask", "UnknownTier")),
    Method("tierwise/route/choices"),
    Method("tierwise/dial/get"),
    Method("tierwise/dial/turn"),
    Method("tierwise/edit/get", ("UnknownEdit",)),
    Method("tierwise/edit/resolve", ("DocumentChanged", "UnknownEdit", "UnknownTier")),
    Method("tierwise/status"),
    Method("tierwise/history/query"),
    Method("tierwise/usage/query"),
    Method("tierwise/report/make"),
    Method("tierwise/queue/add", ("UnknownTier",)),
    Method("tierwise/queue/list"),
    Method("tierwise/queue/report"),
    Method("tierwise/queue/apply"),
    Method("tierwise/queue/undo"),
    Method("tierwise/queue/cancel"),
)
"""Our own requests."""
NOTIFICATIONS: Final = (
    Method("tierwise/edit/didShow"),
    Method("tierwise/outcome/record"),
    Method("tierwise/trust/didChange"),
    Method("tierwise/window/didFocus"),
)
"""Our own notifications from the client."""
COMMANDS: Final = (
    Method("tierwise.task.start", ("UnknownTier",)),
    Method("tierwise.task.cancel", ("UnknownTask",)),
    Method("tierwise.task.rerunOn", ("UnknownTask", "UnknownTier")),
    Method("tierwise.task.showSent", ("UnknownTask",)),
    Method("tierwise.edit.apply", ("DocumentChanged", "UnknownEdit")),
    Method("tierwise.edit.discard", ("UnknownEdit",)),
    Method("tierwise.edit.showDiff", ("UnknownEdit",)),
    Method("tierwise.edit.undo", ("DocumentChanged", "UnknownEdit")),
    Method("tierwise.route.override", ("UnknownTask", "UnknownTier")),
    Method("tierwise.route.rate", ("UnknownTask",)),
    Method("tierwise.budget.resume"),
    Method("tierwise.queue.add", ("UnknownTier",)),
)
"""Commands of `workspace/executeCommand`; each takes one object."""


def _parts(name: str) -> list[str]:
    parts = re.split(r"[/.]", name)
    return parts[1:] if parts[0] == "tierwise" else parts


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
