"""The outcome data as requests to replay, and priors fitted without the families streamed."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

Line = Mapping[str, Any]

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "livecodebench": ("livecodebench",),
    "edit-bench": ("edit-bench",),
    "swe-verified": ("swe-verified",),
    "small": ("tb2", "tb-core", "bashkit", "dax-bench", "r-eval"),
}
"""Streams by name. The five sources of at most 51 rows are one stream: alone, none reaches the
100 outcomes the gate asks for."""

ACTIONS: Final = {
    "generate": "generate",
    "edit": "edit",
    "repair": "fix",
    "agentic": "fix",
    "explain": "explain",
}
TIERS: Final = {"haiku": "low", "sonnet": "mid", "opus": "high"}


def folder() -> Path:
    """The shared data folder; `TIERWISE_DATA` names another."""
    return Path(os.environ.get("TIERWISE_DATA", "../shared/data"))


def outcome_rows() -> list[Line]:
    """The rows of the developer part."""
    path = folder() / "outcomes.dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def request_rows() -> list[Line]:
    """The labelled requests of the developer part."""
    with (folder() / "requests.dev.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def line_of(row: Line) -> Line:
    """A row of outcomes as a line for `tierwise replay`."""
    shell = row["lang"] in ("shell", "bash")
    action = "edit" if shell and row["kind"] == "agentic" else ACTIONS[row["kind"]]
    line: dict[str, Any] = {
        "id": row["uid"],
        "action": action,
        "instruction": row["prompt"] or "",
        "outcomes": {tier: row["p"][name] for tier, name in TIERS.items()},
    }
    context = row["context"] or {}
    known = {"path": "context", "language": row["lang"], "attached": True}
    if context.get("lines"):
        known["lines"] = context["lines"]
    line["files"] = [known] if context.get("files") or not row["prompt"] else []
    costs = {
        tier: (row["outcomes"].get(row["tiers"][name]) or {}).get("cost_usd")
        for tier, name in TIERS.items()
    }
    if all(costs.values()):
        line["cost_usd"] = costs
    return line


def of_family(rows: Sequence[Line], family: str) -> list[Line]:
    """The lines of one stream."""
    return [line_of(row) for row in rows if row["source"] in FAMILIES[family]]
