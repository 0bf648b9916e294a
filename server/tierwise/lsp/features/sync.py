"""Document synchronisation: the store follows the editor, the engine follows the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from tierwise.lsp.server import Server


def register(server: Server) -> None:
    """Take over the sync notifications from the protocol library's own workspace."""
    builtin = server.protocol.fm.builtin_features

    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.docs.did_open(params.text_document)

    def changed(params: types.DidChangeTextDocumentParams) -> None:
        doc = params.text_document
        snapshot = server.docs.did_change(doc.uri, doc.version, params.content_changes)
        if snapshot is not None and server.ready is not None:
            server.ready.document_changed(snapshot)

    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.docs.did_close(params.text_document.uri)

    builtin[types.TEXT_DOCUMENT_DID_OPEN] = opened
    builtin[types.TEXT_DOCUMENT_DID_CHANGE] = changed
    builtin[types.TEXT_DOCUMENT_DID_CLOSE] = closed

    @server.feature(types.WORKSPACE_DID_RENAME_FILES)
    def renamed(params: types.RenameFilesParams) -> None:
        if server.ready is not None:
            for file in params.files:
                server.ready.document_renamed(file.old_uri, file.new_uri)
