"""The error for an edit that cannot be placed."""

from __future__ import annotations

from tierwise.core.check import CheckCode


class PlacementError(Exception):
    """Raised if an edit cannot be placed, for example because it names a file, or lines of a file,
    that do not exist.

    `code` is that of the failed check. `detail` is a path or a sentence that is shown with it.
    """

    def __init__(self, code: CheckCode, detail: str = "") -> None:
        super().__init__(code)
        self.code: CheckCode = code
        self.detail = detail[:200]
