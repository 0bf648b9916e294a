"""Finds the handler of a method, imports it late and calls it with params of its declared type.

Every method name is registered with the protocol library at once. The code behind a name is
imported after `initialize` is answered, or earlier by the first message that needs it.
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
"""Values that count as empty params. A Lua client sends `[]`, because an empty Lua table can mean
an object or a list.
"""
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
    """Import the code of every method. Any thread may call this."""
    for method in LATER:
        handler_of(method)


def import_titles() -> None:
    """Import the code action handler, which an editor asks for first. Any thread may call this."""
    for method in LATER:
        if method.function == "code_action":
            handler_of(method)


def handler_of(method: Method) -> Handler:
    """Import a method's module and return the function that handles the method."""
    handler: Handler = getattr(
        import_module(f"{features.__name__}.{method.module}"), method.function
    )
    return handler


def types_of(handler: Handler) -> tuple[Any, Any]:
    """The types of a handler's params and result. The first is None if it takes no params."""
    hints = get_type_hints(handler, include_extras=True)
    result = hints.pop("return")
    hints.pop("session")
    return next(iter(hints.values()), None), result


def _direct(method: Method, session: Session) -> Handler:
    """Wrap a handler that takes the protocol's own params. Calls begin in the order of messages."""
    handler = handler_of(method)
    if inspect.iscoroutinefunction(handler):

        async def awaited(params: Any = None) -> Any:
            return await handler(session, params)

        return awaited

    def called(params: Any = None) -> Any:
        return handler(session, params)

    return called


def bound(method: Method, session: Session) -> Handler:
    """Make the function that answers a method in a session. Its first call imports the code."""
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
    """Return a method's handler. If its params are one of our messages, they are checked first.

    The handler is imported before pydantic. At a start another thread already imports handlers,
    and two threads that import different modules slow each other down.
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
