"""Document synchronisation: the store follows the editor, the engine follows the store."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from tierwise.lsp.documents.store import path_of
from tierwise.lsp.session.session import Session


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """A document was opened."""
    snapshot = session.docs.did_open(params.text_document)
    if session.ready is not None:
        session.ready.document_opened(snapshot)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """A document changed."""
    doc = params.text_document
    changed = session.docs.did_change(doc.uri, doc.version, params.content_changes)
    if changed is not None and session.ready is not None:
        session.ready.document_changed(*changed)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """A document was closed."""
    session.docs.did_close(params.text_document.uri)
    _saved(session, params.text_document.uri)


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    """A document was saved."""
    _saved(session, params.text_document.uri)


def _saved(session: Session, uri: str) -> None:
    path = path_of(uri)
    if session.ready is not None and path is not None:
        session.ready.file_written(Path(path))
