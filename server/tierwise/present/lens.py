"""What stands above an edit: the tier that answers and what the operator can do about it.

A lens in one client is a code action at the same range in another, so both are made from
these offers.
"""

from __future__ import annotations

from collections.abc import Sequence

from tierwise.core.tiers import Ladder
from tierwise.core.views import Offer, TaskView
from tierwise.present.names import label
from tierwise.present.pause import ALLOW, LENS, raise_title
from tierwise.present.shown import TITLE, badge
from tierwise.present.titles import redo_title


def headline(view: TaskView, *, stale: bool = False) -> str:
    """The first lens of a task: its tier and state, a title without the prefix."""
    if stale and view.state == "proposed":
        return "File changed"
    if view.state == "routing":
        return "Routing…"
    if view.state == "paused":
        return LENS
    word = {"running": " · working", "failed": " · failed", "applied": " · applied"}.get(
        view.state, ""
    )
    begin = "Rehearsal · " if view.rehearsal else ""
    room = TITLE - len(begin) - len(word)
    return begin + badge(view.decision, view.cause_note, room) + word


def offers(
    view: TaskView, ladder: Ladder, *, stale: bool = False, hunks: int = 0
) -> Sequence[Offer]:
    """What can be done with a task in its state, in the order it should stand on screen.

    `hunks` counts those of its proposal that are pending.
    """
    task = {"taskId": view.task_id}
    edit = {"editId": view.edit_id}
    up = ladder.above(view.decision.answering)
    stronger = (
        Offer(f"Use {label(up)}", "tierwise.task.rerunOn", {**task, "tier": up}) if up else None
    )
    redo = (
        Offer(redo_title(up or view.decision.answering), "tierwise.task.rerunOn",
              {**task, "tier": up or view.decision.answering})
    )  # fmt: skip
    match view.state:
        case "routing" | "running":
            cancel = Offer("Cancel", "tierwise.task.cancel", task)
            return [stronger, cancel] if stronger and view.state == "running" else [cancel]
        case "paused":
            return [
                Offer(raise_title(None), "tierwise.budget.resume", {"raiseUsd": 1}),
                Offer(ALLOW, "tierwise.budget.resume", {"allowTask": view.task_id}),
                Offer("Cancel", "tierwise.task.cancel", task),
            ]
        case "proposed" if stale:
            return [
                Offer("Redo", "tierwise.task.rerunOn", {**task, "tier": view.decision.answering}),
                Offer("Discard", "tierwise.edit.discard", edit),
            ]
        case "proposed":
            return [
                Offer("Apply all" if hunks > 1 else "Apply", "tierwise.edit.apply", edit),
                Offer("Discard", "tierwise.edit.discard", edit),
                Offer("Show diff", "tierwise.edit.showDiff", edit),
                redo,
            ]
        case "partlyApplied" if hunks:
            return [
                Offer("Apply all" if hunks > 1 else "Apply", "tierwise.edit.apply", edit),
                Offer("Discard", "tierwise.edit.discard", edit),
                Offer("Undo", "tierwise.edit.undo", edit),
            ]
        case "applied" | "partlyApplied":
            return [Offer("Undo", "tierwise.edit.undo", edit)]
        case "failed" | "answered":
            return [redo]
        case _:
            return []
