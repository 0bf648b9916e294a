"""The peers that run without a network, each in its own environment under `.tools/peers`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tierwise.core.request import Request

PYTHON = Path(".tools/peers/bin/python")
SCRIPT = Path(__file__).parent / "peer_scripts.py"
LONGEST = 1_200
"""Seconds a peer may take for all rows."""


@dataclass(frozen=True)
class Peer:
    """What a peer said of every row, and how long it took (milliseconds, p50 and p99)."""

    name: str
    routed: list[int]
    p50: float
    p99: float


def all_of(requests: Sequence[Request]) -> list[Peer]:
    """Every peer with the instruction alone (A), and with the selected code appended (B)."""
    if not PYTHON.exists():
        return []
    bare = [r.instruction for r in requests]
    whole = [_with_code(r) for r in requests]
    found = []
    for name in ("litellm-v1", "litellm-v2", "uncommonroute"):
        for mode, texts in (("A", bare), ("B", whole)):
            peer = _run(name, mode, texts)
            if peer is not None:
                found.append(peer)
    return found


def _run(name: str, mode: str, texts: Sequence[str]) -> Peer | None:
    given = "\n".join(json.dumps(text) for text in texts)
    done = subprocess.run(
        [PYTHON, SCRIPT, name], input=given, capture_output=True, text=True,
        timeout=LONGEST, check=False, env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
    )  # fmt: skip
    if done.returncode:
        print(f"{name} could not be run: {done.stderr.strip().splitlines()[-1:]}")
        return None
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    taken = sorted(ms for _, ms in rows)
    return Peer(f"{name} {mode}", [tier for tier, _ in rows], taken[len(taken) // 2],
                taken[int(0.99 * (len(taken) - 1))])  # fmt: skip


def _with_code(request: Request) -> str:
    selection = request.selection
    if selection is None or not selection.text:
        return request.instruction
    return f"{request.instruction}\n\n{selection.path}\n{selection.text[:16_000]}"
