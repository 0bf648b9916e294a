"""What is raised for an edit that has no place."""

from __future__ import annotations

from tierwise.core.check import CheckCode


class PlacementError(Exception):
    """An edit names a place that is not there.

    `code` is that of the failed check; `detail` is the path it is about, for the screen alone.
    """

    def __init__(self, code: CheckCode, detail: str = "") -> None:
        super().__init__(code)
        self.code: CheckCode = code
        self.detail = detail[:200]
