"""Finds the operator's rules that can only raise the tier (floors) and apply to a request."""

from __future__ import annotations

from collections.abc import Collection

from tierwise.config.model import Floors
from tierwise.core.actions import Action
from tierwise.core.situation import Floor
from tierwise.core.tiers import Ladder


def floors_for(
    action: Action, paths: Collection[str], rules: Floors, ladder: Ladder
) -> tuple[Floor, ...]:
    """The rules that set a lowest tier for this action or for one of these paths. The paths are
    relative to the workspace.
    """
    found = []
    if (tier := rules.actions.get(action)) is not None and tier in ladder:
        found.append(Floor(tier, action, "action"))
    if rules.paths and paths:
        from pathspec import GitIgnoreSpec

        for pattern, tier in rules.paths.items():
            if tier not in ladder:
                continue
            hit = next(GitIgnoreSpec.from_lines([pattern]).match_files(paths), None)
            if hit is not None:
                found.append(Floor(tier, hit, "path"))
    return tuple(found)
