"""Workspace trust. In an untrusted workspace nothing is sent, no process is started for it, and its
own configuration file is not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
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

    def require(self) -> None:
        """Raise `Untrusted` unless the workspace is trusted."""
        if not self.trusted:
            raise Untrusted(ErrorReason("untrusted"))
