"""Checks after every test that ran a server: no ignored file was sent, and no key was written.

The tests' model keeps every body that it gets, and the state folder keeps every log. So the whole
suite also tests what leaves the machine and what is written to disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tierwise.context.ignore import IgnoreRules

SECRETS = re.compile(
    r"gh[pousr]_[A-Za-z0-9]{36}|sk-ant-[\w-]{20}|AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY"
)
"""Shapes the tests plant, written down anew here so that the scan is not its own judge."""
TELLING = 14
"""Characters a line must have to be looked for; shorter ones stand in any file."""


def in_bodies(
    workspace: Path, requests: Sequence[dict[str, Any]], known: Iterable[str]
) -> list[str]:
    """Lines of ignored files that stand in a body and in no file that may be sent."""
    bodies = "\n".join(_texts(request) for request in requests)
    rules = IgnoreRules((workspace,))
    kept_back: set[str] = set()
    free = {line.strip() for text in known for line in text.splitlines()}
    for path in workspace.rglob("*"):
        if not path.is_file() or path.stat().st_size > 1_000_000:
            continue
        lines = {line.strip() for line in path.read_text("utf-8", "replace").splitlines()}
        if rules.judge(path).kind == "open":
            free |= lines
        else:
            kept_back |= lines
    return [line for line in kept_back - free if len(line) >= TELLING and line in bodies]


def secrets_in_bodies(requests: Sequence[dict[str, Any]]) -> list[str]:
    """Planted secrets that stand in a body."""
    return [found for request in requests for found in SECRETS.findall(_texts(request))]


def keys_on_disk(state: Path, keys: Sequence[str]) -> list[str]:
    """Files of the state folder that hold a key, and logs and ledgers that hold a secret."""
    bad = []
    for path in sorted(p for p in state.rglob("*") if p.is_file()):
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            # A server that is on its way out removes what its databases had open.
            continue
        if any(key.encode() in raw for key in keys):
            bad.append(f"{path.name} holds the key")
        kept = "content" in path.relative_to(state).parts
        if not kept and SECRETS.search(raw.decode("latin-1")):
            bad.append(f"{path.name} holds a secret")
    return bad


def _texts(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(_texts(item) for item in value.values())
    if isinstance(value, list):
        return "\n".join(_texts(item) for item in value)
    return json.dumps(value)
