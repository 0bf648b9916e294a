"""The features, one file per method or family, and the one table that lists them.

What the client must be told of at `initialize` stands here as names and options; the code
behind them is imported once the client has its answer, or by the first message that needs it.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from tierwise.lsp.features import lifecycle, sync

if TYPE_CHECKING:
    from tierwise.lsp.server import Server

LATER: Final = ("actions", "lens", "hover", "commands", "requests", "chat")
"""Modules whose code is imported after `initialize`."""

METHODS: Final[dict[str, Any]] = {
    types.TEXT_DOCUMENT_CODE_ACTION: types.CodeActionOptions(
        code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite],
        resolve_provider=False,
    ),
    types.TEXT_DOCUMENT_CODE_LENS: types.CodeLensOptions(resolve_provider=False),
    types.TEXT_DOCUMENT_HOVER: None,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: None,
    "tierwise/task/start": None,
    "tierwise/task/cancel": None,
    "tierwise/task/sent": None,
    "tierwise/chat/send": None,
    "tierwise/chat/get": None,
    "tierwise/chat/list": None,
    "tierwise/chat/apply": None,
    "tierwise/usage/query": None,
    "tierwise/route/explain": None,
    "tierwise/route/override": None,
    "tierwise/route/choices": None,
    "tierwise/edit/get": None,
    "tierwise/edit/resolve": None,
    "tierwise/edit/didShow": None,
    "tierwise/status": None,
    "tierwise/history/query": None,
    "tierwise/outcome/record": None,
}

COMMANDS: Final = (
    "tierwise.task.start",
    "tierwise.task.cancel",
    "tierwise.task.rerunOn",
    "tierwise.task.showSent",
    "tierwise.edit.apply",
    "tierwise.edit.discard",
    "tierwise.edit.showDiff",
    "tierwise.edit.undo",
    "tierwise.route.override",
    "tierwise.route.rate",
    "tierwise.budget.resume",
)


def register(server: Server) -> None:
    """Register what must be there at once, and a stand-in for every method and command."""
    lifecycle.register(server)
    sync.register(server)
    manager = server.protocol.fm
    for method, options in METHODS.items():
        server.feature(method, options)(_stand_in(server, manager.features, method))
    for name in COMMANDS:
        manager.commands[name] = _stand_in(server, manager.commands, name)


def import_all() -> None:
    """Import the code of every feature; safe on any thread, and done only once."""
    for name in LATER:
        import_module(f"{__name__}.{name}")


def load(server: Server) -> None:
    """Put the real handlers in the place of the stand-ins; harmless to call twice."""
    if server.loaded:
        return
    server.loaded = True
    for method in METHODS:
        server.protocol.fm.features.pop(method, None)
        server.protocol.fm.feature_options.pop(method, None)
    for name in LATER:
        import_module(f"{__name__}.{name}").register(server)


def _stand_in(
    server: Server, table: dict[str, Callable[..., Any]], name: str
) -> Callable[..., Awaitable[Any]]:
    async def stand_in(*arguments: Any) -> Any:
        load(server)
        result = table[name](*arguments)
        return await result if inspect.isawaitable(result) else result

    return stand_in
