"""Making the report as a page."""

from __future__ import annotations

from tierwise.lsp.messages.base import Message


class ReportAsk(Message):
    """Which page is made: from the ledger, or with `demo` from the invented week.

    With `show` the server also asks the editor to open it in the browser.
    """

    demo: bool = False
    show: bool = False


class ReportPage(Message):
    """Where the page is, and whether the editor opened it."""

    uri: str
    shown: bool
