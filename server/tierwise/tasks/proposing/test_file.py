"""Finds the file to which new tests of a file are written."""

from __future__ import annotations

from pathlib import Path

from tierwise.core.document import Snapshot
from tierwise.core.folders import folder_name
from tierwise.tasks.intake import test_place
from tierwise.tasks.proposing.paths import Paths, Unreadable
from tierwise.tasks.proposing.placement_error import PlacementError


def find(
    focus: Snapshot | None, paths: Paths, chosen: Path | None = None
) -> tuple[str, str, Snapshot | None]:
    """The file for the tests of `focus`: its URI, its path as shown, and its document (None if it
    is new).

    `chosen` is the file that the prompt named to the model. None means that none was named, so it
    is looked for here. Raises `PlacementError` if the tested file is not known, or if the file for
    the tests is no text.
    """
    if focus is None or focus.path is None:
        raise PlacementError("no_tested_file")
    own = Path(focus.path)
    around = [root for root in paths.roots if own.is_relative_to(root)]
    base = max(around, key=lambda root: len(root.parts), default=own.parent)
    wanted = chosen or test_place.find(own, base).path
    if wanted == own:
        return focus.uri, paths.shown(focus), focus
    try:
        doc = paths.at(wanted)
    except Unreadable as error:
        raise PlacementError("tests_unreadable", str(error)) from None
    if doc is not None:
        return doc.uri, paths.shown(doc), doc
    label = f"{folder_name(base, paths.roots)}/" if len(paths.roots) > 1 else ""
    inner = wanted.relative_to(base) if wanted.is_relative_to(base) else Path(wanted.name)
    return wanted.as_uri(), f"{label}{inner.as_posix()}", None
