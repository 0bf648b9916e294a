"""Which places may answer instead of one that cannot (a place is a model at one server), in order.

First come other places of the same tier, then the tiers that the operator listed. Without a list it
is one tier up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tierwise.core.tiers import Ladder, Tier


def others(
    place: Tier,
    ladder: Ladder,
    free: Callable[[Tier], bool],
    *,
    same_tier: bool = False,
    dearest: str | None = None,
) -> Iterator[Tier]:
    """The places that may be tried instead of `place`, best first.

    `free` says which of them may be used.

    Other places of the same tier come first, then the fallbacks that the operator listed. Without a
    list it is the next tier up, at the places that the same key pays for. A lower tier is among
    them only if it is listed. `same_tier` stops after the first part: an explicit choice is never
    given to another tier. No tier above `dearest` replaces another one.
    """
    tier = ladder.get(place.name)
    names = (tier.name,) if same_tier else (tier.name, *ladder.stand_ins(tier.name))
    for name in names:
        if name != tier.name and dearest is not None and ladder.rank(name) > ladder.rank(dearest):
            continue
        named = name == tier.name or tier.fallback is not None
        for found in ladder.get(name).places:
            pays = named or found.api_key_env == tier.api_key_env
            if pays and found.endpoint_id != place.endpoint_id and free(found):
                yield found
