"""The changes that an editor is asked to make in order to apply or undo some hunks, and where all
hunks are after that. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tierwise.core.dataclass import dataclass
from tierwise.edits.splice import Splice
from tierwise.edits.spot import Spot


@dataclass(frozen=True, slots=True)
class Turnover:
    """The changes that apply some hunks or undo them, from the top of the text down.

    `after` is the text that they make, and `spots` says where each hunk is in it.
    """

    splices: Sequence[Splice]
    after: str
    spots: Sequence[Spot]


def asked(text: str, spots: Sequence[Spot], ids: Collection[str]) -> Turnover:
    """The changes that apply those of the hunks `ids` which are pending, and undo those which are
    applied. Lost hunks are left out.
    """
    chosen = {s.id for s in spots if s.id in ids and s.state != "lost"}
    splices = {spot.id: Splice(*spot.target) for spot in spots if spot.id in chosen}
    pieces, at = [], 0
    ordered = sorted(splices.values(), key=lambda splice: (splice.start, splice.end))
    for splice in ordered:
        pieces += [text[at : splice.start], splice.text]
        at = splice.end
    after = "".join([*pieces, text[at:]])
    made = []
    for spot in spots:
        by = sum(s.grows for i, s in splices.items() if i != spot.id and s.end <= spot.start)
        if spot.id in chosen:
            other: Spot = replace(spot, offered=True)
            state = "applied" if spot.state == "pending" else "pending"
            made.append(other.placed(spot.start + by, state))  # type: ignore[arg-type]
        else:
            made.append(spot.shifted(by))
    return Turnover(ordered, after, made)
