"""What a client says of itself: its `initializationOptions`, and which of our messages it wants."""

from __future__ import annotations

from typing import Any

from tierwise.lsp.messages.base import Id, Message


class ClientFlags(Message):
    """What a client of ours can show; each absent flag is false."""

    chat: bool = False
    status: bool = False
    task: bool = False
    preview: bool = False
    budget: bool = False
    progress: bool = False
    """Wants work-done progress all the same, because its users' plugins show that."""


class Options(Message):
    """`initializationOptions`."""

    client_capabilities: ClientFlags | None = None
    trusted: bool = True
    session_id: Id | None = None
    settings: dict[str, Any] | None = None


class TrustChange(Message):
    """The workspace is trusted from now on, or no longer."""

    trusted: bool
