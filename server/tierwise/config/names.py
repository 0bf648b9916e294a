"""The tier names alone, read without the configuration tree, for an answer within a blink."""

from __future__ import annotations

import tomllib
from pathlib import Path

from tierwise.core.tiers import DEFAULT_LADDER


def tier_names(operator_file: Path) -> tuple[str, ...]:
    """The names of the configured tiers; the shipped ones where the file says nothing usable.

    The client is told these in the answer to `initialize`, which must not wait for the
    whole configuration; the engine loads and checks that right after.
    """
    try:
        data = tomllib.loads(operator_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return DEFAULT_LADDER.names
    tiers = data.get("tiers")
    if not isinstance(tiers, list) or not tiers:
        return DEFAULT_LADDER.names
    names = [t.get("name") if isinstance(t, dict) else None for t in tiers]
    usable = [n for n in names if isinstance(n, str)]
    return tuple(usable) if len(set(usable)) == len(names) else DEFAULT_LADDER.names
