"""Workspace trust: an untrusted workspace gets no network, no process and no configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tierwise.core.errors import Untrusted


@dataclass
class Trust:
    """Whether the operator trusts this workspace, and who wants to know when that changes."""

    trusted: bool = True
    listeners: list[Callable[[bool], None]] = field(default_factory=list)

    def set(self, trusted: bool) -> None:
        """Grant or withdraw trust."""
        if trusted != self.trusted:
            self.trusted = trusted
            for listener in self.listeners:
                listener(trusted)

    def require(self, what: str) -> None:
        """Raise `Untrusted` unless the workspace is trusted; `what` completes "will not ..."."""
        if not self.trusted:
            raise Untrusted(f"This workspace is not trusted, so Tierwise will not {what}.")
