"""Writes JSON for the ledger, in a form that every store can read."""

from __future__ import annotations

import json
import math


def dumps(value: object) -> str:
    """JSON of a value. NaN and infinite numbers are kept as null: unknown."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
