"""The reference of the protocol: `python -m tierwise.lsp.reference.markdown > docs/protocol.md`.

It is made from the method table, the handlers' signatures and docstrings, and the message classes.
A test compares what this prints with the file.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Any, Final

from tierwise.lsp import dispatch, method_table
from tierwise.lsp.method_table import Method
from tierwise.lsp.reference import typescript

HEAD: Final = """\
# Protocol

Made by `make types` from the server's own interface. Edit that, not this file.

A client speaks plain LSP over stdio. The messages below come on top, and a client may use none of
them. Requests and notifications carry one object; a command of `workspace/executeCommand` takes the
same object as its one argument. Keys that the other side does not know are ignored. Errors carry a
name in `error.data.name`: every request may answer `BadRequest` (the params do not fit) or
`Internal` (the log says why), and the errors named beside it. The handler of a method is the
function of the same name in `server/tierwise/lsp/features/`.
"""
TITLES: Final = {
    "Requests": method_table.REQUESTS,
    "Notifications from the client": method_table.NOTIFICATIONS,
    "Commands": method_table.COMMANDS,
}


def generate() -> str:
    """The text of `docs/protocol.md`."""
    parts = [HEAD]
    for title, methods in TITLES.items():
        parts.append(f"## {title}\n")
        parts += [_method(method) for method in methods]
    parts.append("## Notifications to the client\n")
    parts.append("A client names in `clientCapabilities` the flags of those it wants.\n")
    for push in typescript.pushes():
        text = _paragraphs(push)
        parts.append(f"### `{push.method}`\n\n{text}\n\n- flag: `{push.flag}`\n- {_params(push)}\n")
    parts.append("## Types\n")
    parts.append("`?` marks what may be absent.\n")
    parts += [_type(kind) for kind in typescript.classes()]
    return "\n".join(parts)


def _method(method: Method) -> str:
    handler = dispatch.handler_of(method)
    params, result = dispatch.types_of(handler)
    lines = [f"### `{method.name}`\n", _paragraphs(handler), ""]
    if params is not None:
        lines.append(f"- {_params(params)}")
    if result is not type(None):
        lines.append(f"- result: {_shape(typescript.type_of(result))}")
    if method.errors:
        lines.append(f"- errors: {', '.join(method.errors)}")
    return "\n".join([*lines, ""])


def _params(kind: type) -> str:
    return f"params: `{typescript.name_of(kind)}`"


def _shape(shape: str) -> str:
    return f"`{shape}`"


def _type(kind: type) -> str:
    lines = [f"### `{typescript.name_of(kind)}`\n", _paragraphs(kind), ""]
    lines += _fields(kind)
    return "\n".join([*lines, ""])


def _fields(kind: type) -> Iterator[str]:
    for name, shape in typescript.fields(kind).items():
        mark, _, rest = shape.partition(": ")
        yield f"- `{name}{mark}`: `{rest}`"


def _paragraphs(about: Any) -> str:
    return inspect.cleandoc(about.__doc__ or "")


if __name__ == "__main__":
    sys.stdout.write(generate())
