"""The error for an edit whose place cannot be found."""

from __future__ import annotations

from tierwise.core.check import CheckCode


class PlacementError(Exception):
    """An edit names a place that does not exist.

    `code` is that of the failed check. `detail` is the path it is about, and is only shown.
    """

    def __init__(self, code: CheckCode, detail: str = "") -> None:
        super().__init__(code)
        self.code: CheckCode = code
        self.detail = detail[:200]
