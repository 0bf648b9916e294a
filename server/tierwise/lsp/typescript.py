"""The TypeScript types of all messages of ours: `python -m tierwise.lsp.typescript > FILE`.

Made from the classes and the table of exchanges, so that a client cannot drift from the
server: a test compares what this prints with the file the client compiles.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from tierwise.core import decision, outcome, request, situation, views
from tierwise.lsp import exchanges, messages
from tierwise.lsp.exchanges import Exchange
from tierwise.lsp.messages import Message
from tierwise.lsp.replies import chat, edit, past, route, status, task

HEAD: Final = """\
// Made by `make types` from the server's own messages; edit those, not this file.
import type { WorkspaceEdit } from "vscode-languageserver-protocol";
"""
WORDS: Final[Mapping[str, Any]] = {
    "Action": request.Action,
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
"""Closed sets of words that have a name of their own."""
TABLES: Final[Mapping[str, Mapping[str, Exchange]]] = {
    "Requests": exchanges.REQUESTS,
    "FromClient": exchanges.FROM_CLIENT,
    "ToClient": exchanges.TO_CLIENT,
    "Commands": exchanges.COMMANDS,
}
_PLAIN: Final[Mapping[Any, str]] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    Any: "unknown",
    NoneType: "null",
}


def generate() -> str:
    """The whole file."""
    parts = [HEAD]
    parts += [f"export type {name} = {_union(get_args(kind))};\n" for name, kind in WORDS.items()]
    for module in (messages, route, task, chat, edit, past, status):
        parts += [_interface(kind) for kind in _classes(module)]
    parts += [_table(name, table) for name, table in TABLES.items()]
    return "\n".join(parts)


def _classes(module: Any) -> Iterator[type[Message]]:
    for kind in vars(module).values():
        own = inspect.isclass(kind) and getattr(kind, "__module__", "") == module.__name__
        if own and issubclass(kind, Message) and kind is not Message:
            yield kind


def _interface(kind: type[Message]) -> str:
    base = next((b for b in kind.__bases__ if issubclass(b, Message)), Message)
    inherited = base.model_fields
    extends = ""
    if inherited:
        fields = kind.model_fields.items()
        changed = [n for n, f in fields if n in inherited and _changed(f, base, n)]
        bare = f"Omit<{base.__name__}, {_union([_wire(kind, n) for n in changed])}>"
        extends = f" extends {bare if changed else base.__name__}"
        own = {n: f for n, f in fields if n not in inherited or n in changed}
    else:
        own = dict(kind.model_fields)
    lines = [_doc(kind), f"export interface {kind.__name__}{extends} {{"]
    lines += [_field(kind, name, field) for name, field in own.items()]
    return "\n".join([*lines, "}\n"])


def _changed(field: FieldInfo, base: type[Message], name: str) -> bool:
    before = base.model_fields[name]
    return (field.annotation, field.is_required()) != (before.annotation, before.is_required())


def _field(kind: type[Message], name: str, field: FieldInfo) -> str:
    """One line of an interface; what has a default may be absent on the wire."""
    shape = type_of(field.annotation, field.metadata)
    if not field.is_required():
        shape = shape.removesuffix(" | null")
        return f"  {_wire(kind, name)}?: {shape};"
    return f"  {_wire(kind, name)}: {shape};"


def _wire(kind: type[Message], name: str) -> str:
    return kind.model_fields[name].alias or name


def type_of(shape: Any, marks: list[Any] | tuple[Any, ...] = ()) -> str:
    """The TypeScript type of an annotation. Raises `TypeError` for what has none here."""
    for mark in marks:
        if isinstance(mark, edit.Foreign):
            return mark.name
    for name, words in WORDS.items():
        if shape == words:
            return name
    if shape in _PLAIN:
        return _PLAIN[shape]
    if inspect.isclass(shape) and issubclass(shape, Message):
        return shape.__name__
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


def _table(name: str, table: Mapping[str, Exchange]) -> str:
    lines = [f"export interface {name} {{"]
    for method, exchange in table.items():
        params = "null" if exchange.params is None else exchange.params.__name__
        result = "void" if exchange.result is None else type_of(exchange.result)
        null = " | null" if exchange.nullable else ""
        lines.append(f'  "{method}": {{ params: {params}; result: {result}{null} }};')
    return "\n".join([*lines, "}\n"])


def _doc(kind: type[Message]) -> str:
    lines = inspect.cleandoc(kind.__doc__ or "").replace("*/", "* /").splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */"])


def _union(words: Any) -> str:
    return " | ".join(f'"{word}"' for word in words)


if __name__ == "__main__":
    sys.stdout.write(generate())
