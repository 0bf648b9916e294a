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
    """The environment variables that hold the keys of the tiers and of their other places
    (`elsewhere`), so that logs can blank them.
    """
    tiers = _tiers(operator_file)
    places = [one for tier in tiers for one in _tables(tier.get("elsewhere"))]
    named = [one.get("api_key_env") for one in (*tiers, *places)]
    return frozenset(n for n in named if isinstance(n, str)) | {"ANTHROPIC_API_KEY"}


def _tiers(operator_file: Path) -> list[dict[str, object]]:
    try:
        if operator_file.stat().st_size > LARGEST:
            return []
        data = tomllib.loads(operator_file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return []
    return _tables(data.get("tiers"))


def _tables(value: object) -> list[dict[str, object]]:
    """The tables in a list of tables; none if it is something else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
