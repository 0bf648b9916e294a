"""Code lenses: tier and state above an edit, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

from tierwise.core.document import Position
from tierwise.core.errors import UnknownEdit
from tierwise.core.views import Offer, TaskView
from tierwise.lsp.session.session import Session
from tierwise.present import lens as present

if TYPE_CHECKING:
    from tierwise.tasks.engine import TaskEngine


async def code_lens(session: Session, params: types.CodeLensParams) -> list[types.CodeLens]:
    """The lenses of every task of a document.

    This waits until the server is ready. A client that cannot be asked to refresh would go on
    showing an early, empty answer.
    """
    engine, uri = await session.engine(), params.text_document.uri
    found = []
    for view in engine.tasks_at(uri):
        start = view.range.start if view.range is not None else Position(0, 0)
        stale, _ = _pending(engine, view)
        head = types.Command(title=present.headline(view, stale=stale), command="")
        shown = [head, *(command(offer) for offer in offers(engine, view))]
        found += [types.CodeLens(range=_at(start.line, n), command=c) for n, c in enumerate(shown)]
    return found


def offers(engine: TaskEngine, view: TaskView) -> list[Offer]:
    """The commands that fit the state of a task. They differ if its proposal is stale."""
    stale, hunks = _pending(engine, view)
    return list(present.offers(view, engine.ladder, stale=stale, hunks=hunks))


def command(offer: Offer) -> types.Command:
    """Turn an offer (what can be done with a task) into the command that its lens runs."""
    return types.Command(title=offer.title, command=offer.command, arguments=[dict(offer.argument)])


def _at(line: int, order: int) -> types.Range:
    """The place of a lens: `order` becomes its column, by which clients sort lenses of a line."""
    place = types.Position(line, order)
    return types.Range(place, place)


def _pending(engine: TaskEngine, view: TaskView) -> tuple[bool, int]:
    """Tell if the text under a proposal changed, and how many of its hunks are pending."""
    if view.state not in ("proposed", "partlyApplied") or view.edit_id is None:
        return False, 0
    try:
        edit = engine.edit(view.edit_id)
    except UnknownEdit:
        return False, 0
    return edit.stale, sum(1 for hunk in edit.hunks if hunk.state == "pending")
