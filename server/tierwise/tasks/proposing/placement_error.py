"""The error for an edit whose place cannot be found."""

from __future__ import annotations

from tierwise.core.check import CheckCode


class PlacementError(Exception):
    """Raised if an edit names a file, or lines of a file, that do not exist.

    `code` is that of the failed check. `detail` is the path it is about, and is only shown.
    """

    def __init__(self, code: CheckCode, detail: str = "") -> None:
        super().__init__(code)
        self.code: CheckCode = code
        self.detail = detail[:200]
