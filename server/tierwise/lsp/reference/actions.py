"""The table of actions for the clients: `python -m tierwise.lsp.reference.actions ts|lua`.

A test compares what this prints with the files the clients load.
"""

from __future__ import annotations

import json
import sys
from typing import Final

from tierwise.core.actions import TABLE, ActionKind

TS_HEAD: Final = """\
// Made by `make types` from the server's table of actions; edit that, not this file.
import * as vscode from "vscode";
import type { Action } from "./messages";

export interface ActionKind {
  /** The answer becomes an edit; else it is read in the panel, where it streams. */
  readonly edits: boolean;
  /** It means nothing without an instruction. */
  readonly needsWords: boolean;
  /** It is about a place in a document. */
  readonly onCode: boolean;
  /** Its answer is put at the cursor. */
  readonly atCursor: boolean;
  /** The problems of its lines go along. */
  readonly takesDiagnostics: boolean;
}
"""
LUA_HEAD: Final = """\
--- Made by `make types` from the server's table of actions; edit that, not this file.
---@class tierwise.Action
---@field name string
---@field title string what it is called where it is not typed, as in the menu of code actions
---@field about string what it does, for completion and help
---@field args string how its words read in the help
---@field edits boolean whether the answer becomes an edit; else it is shown in the chat
---@field needs_words boolean whether it means nothing without an instruction
---@field on_code boolean whether it is about a place in a document
---@field at_cursor boolean whether its answer is put at the cursor
---@field takes_diagnostics boolean whether the problems of its lines go along
"""


def typescript() -> str:
    """The text of `vscode-client/src/server/actions.ts`, made from the table of actions."""
    rows = [f"  {kind.name}: {_ts(kind)}," for kind in TABLE]
    words = [f"    {k.name}: vscode.l10n.t({json.dumps(k.about)})," for k in TABLE if k.in_editor]
    names = [f"    {kind.name}: vscode.l10n.t({json.dumps(kind.title)})," for kind in TABLE]
    lines = [
        TS_HEAD,
        "export const ACTIONS: Readonly<Record<Action, ActionKind>> = {",
        *rows,
        "};",
        "",
        "/** What each action that an editor asks for does, in the language of the editor. */",
        "export function about(): Readonly<Partial<Record<Action, string>>> {",
        "  return {",
        *words,
        "  };",
        "}",
        "",
        "/** What an action is called where it is not typed: as in the menu of code actions. */",
        "export function actionName(action: Action): string {",
        "  return {",
        *names,
        "  }[action];",
        "}",
        "",
    ]
    return "\n".join(lines)


def lua() -> str:
    """The text of `neovim-plugin/lua/tierwise/actions.lua`, made from the table of actions."""
    lines = [LUA_HEAD, "---@type tierwise.Action[]", "return {"]
    for kind in filter(lambda kind: kind.in_editor, TABLE):
        rest = f"{{{kind.asks}}}" if kind.needs_words else f"[{kind.asks}]"
        lines += [
            "  {",
            f"    name = {json.dumps(kind.name)},",
            f"    title = {json.dumps(kind.title)},",
            f"    about = {json.dumps(kind.about)},",
            f"    args = {json.dumps(rest)},",
            *(f"    {name} = {_word(value)}," for name, value in _facts(kind).items()),
            "  },",
        ]
    return "\n".join([*lines, "}", ""])


def _facts(kind: ActionKind) -> dict[str, bool]:
    return {
        "edits": kind.edits,
        "needs_words": kind.needs_words,
        "on_code": kind.on_code,
        "at_cursor": kind.at_cursor,
        "takes_diagnostics": kind.takes_diagnostics,
    }


def _ts(kind: ActionKind) -> str:
    facts = ", ".join(f"{_camel(name)}: {_word(value)}" for name, value in _facts(kind).items())
    return f"{{ {facts} }}"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _word(value: bool) -> str:
    return "true" if value else "false"


if __name__ == "__main__":
    sys.stdout.write({"ts": typescript, "lua": lua}[sys.argv[1]]())
