"""Generates the reference pages: `python -m tierwise.cli.reference NAME`.

`commands` describes the command line, `configuration` and `schema` describe the configuration. A
test compares the files in `docs/reference/` with what is printed here. The protocol has its own
generator in `lsp/reference/`.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel

from tierwise.cli.command_table import COMMANDS
from tierwise.cli.commands import load
from tierwise.config import model
from tierwise.config.model import Config, Section
from tierwise.config.sources import SOURCES

COMMANDS_HEAD: Final = """\
# Commands

Made from the program itself by `make docs-reference`. Every command answers `-h`, and prints facts
as JSON with `--json`. Exit 0 is done, 1 failed with one line that says why, 2 wrong usage.
`tierwise --install-completion` teaches your shell to complete them.
"""
CONFIGURATION_HEAD: Final = """\
# Configuration

Made from the program itself by `make docs-reference`. The file is TOML, at `TIERWISE_CONFIG` or in
the platform's configuration folder (`tierwise doctor` names it). Your own file may set every key.
The columns "editor" and "repository" say what the editor's settings (in camelCase) and a
repository's `.tierwise.toml` may do: `any` sets it, `tighten` only makes it stricter, `ask` waits
for your yes, `never` is ignored with a notice. [A JSON schema](config.schema.json) completes and
checks the file in editors that know schemas for TOML.
"""


def commands() -> str:
    """The reference of the command line, in Markdown."""
    parts = [COMMANDS_HEAD]
    for entry in COMMANDS:
        if entry.name == "serve":
            parts.append(_serve())
            continue
        for path, command in _below(load(entry), (entry.name,)):
            parts.append(_command(path, command))
    return "\n".join(parts)


def _below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from _below(one, (*path, name))


def _serve() -> str:
    return (
        "## `tierwise serve`\n\nServe an editor on stdio. `--tcp HOST:PORT` listens there instead,"
        " `--log-level` is one of `debug`, `info`, `warning`, `error`.\n"
    )


def _command(path: tuple[str, ...], command: Any) -> str:
    level = "#" * (1 + len(path))
    said = inspect.cleandoc(command.help or "")
    lines = [f"{level} `tierwise {' '.join(path)}`", "", said, ""]
    rows = [_parameter(one) for one in command.params]
    if rows:
        lines += ["| option | meaning | default |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _parameter(one: Any) -> str:
    names = ", ".join(one.opts) if one.param_type_name == "option" else one.name.upper()
    if one.param_type_name == "option" and one.secondary_opts:
        names += " / " + ", ".join(one.secondary_opts)
    shown = one.metavar or ""
    kind = one.type_descriptor.annotation
    if not shown and isinstance(kind, type) and issubclass(kind, Enum):
        shown = "|".join(str(choice.value) for choice in kind)
    value = f" {shown}" if shown and one.param_type_name == "option" else ""
    default = "" if one.default in (None, False) or callable(one.default) else one.default
    default = getattr(default, "value", default)
    name, meaning = f"{names}{value}".replace("|", "\\|"), (one.help or "").replace("|", "\\|")
    return f"| `{name}` | {meaning} | {f'`{default}`' if default != '' else ''} |"


def configuration() -> str:
    """The reference of the configuration, in Markdown."""
    parts = [CONFIGURATION_HEAD, _section("", Config)]
    for name, inner in sections():
        parts.append(_section(name, inner))
    return "\n".join(parts)


def schema() -> str:
    """The JSON schema of the configuration file, with the descriptions of the reference."""
    made = Config.model_json_schema(by_alias=False)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "Tierwise configuration"
    classes = {"Config": made, **made.get("$defs", {})}
    for name, found in classes.items():
        kind = getattr(model, name, None)
        if isinstance(kind, type) and issubclass(kind, Section):
            texts = described(kind)
            for key, one in found.get("properties", {}).items():
                if key in texts:
                    one["description"] = texts[key]
    return json.dumps(made, indent=2, default=str) + "\n"


def sections() -> Iterator[tuple[str, type[Section]]]:
    """The sections directly below the top of the configuration, each with its name in the file."""
    for name, found in Config.model_fields.items():
        kind = inner(found.annotation)
        if kind is not None:
            yield name, kind


def inner(annotation: Any) -> type[Section] | None:
    """The section class in a type annotation, also in one of a list or mapping of sections. None
    if it has none.
    """
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    for one in get_args(annotation):
        found = inner(one)
        if found is not None:
            return found
    return None


def _section(name: str, kind: type[Section]) -> str:
    several = name in Config.model_fields and "tuple" in str(Config.model_fields[name].annotation)
    title = f"`[[{name}]]`" if several else f"`[{name}]`" if name else "At the top of the file"
    about = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    head = ("key", "type", "default", "editor", "repository", "meaning")
    lines = [f"## {title}", "", *(about if name else []), "", _row(*head), _row(*["---"] * 6)]
    texts = described(kind)
    for key, found in kind.model_fields.items():
        if not name and inner(found.annotation) is not None:
            continue
        dotted = f"{name}.{key}" if name else key
        told = " ".join(texts.get(key, "").split()).replace("|", "\\|")
        kind_of, usual = _type(found.annotation), _default(found)
        lines.append(_row(f"`{key}`", kind_of, usual, *_sources(dotted), told))
    return "\n".join([*lines, ""])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _sources(dotted: str) -> tuple[str, str]:
    """Say if the editor's settings and a repository's file may set a key, or only tighten it."""
    rule = SOURCES.get(dotted) or SOURCES.get(dotted.split(".")[0])
    return ("never", "never") if rule is None else (rule.settings, rule.repository)


def _type(annotation: Any) -> str:
    words = [str(one) for one in _literals(annotation)]
    if words:
        return "one of " + ", ".join(f"`{word}`" for word in words)
    text = str(annotation)
    for needle, said in (("dict", "table"), ("tuple", "list"), ("frozenset", "list"),
                         ("bool", "true or false"), ("date", "date"), ("int", "whole number"),
                         ("float", "number"), ("str", "text")):  # fmt: skip
        if needle in text:
            return said
    return "table"


def _literals(annotation: Any) -> tuple[Any, ...]:
    if str(annotation).startswith("typing.Literal"):
        return get_args(annotation)
    inner = [one for one in get_args(annotation) if str(one).startswith("typing.Literal")]
    return get_args(inner[0]) if inner and not str(annotation).startswith("dict") else ()


def _default(found: Any) -> str:
    if found.is_required():
        return "needed"
    if found.default_factory is not None:
        return ""
    if found.default is None or found.default == () or isinstance(found.default, BaseModel):
        return ""
    value = found.default
    if isinstance(value, tuple):
        return "`" + json.dumps(list(value)) + "`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


@cache
def described(kind: type[Section]) -> Mapping[str, str]:
    """Map the fields of a section and of its base classes to the docstrings below them."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if not issubclass(one, Section) or one is Section:
            continue
        body = ast.parse(textwrap.dedent(inspect.getsource(one))).body[0]
        assert isinstance(body, ast.ClassDef)
        for field, after in zip(body.body, body.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(after, ast.Expr)
                and isinstance(after.value, ast.Constant)
            ):
                found[field.target.id] = inspect.cleandoc(str(after.value.value))
    return found


MADE: Final = {"commands": commands, "configuration": configuration, "schema": schema}

if __name__ == "__main__":
    sys.stdout.write(MADE[sys.argv[1]]())
