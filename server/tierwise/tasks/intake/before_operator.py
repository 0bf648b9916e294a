"""What the operator has before their eyes while asking in the chat: finds it, and offers to send
it, with its price.
"""

from __future__ import annotations

import asyncio

from tierwise.context import in_view
from tierwise.context.in_view import InView
from tierwise.context.window import tokens
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.errors import BadRequest
from tierwise.core.tiers import Tier
from tierwise.tasks.api import ChatParams, FocusOffer
from tierwise.tasks.intake.project_offer import cost_of
from tierwise.tasks.intake.requests import relative
from tierwise.tasks.window.window import Window

_TOP = Range(Position(0, 0), Position(0, 0))


async def find(params: ChatParams, window: Window) -> InView | None:
    """The piece of code that goes along with a question although nobody named it. None if there is
    none.

    There is none if the operator removed it or named a place, in a window without trust, and for
    files that must not be sent unasked (`context.in_view`).
    """
    where = params.focus
    named = {location.uri for location in params.references}
    if where is None or not params.implicit or params.selection is not None or where.uri in named:
        return None
    if not window.trust.trusted:
        return None
    try:
        doc = window.documents.snapshot(where.uri)
    except BadRequest:
        return None
    return await asyncio.to_thread(_found, doc, where.range or _TOP, window)


def offer(found: InView, tier: Tier, window: Window) -> FocusOffer:
    """What the operator is shown about the piece before it is sent: where it is, its tokens, and
    their cost on a tier.
    """
    path = relative(found.doc, tuple(window.documents.roots()))
    count = tokens(found.text)
    return FocusOffer(path, found.name, found.lines, count, cost_of(count, tier, window))


def _found(doc: Snapshot, span: Range, window: Window) -> InView | None:
    found = in_view.in_view(doc, span)
    if found is None or not in_view.may_go(found, window.ignore.look()):
        return None
    return found
