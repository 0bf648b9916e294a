"""The lines above an edit: the tier that answers, and what the operator can do.

A lens in one client is a code action at the same range in another. Both are made from these offers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tierwise.core.tiers import Ladder
from tierwise.core.views import Offer, TaskView
from tierwise.present.money import amount
from tierwise.present.names import short
from tierwise.present.pause import ALLOW, LENS, LENS_OF_TEAM, raise_title
from tierwise.present.shown import TITLE, badge
from tierwise.present.titles import with_price


def headline(view: TaskView, *, stale: bool = False) -> str:
    """The first line above a task's edit, with its tier and state: "Haiku · working".

    `stale` says that the text under its proposal changed.
    """
    if stale and view.state == "proposed":
        return "File changed"
    if view.state == "routing":
        return "Routing…"
    if view.state == "paused":
        return LENS
    if view.state == "failed" and view.cause_note == "team_paused":
        return LENS_OF_TEAM
    word = {"running": " · working", "failed": " · failed", "applied": " · applied"}.get(
        view.state, ""
    )
    if view.state == "proposed" and view.cost and not view.rehearsal:
        word = f" · {amount(view.cost)}"
    begin = "Rehearsal · " if view.rehearsal else ""
    room = TITLE - len(begin) - len(word)
    return begin + badge(view.decision, view.cause_note, room) + word


def _unpin(view: TaskView) -> list[Offer]:
    """The offer to remove the pin that chose the tier of a task. Empty if no pin did, or if it is
    the pin of a project.
    """
    if view.decision.cause != "pin":
        return []
    scope = next((r.args["scope"] for r in view.decision.reasons if r.code == "chosen"), "")
    known: Mapping[object, Mapping[str, object]] = {
        "conversation": {"conversationId": view.conversation_id},
        "file": {"uri": view.uri},
        "action": {"action": view.action},
        "session": {},
    }
    if scope not in known:
        # The pin of a project may be in the operator's own file, which nothing here changes.
        return []
    way = {"scope": scope, **known[scope], "to": "auto"}
    return [Offer("Unpin", "tierwise.route.override", way)]


def offers(
    view: TaskView, ladder: Ladder, *, stale: bool = False, hunks: int = 0
) -> Sequence[Offer]:
    """What can be done with a task in its state, in the order on screen.

    `hunks` is how many hunks of its proposal are pending.
    """
    task = {"taskId": view.task_id}
    edit = {"editId": view.edit_id}
    up = ladder.above(view.decision.answering)
    decision, answering = view.decision, view.decision.answering

    def priced(title: str, tier: str) -> str:
        cost = view.redo.get(tier, decision.cost.get(tier))
        return with_price(title, cost, rehearsal=view.rehearsal)

    stronger = (
        Offer(priced(f"Use {short(up)}", up), "tierwise.task.rerunOn", {**task, "tier": up})
        if up
        else None
    )
    redo = Offer(
        priced(f"Redo with {short(up or answering)}", up or answering),
        "tierwise.task.rerunOn",
        {**task, "tier": up or answering},
    )
    match view.state:
        case "routing" | "running":
            cancel = Offer("Cancel", "tierwise.task.cancel", task)
            return [stronger, cancel] if stronger and view.state == "running" else [cancel]
        case "paused":
            return [
                Offer(raise_title(None), "tierwise.budget.resume", {"raiseUsd": 1}),
                Offer(
                    with_price(ALLOW, decision.cost.get(answering), rehearsal=view.rehearsal),
                    "tierwise.budget.resume",
                    {"allowTask": view.task_id},
                ),
                Offer("Cancel this task", "tierwise.task.cancel", task),
            ]
        case "proposed" if stale:
            return [
                Offer("Redo", "tierwise.task.rerunOn", {**task, "tier": answering}),
                Offer("Discard", "tierwise.edit.discard", edit),
            ]
        case "proposed":
            return [
                Offer("Apply all" if hunks > 1 else "Apply", "tierwise.edit.apply", edit),
                Offer("Discard", "tierwise.edit.discard", edit),
                Offer("Show diff", "tierwise.edit.showDiff", edit),
                redo,
                *_unpin(view),
            ]
        case "partlyApplied" if hunks:
            return [
                Offer("Apply all" if hunks > 1 else "Apply", "tierwise.edit.apply", edit),
                Offer("Discard", "tierwise.edit.discard", edit),
                Offer("Undo", "tierwise.edit.undo", edit),
            ]
        case "applied" | "partlyApplied":
            return [Offer("Undo", "tierwise.edit.undo", edit)]
        case "failed" if view.cause_note == "team_paused":
            return [Offer("Redo", "tierwise.task.rerunOn", {**task, "tier": answering})]
        case "failed" | "answered":
            return [redo, *_unpin(view)]
        case _:
            return []
