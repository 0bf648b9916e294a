"""Signals of how far the work reaches: usages of what is changed, in open files and the project.

Usages are part of the edit (`reach.*`) where the instruction changes what others see of a symbol
(`reaches`, read from the instruction first): a typo in a busy function is still a typo. The numbers
of the project's index replace those of the open files if they are larger and the name has one
definition, since open files show a part only. `reach.*` counts from the second usage or file, so
that an unknown number weighs like one usage in one file.
"""

from __future__ import annotations

from typing import Final

from tierwise.core.request import ProjectSignals, Request
from tierwise.routing.scale import log

MOST_USAGES: Final = 140
MOST_FILES: Final = 38
"""The most usages and files that count: those of the widest case in the fit. A rename in 300 places
is the same work as one in 140, and a straight line should not be extended beyond its data."""
CLEAR: Final = 35
"""Percent from which the place of a wish counts as clear: the tenth file has less than two thirds
of the best one's score. Below it, the place of the work is one more unknown."""
WHOLE_FILE: Final = 0.95
"""Share of a file from which a selection counts as the whole file."""


def of_reach(values: dict[str, float], unknown: set[str], request: Request) -> None:
    """Set `usages`, `usage.files`, `reach.usages` and `reach.files`.

    `values` must hold the signals of the words and of the selection already. A number that is not
    known is named in `unknown`.
    """
    values.update({"usages": 0.0, "usage.files": 0.0, "reach.usages": 0.0, "reach.files": 0.0})
    selection, project = request.selection, request.project or ProjectSignals()
    usages = selection.usages if selection is not None else None
    files = selection.usage_files if selection is not None else None
    if (project.defined or 1) <= 1:
        usages, files = _more(usages, project.usages), _more(files, project.usage_files)
    for name, count in (("usages", usages), ("usage.files", files)):
        if count is not None:
            values[name] = log(count)
        elif selection is not None:
            unknown.add(name)
    if selection is None and project.clear is not None and project.clear < CLEAR:
        unknown.add("place")
    if not values["reaches"]:
        return
    if values["sel.none"] or values["sel.share"] >= WHOLE_FILE:
        files = _more(files, project.fan_in)
    if values["says.breadth"]:
        files = _more(files, project.files)
    values["reach.usages"] = log(min(max((usages or 1) - 1, 0), MOST_USAGES))
    values["reach.files"] = log(min(max((files or 1) - 1, 0), MOST_FILES))


def _more(one: int | None, other: int | None) -> int | None:
    """The greater of two counts. Either may be unknown."""
    return max((n for n in (one, other) if n is not None), default=None)
