"""`tierwise/window/*`: the focus of the editor's window."""

from __future__ import annotations

from tierwise.lsp.session.session import Session


def did_focus(session: Session) -> None:
    """Look for changed files, because the operator came back to the window.

    Meanwhile other programs may have written some.
    """
    if session.ready is not None:
        session.ready.focused()
