"""Who may stand in for a place that cannot answer, in order: same tier, listed tiers, one up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tierwise.core.tiers import Ladder, Tier


def others(
    place: Tier, ladder: Ladder, free: Callable[[Tier], bool], *, same_tier: bool = False
) -> Iterator[Tier]:
    """The places that may be tried instead of `place`, best first, those that are `free`.

    The same tier elsewhere comes first, then what the operator listed as its fallback, else
    one tier up. A lower tier is among them only if it is listed. `same_tier` stops after the
    first part: an explicit choice is never given to another tier.
    """
    tier = ladder.get(place.name)
    names = (tier.name,) if same_tier else (tier.name, *stand_ins(tier.name, ladder))
    for name in names:
        for found in ladder.get(name).places:
            if found.endpoint_id != place.endpoint_id and free(found):
                yield found


def stand_ins(tier: str, ladder: Ladder) -> tuple[str, ...]:
    """The tiers that may answer for one without being asked: those listed, else one up."""
    listed = ladder.get(tier).fallback
    if listed is not None:
        return tuple(name for name in listed if name in ladder and name != tier)
    up = ladder.above(tier)
    return (up,) if up else ()
