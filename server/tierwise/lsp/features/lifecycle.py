"""The life of a connection: `initialize`, `initialized`, `exit`."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from tierwise.config.names import tier_names
from tierwise.config.paths import config_file
from tierwise.lsp.features.workspace import pull_settings
from tierwise.lsp.session.client import Client
from tierwise.lsp.session.session import Session
from tierwise.tasks.window.disk import path_of


def initialize(session: Session, params: types.InitializeParams) -> None:
    """Learn what the client can do and what it works on."""
    session.client = Client.of(params)
    session.docs.folders = _folders(params)
    session.docs.encoding = session.editor.encoding
    session.tiers = tier_names(config_file(session.env))


async def initialized(session: Session, _: types.InitializedParams) -> None:
    """Build the engine, and ask the client for its settings if it can answer that."""
    session.start_engine()
    try:
        if session.client.configuration:
            await pull_settings(session)
    finally:
        session.settings_known.set()


def exit_(session: Session, _: object) -> None:
    """End the connection. Without a `shutdown` before, the exit code says failure."""
    session.leave(0 if session.editor.shut_down else 1)


def _folders(params: types.InitializeParams) -> list[Path]:
    uris = [folder.uri for folder in params.workspace_folders or []]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    found = [path for uri in uris if (path := path_of(uri)) is not None]
    if not found and not uris and params.root_path:
        found = [params.root_path]
    return [Path(path) for path in found if Path(path).is_absolute()]
