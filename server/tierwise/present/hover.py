"""Hover texts: a pending proposal or a text answer, with its tier and reasons."""

from __future__ import annotations

from tierwise.core.views import EditView, TaskView
from tierwise.present.markdown import fenced, without_images
from tierwise.present.money import amount
from tierwise.present.reasons import words
from tierwise.present.shown import shown


def proposal(view: TaskView, edit: EditView) -> str:
    """A proposal as markdown: headline, reasons, warning if any, diff."""
    lines = [_head(view), *reasons(view)]
    if edit.note:
        lines.append(f"⚠ {edit.note}")
    if edit.stale:
        lines.append("The file changed since this was proposed: Redo or Discard.")
    lines.append("Apply or discard it by code action at this place.")
    return "\n\n".join([without_images("\n\n".join(lines)), fenced(edit.diff.rstrip(), "diff")])


def answer(view: TaskView, text: str) -> str:
    """A text answer as markdown, below a headline that names the tier."""
    whole = "\n\n".join([_head(view), *reasons(view), *(f"⚠ {n}" for n in view.notices), text])
    return without_images(whole)


def _head(view: TaskView) -> str:
    said = shown(view.decision, view.cause_note, rehearsal=view.rehearsal)
    return f"**Tierwise · {said.sentence}** · {amount(view.cost)}"


def reasons(view: TaskView) -> list[str]:
    """The decision's reasons, one bullet each; a forecast that changed is said first."""
    bullets = [f"- {words(reason)}" for reason in view.decision.reasons]
    if view.forecast and view.forecast.answering != view.decision.answering:
        bullets.insert(0, f"- at first {shown(view.forecast).sentence}")
    return ["\n".join(bullets)] if bullets else []
