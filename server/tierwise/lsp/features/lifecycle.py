"""`initialize`, `initialized`, `exit`, settings and trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from tierwise.config.names import tier_names
from tierwise.config.paths import config_file
from tierwise.lsp.client import Client
from tierwise.lsp.documents import path_of
from tierwise.syntax.positions import Encoding

if TYPE_CHECKING:
    from tierwise.lsp.server import Server


def register(server: Server) -> None:
    """Register the life of a connection."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.client = Client.of(params)
        server.protocol.initialized_once = True
        server.docs.folders = _folders(params)
        server.docs.encoding = _encoding(server)
        server.protocol.tiers = tier_names(config_file(server.env))

    @server.feature(types.INITIALIZED)
    async def initialized(_: types.InitializedParams) -> None:
        server.start_engine()
        if _asks_settings(server):
            await _pull_settings(server)

    def leave(*_: object) -> None:
        server.leave(0 if server.protocol._shutdown else 1)

    server.protocol.fm.builtin_features[types.EXIT] = leave

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def settings_changed(params: types.DidChangeConfigurationParams) -> None:
        if _asks_settings(server):
            await _pull_settings(server)
            return
        given = params.settings
        own = given.get("tierwise") if isinstance(given, dict) else None
        if isinstance(own, dict):
            (await server.engine()).set_settings(own)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        gone = {path_of(f.uri) for f in params.event.removed}
        kept = [f for f in server.docs.folders if f.as_posix() not in gone]
        added = [Path(p) for f in params.event.added if (p := path_of(f.uri)) is not None]
        server.docs.folders = [*kept, *added]
        engine = await server.engine()
        engine.world.ignore.roots = tuple(server.docs.folders)

    @server.feature("tierwise/trust/didChange")
    async def trust_changed(params: Any) -> None:
        from tierwise.lsp import messages

        trusted = messages.Trusted.model_validate(params or {})
        (await server.engine()).set_trusted(trusted.trusted)


def _encoding(server: Server) -> Encoding:
    """The position encoding the client was promised."""
    kind = server.workspace.position_encoding
    chosen = str(getattr(kind, "value", kind))
    return "utf-8" if chosen == "utf-8" else "utf-32" if chosen == "utf-32" else "utf-16"


def _folders(params: types.InitializeParams) -> list[Path]:
    uris = [folder.uri for folder in params.workspace_folders or []]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    found = [path for uri in uris if (path := path_of(uri)) is not None]
    if not found and not uris and params.root_path:
        found = [params.root_path]
    return [Path(path) for path in found if Path(path).is_absolute()]


def _asks_settings(server: Server) -> bool:
    workspace = server.protocol.client_capabilities.workspace
    return bool(workspace and workspace.configuration)


async def _pull_settings(server: Server) -> None:
    engine = await server.engine()
    answer = await server.edge.within(
        server.workspace_configuration_async(
            types.ConfigurationParams(items=[types.ConfigurationItem(section="tierwise")])
        ),
        15.0,
    )
    own = answer[0] if answer else None
    if not isinstance(own, dict):
        return
    wanted = {**(server.client.options.settings or {}), **own}
    if wanted != engine.settings:
        engine.set_settings(wanted)
