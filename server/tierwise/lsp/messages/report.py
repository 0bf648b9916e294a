"""The report as a page."""

from __future__ import annotations

from tierwise.lsp.messages.base import Message


class ReportAsk(Message):
    """Which page is made: of the ledger, or with `demo` of an invented week.

    With `show` the server asks the editor to open it in the browser as well.
    """

    demo: bool = False
    show: bool = False


class ReportPage(Message):
    """Where the page is, and whether the editor opened it."""

    uri: str
    shown: bool
