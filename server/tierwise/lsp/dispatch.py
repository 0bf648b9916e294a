"""From a method to its handler: imported late, called with params of the type that it declares.

The protocol library is told every name at once; the code behind a name is imported once the client
has its answer to `initialize`, or by the first message that needs it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, get_type_hints

from pygls.lsp.server import LanguageServer

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.lsp import features, messages, method_table
from tierwise.lsp.method_table import Method
from tierwise.lsp.session.session import Session

Handler = Callable[..., Any]
NOTHING: Final[tuple[object, ...]] = (None, [])
"""Params that say nothing: Lua has one empty table for objects and lists."""
LATER: Final = (
    *method_table.STANDARD,
    *method_table.REQUESTS,
    *method_table.NOTIFICATIONS,
    *method_table.COMMANDS,
)
"""Methods whose code is imported after `initialize`."""


def register(server: LanguageServer, session: Session) -> None:
    """Register every method and command."""
    manager = server.protocol.fm
    for method in method_table.BUILT_IN:
        manager.builtin_features[method.name] = _direct(method, session)
    for method in method_table.AT_ONCE:
        server.feature(method.name, method.options)(_direct(method, session))
    for method in (*method_table.STANDARD, *method_table.REQUESTS, *method_table.NOTIFICATIONS):
        server.feature(method.name, method.options)(bound(method, session))
    for method in method_table.COMMANDS:
        manager.commands[method.name] = bound(method, session)


def import_all() -> None:
    """Import the code of every method; safe on any thread."""
    for method in LATER:
        handler_of(method)


def import_titles() -> None:
    """Import the code of what is asked for first; safe on any thread."""
    for method in LATER:
        if method.function == "code_action":
            handler_of(method)


def handler_of(method: Method) -> Handler:
    """The function that handles a method; imports its module."""
    handler: Handler = getattr(
        import_module(f"{features.__name__}.{method.module}"), method.function
    )
    return handler


def types_of(handler: Handler) -> tuple[Any, Any]:
    """The types of a handler's params and result; None for a handler that takes no params."""
    hints = get_type_hints(handler, include_extras=True)
    result = hints.pop("return")
    hints.pop("session")
    return next(iter(hints.values()), None), result


def _direct(method: Method, session: Session) -> Handler:
    """A handler of the protocol's own params, called at once and in the order of the messages."""
    handler = handler_of(method)
    if inspect.iscoroutinefunction(handler):

        async def awaited(params: Any = None) -> Any:
            return await handler(session, params)

        return awaited

    def called(params: Any = None) -> Any:
        return handler(session, params)

    return called


def bound(method: Method, session: Session) -> Handler:
    """What answers a method in a session; its code is imported by the first call."""
    found: list[Handler] = []

    async def answer(params: Any = None, *_: Any) -> Any:
        if not found:
            found.append(_checked(method))
        result = found[0](session, params)
        if inspect.isawaitable(result):
            result = await result
        return result.wire() if hasattr(result, "wire") else result

    return answer


def _checked(method: Method) -> Handler:
    """The handler behind a check of its params, where they are a message of ours.

    The handler is looked for before the library that checks: at a start a thread imports it
    already, and two threads that import different things slow each other down.
    """
    handler = handler_of(method)
    kind, _ = types_of(handler)
    if kind is None:
        return lambda session, _: handler(session)
    if not (inspect.isclass(kind) and kind.__module__.startswith(messages.__name__)):
        return handler
    from pydantic import ValidationError

    from tierwise.lsp.messages.base import Message
    from tierwise.present.plain_words import plain

    if not issubclass(kind, Message):
        return handler

    def checked(session: Session, params: Any) -> Any:
        try:
            given = kind.model_validate(params if params not in NOTHING else {})
        except ValidationError as error:
            problem = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in problem["loc"]) or "params"
            reason = ErrorReason.of("bad_params", where=where, problem=plain(problem["msg"]))
            raise BadRequest(reason) from None
        return handler(session, given)

    return checked
