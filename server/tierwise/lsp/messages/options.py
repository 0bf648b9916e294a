"""The client's `initializationOptions`, the flags of our messages that it wants, and trust."""

from __future__ import annotations

from typing import Any

from tierwise.lsp.messages.base import Id, Message


class ClientFlags(Message):
    """Which of our own notifications and previews a client shows. An absent flag is false."""

    chat: bool = False
    status: bool = False
    task: bool = False
    preview: bool = False
    budget: bool = False
    progress: bool = False
    """The client also wants work-done progress, because plugins of its users show that."""


class Options(Message):
    """The `initializationOptions` that a client may send."""

    client_capabilities: ClientFlags | None = None
    trusted: bool = True
    session_id: Id | None = None
    settings: dict[str, Any] | None = None


class TrustChange(Message):
    """Whether the operator trusts the workspace from now on."""

    trusted: bool
