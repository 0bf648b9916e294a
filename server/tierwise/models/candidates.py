"""Who may stand in for a tier that cannot answer: what the operator listed, else one tier up."""

from __future__ import annotations

from collections.abc import Mapping

from tierwise.core.tiers import Ladder


def stand_in(tier: str, ladder: Ladder, blocked: Mapping[str, str]) -> str | None:
    """The tier to try instead of `tier`, or None. A lower one only if it is listed."""
    listed = ladder.get(tier).fallback
    up = ladder.above(tier)
    order = listed if listed is not None else ((up,) if up else ())
    return next((name for name in order if name in ladder and name not in blocked), None)
