"""Document synchronisation: the editor's changes go to the document store, then to the engine."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types

from tierwise.lsp.session.session import Session
from tierwise.tasks.window.disk import path_of


def did_open(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """Keep the text of a document that was opened."""
    snapshot = session.docs.did_open(params.text_document)
    if session.ready is not None:
        session.ready.document_opened(snapshot)


def did_change(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """Apply the changes of a document to its kept text."""
    doc = params.text_document
    changed = session.docs.did_change(doc.uri, doc.version, params.content_changes)
    if changed is not None and session.ready is not None:
        session.ready.document_changed(*changed)


def did_close(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """Forget the text of a document that was closed."""
    session.docs.did_close(params.text_document.uri)
    _saved(session, params.text_document.uri)


def did_save(session: Session, params: types.DidSaveTextDocumentParams) -> None:
    """Have the index read a document that was saved."""
    _saved(session, params.text_document.uri)


def _saved(session: Session, uri: str) -> None:
    path = path_of(uri)
    if session.ready is not None and path is not None:
        session.ready.file_written(Path(path))
