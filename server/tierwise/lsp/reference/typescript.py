"""The TypeScript types of our own messages: `python -m tierwise.lsp.reference.typescript`.

They are made from the method table and the message classes. A test compares what this prints with
the file that the client compiles, so client and server cannot differ.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo
from typing_extensions import get_type_hints, is_typeddict

from tierwise.core import actions, decision, outcome, request, situation, views
from tierwise.lsp import dispatch, method_table
from tierwise.lsp.messages import (
    base,
    chat,
    dial,
    edit,
    history,
    options,
    queue,
    report,
    route,
    status,
    task,
)
from tierwise.lsp.messages.base import Message, Push
from tierwise.lsp.method_table import Method
from tierwise.present.decision import WireDecision, WireShown

HEAD: Final = """\
// Made by `make types` from the server's own messages; edit those, not this file.
import type { WorkspaceEdit } from "vscode-languageserver-protocol";
"""
WORDS: Final[Mapping[str, Any]] = {
    "Action": actions.Action,
    "Severity": request.Severity,
    "Cause": decision.Cause,
    "Scope": decision.Scope,
    "OutcomeKind": outcome.OutcomeKind,
    "Rating": outcome.Rating,
    "TaskState": views.TaskState,
    "HunkKind": views.HunkKind,
    "HunkState": views.HunkState,
    "StatusKind": views.StatusKind,
    "StreamKind": views.StreamKind,
    "BudgetLevel": situation.BudgetLevel,
}
"""String unions that get a type name of their own."""
MODULES: Final = (
    base, options, task, route, dial, chat, edit, history, report, queue, status,
)  # fmt: skip
"""The modules of messages, in the order they are printed."""
NAMES: Final = {"WireDecision": "Decision", "WireShown": "Shown"}
"""Classes that have another name in the clients' types."""
_PLAIN: Final[Mapping[Any, str]] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    Any: "unknown",
    NoneType: "null",
}


def generate() -> str:
    """The text of the file of types."""
    parts = [HEAD]
    parts += [f"export type {name} = {_union(get_args(kind))};\n" for name, kind in WORDS.items()]
    parts += [_interface(kind) for kind in classes()]
    parts.append(_table("Requests", map(_method, method_table.REQUESTS)))
    parts.append(_table("FromClient", map(_method, method_table.NOTIFICATIONS)))
    parts.append(_table("ToClient", [(push.method, name_of(push), "void") for push in pushes()]))
    parts.append(_table("Commands", map(_method, method_table.COMMANDS)))
    return "\n".join(parts)


def classes() -> Iterator[type]:
    """Every message, in the order of the modules."""
    yield WireShown
    yield WireDecision
    for module in MODULES:
        for kind in vars(module).values():
            own = inspect.isclass(kind) and kind.__module__ == module.__name__
            if own and kind not in (Message, Push) and _is_message(kind):
                yield kind


def pushes() -> Iterator[type[Push]]:
    """Our notifications to the client."""
    for kind in classes():
        if issubclass(kind, Push):
            yield kind


def name_of(kind: type) -> str:
    """The name that a message class has in TypeScript."""
    return NAMES.get(kind.__name__, kind.__name__)


def type_of(shape: Any, marks: list[Any] | tuple[Any, ...] = ()) -> str:
    """The TypeScript type of an annotation; `marks` are the extra arguments of its `Annotated`.

    Raises `TypeError` if this generator does not know the annotation.
    """
    for mark in marks:
        if isinstance(mark, edit.Foreign):
            return mark.name
    for name, words in WORDS.items():
        if shape == words:
            return name
    if shape in _PLAIN:
        return _PLAIN[shape]
    if _is_message(shape):
        return name_of(shape)
    origin, inner = get_origin(shape), get_args(shape)
    if origin is Annotated:
        return type_of(inner[0], inner[1:])
    if origin is Literal:
        return _union(inner)
    if origin in (Union, UnionType):
        return " | ".join(type_of(each) for each in inner)
    if origin is list:
        element = type_of(inner[0])
        return f"({element})[]" if " | " in element else f"{element}[]"
    if origin is dict:
        return f"Record<string, {type_of(inner[1])}>"
    raise TypeError(f"no TypeScript for {shape!r}")


def fields(kind: type) -> dict[str, str]:
    """Map the fields of a message, by their names on the wire, to "?: type" or ": type"."""
    if not issubclass(kind, Message):
        required: frozenset[str] = getattr(kind, "__required_keys__", frozenset())
        hints = get_type_hints(kind, include_extras=True)
        return {n: f"{':' if n in required else '?:'} {type_of(h)}" for n, h in hints.items()}
    return {field.alias or name: _field(field) for name, field in kind.model_fields.items()}


def _is_message(kind: Any) -> bool:
    return inspect.isclass(kind) and (is_typeddict(kind) or issubclass(kind, Message))


def _interface(kind: type) -> str:
    base = next((b for b in _bases(kind) if _is_message(b) and b not in (Message, Push)), None)
    own, inherited = fields(kind), fields(base) if base is not None else {}
    extends = ""
    if base is not None:
        changed = [name for name in own if name in inherited and own[name] != inherited[name]]
        bare = f"Omit<{name_of(base)}, {_union(changed)}>" if changed else name_of(base)
        extends = f" extends {bare}"
        own = {n: shape for n, shape in own.items() if n not in inherited or n in changed}
    lines = [_doc(kind), f"export interface {name_of(kind)}{extends} {{"]
    lines += [f"  {name}{shape};" for name, shape in own.items()]
    return "\n".join([*lines, "}\n"])


def _bases(kind: type) -> tuple[Any, ...]:
    found: tuple[Any, ...] = kind.__dict__.get("__orig_bases__", kind.__bases__)
    return found


def _field(field: FieldInfo) -> str:
    """The TypeScript of one field. A field with a default is optional on the wire."""
    shape = type_of(field.annotation, field.metadata)
    return f": {shape}" if field.is_required() else f"?: {shape.removesuffix(' | null')}"


def _method(method: Method) -> tuple[str, str, str]:
    """The name of a method and the TypeScript types of its params and its result."""
    params, result = dispatch.types_of(dispatch.handler_of(method))
    shown = "void" if result is NoneType else type_of(result)
    return method.name, "null" if params is None else name_of(params), shown


def _table(name: str, rows: Iterable[tuple[str, str, str]]) -> str:
    lines = [f"export interface {name} {{"]
    lines += [f'  "{method}": {{ params: {params}; result: {to} }};' for method, params, to in rows]
    return "\n".join([*lines, "}\n"])


def _doc(kind: type) -> str:
    lines = inspect.cleandoc(kind.__doc__ or "").replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */"])


def _union(words: Any) -> str:
    return " | ".join(f'"{word}"' for word in words)


if __name__ == "__main__":
    sys.stdout.write(generate())
