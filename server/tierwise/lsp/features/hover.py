"""Hover: a pending proposal or a text answer at this place, for clients without a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tierwise.present import hover as present

if TYPE_CHECKING:
    from tierwise.lsp.server import Server


def register(server: Server) -> None:
    """Register `textDocument/hover`."""

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        engine, uri = server.ready, params.text_document.uri
        if engine is None:
            return None
        line = params.position.line
        for view in engine.tasks_at(uri):
            span = view.range
            inside = span is None or span.start.line <= line <= span.end.line
            if view.state == "proposed" and view.edit_id is not None and inside:
                return _markdown(present.proposal(view, engine.edit(view.edit_id)))
        text = engine.answer_at(uri, line)
        return _markdown(text) if text is not None else None


def _markdown(text: str) -> types.Hover:
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text))
