"""The status line: which tier answers, what was spent, and what is wrong if something is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tierwise.core.decision import Decision
from tierwise.core.situation import BudgetLevel
from tierwise.core.views import Offer, Pin, StatusKind, StatusView, TaskState, TaskView
from tierwise.present.markdown import without_images
from tierwise.present.money import amount, amounts, percent, spent_of
from tierwise.present.names import label
from tierwise.present.pause import STATUS, raise_title
from tierwise.present.reasons import words
from tierwise.present.tiers import arrow, because, confident, note

MAX_TEXT: Final = 28
"""Characters of the status text, the icon not counted."""


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What the status is made from. Money in nano-dollars; `None` limits mean no cap.

    `current` is the task that runs or the one that ended last a moment ago, `recent` the
    last tasks for the tooltip, `problem` a sentence when the server cannot work.
    """

    current: TaskView | None = None
    recent: Sequence[TaskView] = ()
    running: int = 0
    level: BudgetLevel = "ok"
    rehearsal: bool = False
    problem: str | None = None
    pin: str | None = None
    pins: Sequence[Pin] = ()
    spent_today: int = 0
    reserved: int = 0
    day_limit: int | None = None
    spent_project: int = 0
    project_limit: int | None = None
    project: str = ""
    spent_hour: int = 0
    hour_limit: int | None = None
    reached: Literal["day", "project"] | None = None
    """The cap that pauses, where raising it goes on; an hour frees up by itself."""
    needs_key: str | None = None


def status(facts: StatusFacts) -> StatusView:
    """The status view; the kind's precedence is error, paused, rehearsal, busy, soft, ready."""
    kind = _kind(facts)
    view = facts.current
    decision = view.decision if view else None
    return StatusView(
        kind=kind,
        text=_fit(_text(kind, facts)),
        tooltip=tooltip(facts),
        tier=decision.answering if decision else None,
        routed=decision.routed if decision else None,
        confidence=decision.confidence if decision else None,
        state=_state(view) if view else None,
        pins=tuple(facts.pins),
        spent_today=facts.spent_today,
        reserved=facts.reserved,
        day_limit=facts.day_limit,
        spent_project=facts.spent_project,
        project_limit=facts.project_limit,
        level=facts.level,
        spent_hour=facts.spent_hour,
        hour_limit=facts.hour_limit,
        needs_key=None if facts.rehearsal else facts.needs_key,
        command=Offer(
            raise_title(facts.reached),
            "tierwise.budget.resume",
            {"raiseUsd": 1, "scope": facts.reached},
        )
        if kind == "paused" and facts.reached
        else None,
    )


def tooltip(facts: StatusFacts) -> str:
    """Markdown for the tooltip: reasons, forecast against the other tiers, budgets, last tasks."""
    lines: list[str] = []
    if facts.problem:
        lines.append(f"**{facts.problem}**")
    if facts.rehearsal:
        lines.append("Rehearsal: answers come from the built-in rehearsal model and cost nothing.")
    if view := facts.current:
        lines.append(f"**{confident(view.decision, view.cause_note)}** · {view.state}")
        lines += [f"- {words(reason)}" for reason in view.decision.reasons]
        costs = view.decision.cost
        shown = zip(costs, amounts(*costs.values()), strict=True)
        forecast = " · ".join(f"{label(tier)} {cost}" for tier, cost in shown)
        lines += [without_images(notice) for notice in view.notices]
        if forecast:
            lines.append(f"Forecast: {forecast}")
        if view.error:
            lines.append(view.error[1])
    lines.append(f"Today: {spent_of(facts.spent_today, facts.day_limit)}")
    if facts.hour_limit is not None:
        lines.append(f"This hour: {spent_of(facts.spent_hour, facts.hour_limit)}")
    if facts.reserved:
        lines.append(f"In flight: at most {amount(facts.reserved)}")
    where = f" {facts.project}" if facts.project else ""
    lines.append(f"Project{where}: {spent_of(facts.spent_project, facts.project_limit)}")
    for old in facts.recent[:3]:
        lines.append(f"- {old.action}: {arrow(old.decision)} · {old.state} · {amount(old.cost)}")
    return "\n\n".join(lines)


def _kind(facts: StatusFacts) -> StatusKind:
    if facts.problem:
        return "error"
    if facts.level == "paused":
        return "paused"
    if facts.rehearsal:
        return "rehearsal"
    if facts.running:
        return "busy"
    return "soft" if facts.level == "soft" else "ready"


def _text(kind: StatusKind, facts: StatusFacts) -> str:
    used = facts.spent_today / facts.day_limit if facts.day_limit else None
    if kind == "error":
        return "Tierwise: see tooltip"
    if kind == "paused":
        return f"{STATUS} · {percent(used)}" if used is not None else STATUS
    prefix = "Rehearsal · " if kind == "rehearsal" else ""
    view = facts.current
    if view is None:
        if kind == "rehearsal":
            return "Rehearsal · Auto"
        auto = f"{facts.pin[:1].upper()}{facts.pin[1:]} pinned" if facts.pin else "Auto"
        return f"{auto} · {spent_of(facts.spent_today, facts.day_limit)}"
    text = prefix + _task_text(view, used if facts.level == "soft" else None)
    return text if len(text) <= MAX_TEXT else prefix + arrow(view.decision)


def _state(view: TaskView) -> TaskState:
    """A task of which hunks wait still has its proposal to show, whatever was applied of it."""
    return "proposed" if view.waiting else view.state


def _task_text(view: TaskView, soft_share: float | None) -> str:
    tier = because(view.decision, view.cause_note)
    share = f" · {percent(soft_share)}" if soft_share is not None else ""
    match view.state:
        case "routing":
            return "Routing…"
        case "running":
            return tier + (share or _why(view.decision, view.cause_note))
        case "proposed":
            return f"{tier} · preview"
        case "partlyApplied" if view.waiting:
            return f"{tier} · {view.waiting} left"
        case "applied" | "partlyApplied":
            return f"{tier} · {amount(view.cost)}"
        case "answered":
            return f"{tier} · {amount(view.cost)}"
        case _:
            return view.state.capitalize()


def _why(decision: Decision, said: str) -> str:
    """A word on what moved the tier, where something did; a failover says so by itself."""
    moved = decision.answering != decision.routed or decision.cause in ("uncertain", "override")
    return f" · {note(decision, said)}" if moved and decision.cause != "failover" else ""


def _fit(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"
