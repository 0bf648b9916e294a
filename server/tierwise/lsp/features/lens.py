"""Code lenses: tier and state above an edit, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tierwise.core.document import Position
from tierwise.core.errors import UnknownEdit
from tierwise.core.views import Offer, TaskView
from tierwise.lsp import convert
from tierwise.present import lens as present

if TYPE_CHECKING:
    from tierwise.app import Application
    from tierwise.lsp.server import Server


def register(server: Server) -> None:
    """Register `textDocument/codeLens`."""

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=False))
    def code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        engine, uri = server.ready, params.text_document.uri
        if engine is None:
            return []
        found = []
        for view in engine.tasks_at(uri):
            start = view.range.start if view.range is not None else Position(0, 0)
            stale, _ = _pending(engine, view)
            head = types.Command(title=present.headline(view, stale=stale), command="")
            shown = [head, *(convert.command(offer) for offer in offers(engine, view))]
            found += [
                types.CodeLens(range=_at(start.line, n), command=c) for n, c in enumerate(shown)
            ]
        return found


def _at(line: int, order: int) -> types.Range:
    """A place per lens: clients sort the lenses of a line by where they begin in it."""
    place = types.Position(line, order)
    return types.Range(place, place)


def offers(engine: Application, view: TaskView) -> list[Offer]:
    """What can be done with a task now; a stale proposal offers other things than a fresh one."""
    stale, hunks = _pending(engine, view)
    return list(present.offers(view, engine.world.ladder, stale=stale, hunks=hunks))


def _pending(engine: Application, view: TaskView) -> tuple[bool, int]:
    """Whether the text under a proposal changed, and how many of its hunks are pending."""
    if view.state not in ("proposed", "partlyApplied") or view.edit_id is None:
        return False, 0
    try:
        edit = engine.edit(view.edit_id)
    except UnknownEdit:
        return False, 0
    return edit.stale, sum(1 for hunk in edit.hunks if hunk.state == "pending")
