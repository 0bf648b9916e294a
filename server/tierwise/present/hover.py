"""Hover texts: a pending proposal or a text answer, with its tier and reasons."""

from __future__ import annotations

from tierwise.core.views import EditView, TaskView
from tierwise.present import ways
from tierwise.present.markdown import fenced, without_images
from tierwise.present.money import amount
from tierwise.present.reasons import words
from tierwise.present.shown import shown


def proposal(view: TaskView, edit: EditView) -> str:
    """A proposal as markdown: headline, warnings if any, diff, then the reasons."""
    above = [_head(view)]
    if edit.note:
        above.append(f"⚠ {edit.note}")
    if edit.stale:
        above.append("The file changed since this was proposed: Redo or Discard.")
    below = ["Apply or discard it by code action at this place.", *reasons(view), *_ways(view)]
    return "\n\n".join([
        without_images("\n\n".join(above)),
        fenced(edit.diff.rstrip(), "diff"),
        without_images("\n\n".join(below)),
    ])  # fmt: skip


def answer(view: TaskView, text: str) -> str:
    """A text answer as markdown. Who gave it and why comes below, because a hover may be small."""
    notes = (f"⚠ {notice}" for notice in view.notices)
    return without_images("\n\n".join([text, _head(view), *notes, *reasons(view), *_ways(view)]))


def _head(view: TaskView) -> str:
    said = shown(view.decision, view.cause_note, rehearsal=view.rehearsal, priced=True)
    paid = amount(view.cost)
    cost = f"0¢ in rehearsal, with a key {paid}" if view.rehearsal else f"cost {paid}"
    return f"**Tierwise · {said.sentence}** · {cost}"


def _ways(view: TaskView) -> list[str]:
    """How to undo what changed the tier of this task, and how to choose another tier."""
    words = ways.others(view.decision)
    other = f"Another tier: redo it, or begin the instruction with {words}."
    return [*ways.undone(view.decision), *([other] if words else [])]


def reasons(view: TaskView) -> list[str]:
    """The decision's reasons, one bullet each. A forecast that named another tier comes first."""
    bullets = [f"- {words(reason)}" for reason in view.decision.reasons]
    if view.forecast and view.forecast.answering != view.decision.answering:
        bullets.insert(0, f"- at first {shown(view.forecast, priced=True).sentence}")
    return ["\n".join(bullets)] if bullets else []
