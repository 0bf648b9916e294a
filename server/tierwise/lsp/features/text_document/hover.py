"""Hover: a pending proposal or a text answer at this place, for clients without a panel."""

from __future__ import annotations

from lsprotocol import types

from tierwise.lsp.session.session import Session
from tierwise.present import hover as present
from tierwise.present.markdown import plain


async def hover(session: Session, params: types.HoverParams) -> types.Hover | None:
    """Show the pending proposal or the text answer at a place, once the server is ready."""
    engine, uri = await session.engine(), params.text_document.uri
    line = params.position.line
    for view in engine.tasks_at(uri):
        span = view.range
        inside = span is None or span.start.line <= line <= span.end.line
        if view.state == "proposed" and view.edit_id is not None and inside:
            return _hover(session, present.proposal(view, engine.edit(view.edit_id)))
    text = engine.answer_at(uri, line)
    return _hover(session, text) if text is not None else None


def _hover(session: Session, text: str) -> types.Hover:
    """Make a hover from markdown. A client that does not declare markdown gets plain text."""
    if session.client.markdown_hover:
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text))
    return types.Hover(types.MarkupContent(types.MarkupKind.PlainText, plain(text)))
