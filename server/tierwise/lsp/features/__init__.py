"""The features, one file per method or family, and the one table that lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tierwise.lsp.features import (
    actions,
    commands,
    hover,
    lens,
    lifecycle,
    requests,
    sync,
)

if TYPE_CHECKING:
    from tierwise.lsp.server import Server

FEATURES = (lifecycle, sync, actions, lens, hover, commands, requests)


def register(server: Server) -> None:
    """Register every feature with the server."""
    for feature in FEATURES:
        feature.register(server)
