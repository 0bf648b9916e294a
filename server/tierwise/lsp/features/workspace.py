"""`workspace/*`: settings, folders and renamed files."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from tierwise.lsp.session.session import Session
from tierwise.tasks.window.disk import path_of


async def did_change_configuration(
    session: Session, params: types.DidChangeConfigurationParams
) -> None:
    """Use the changed settings. If the client cannot be asked for them, take those it sent."""
    if session.client.configuration:
        await pull_settings(session)
        return
    given = params.settings
    own = given.get("tierwise") if isinstance(given, dict) else None
    if isinstance(own, dict):
        (await session.engine()).set_settings(own)


async def did_change_workspace_folders(
    session: Session, params: types.DidChangeWorkspaceFoldersParams
) -> None:
    """Take the folders that were added, and drop those that were removed."""
    docs = session.docs
    gone = {path_of(f.uri) for f in params.event.removed}
    kept = [f for f in docs.folders if f.as_posix() not in gone]
    added = [Path(p) for f in params.event.added if (p := path_of(f.uri)) is not None]
    docs.folders = [*kept, *added]
    if session.ready is not None:
        session.ready.folders_changed()


def did_change_watched_files(session: Session, params: types.DidChangeWatchedFilesParams) -> None:
    """Tell the engine of files that other programs wrote, made or removed."""
    if session.ready is not None:
        paths = (path_of(change.uri) for change in params.changes)
        session.ready.files_written([Path(path) for path in paths if path is not None])


def did_rename_files(session: Session, params: types.RenameFilesParams) -> None:
    """Tell the engine of renamed files."""
    if session.ready is not None:
        for file in params.files:
            session.ready.document_renamed(file.old_uri, file.new_uri)


async def pull_settings(session: Session) -> None:
    """Ask the client for its settings. If they differ from those in use, use them from now on."""
    own = await session.editor.settings()
    known = await session.known()
    if not isinstance(own, dict):
        session.settings_known.set()
        return
    wanted = {**(session.client.options.settings or {}), **own}
    if wanted != known.window.settings.client:
        # Requests that wait to make titles use the new settings at once. Running tasks get them
        # later.
        known.window.settings.reload(wanted)
        session.settings_known.set()
        (await session.engine()).set_settings(wanted)
    session.settings_known.set()
