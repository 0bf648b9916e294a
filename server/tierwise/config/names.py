"""Reads only the names of the tiers and of the environment variables that hold their keys.

That is faster than reading the whole configuration.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from tierwise.core.tiers import DEFAULT_LADDER

LARGEST: Final = 1_000_000
"""The most bytes of a configuration file that is read."""


def tier_names(operator_file: Path) -> tuple[str, ...]:
    """The names of the configured tiers. If the file cannot be read, names none, or has a tier
    without a name or two of one name, these are the shipped names.

    The client is told these in the answer to `initialize`, which must not wait for the
    whole configuration; the engine loads and checks that right after.
    """
    tiers = _tiers(operator_file)
    if not tiers:
        return DEFAULT_LADDER.names
    names = [tier.get("name") for tier in tiers]
    usable = [n for n in names if isinstance(n, str)]
    return tuple(usable) if len(set(usable)) == len(names) else DEFAULT_LADDER.names


def key_names(operator_file: Path) -> frozenset[str]:
    """The environment variables that hold the tiers' keys, so that logs can blank them.

    Those of a tier's other places (`elsewhere`) are not among them.
    """
    named = [tier.get("api_key_env") for tier in _tiers(operator_file)]
    return frozenset(n for n in named if isinstance(n, str)) | {"ANTHROPIC_API_KEY"}


def _tiers(operator_file: Path) -> list[dict[str, object]]:
    try:
        if operator_file.stat().st_size > LARGEST:
            return []
        data = tomllib.loads(operator_file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return []
    tiers = data.get("tiers")
    return [t for t in tiers if isinstance(t, dict)] if isinstance(tiers, list) else []
