"""The status line: which tier answers, what was spent, and what is wrong if something is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tierwise.core.situation import BudgetLevel
from tierwise.core.views import Offer, Pin, StatusKind, StatusView, TaskState, TaskView
from tierwise.present.markdown import without_images
from tierwise.present.money import amount, amounts, percent, spent_of
from tierwise.present.names import label, short
from tierwise.present.pause import STATUS, raise_title
from tierwise.present.reasons import words
from tierwise.present.shown import BADGE, arrow, badge, shown


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
    index: str = ""
    """How far the project index is; empty where there is none."""
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
        text=_text(kind, facts),
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
        said = shown(view.decision, view.cause_note, rehearsal=view.rehearsal)
        lines.append(f"**{said.sentence}** · {view.state}")
        lines += [f"- {words(reason)}" for reason in view.decision.reasons]
        costs = view.decision.cost
        priced = zip(costs, amounts(*costs.values()), strict=True)
        forecast = " · ".join(f"{label(tier)} {cost}" for tier, cost in priced)
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
    if facts.index:
        lines.append(f"Index: {facts.index}")
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
    """The status as a badge: the first of its wordings that fits."""
    fitting = (text for text in _texts(kind, facts) if len(text) <= BADGE)
    return next(fitting, "Tierwise")


def _texts(kind: StatusKind, facts: StatusFacts) -> Iterator[str]:
    used = facts.spent_today / facts.day_limit if facts.day_limit else None
    if kind == "error":
        yield "Tierwise: see tooltip"
    if kind == "paused":
        yield f"{STATUS} · {percent(used)}" if used is not None else STATUS
        yield STATUS
    view = facts.current
    if view is None:
        auto = f"{short(facts.pin)} pinned" if facts.pin else "Auto"
        if kind == "rehearsal":
            yield f"Rehearsal · {auto}"
        yield f"{auto} · {spent_of(facts.spent_today, facts.day_limit)}"
        yield f"{auto} · {amount(facts.spent_today)}"
        yield auto
        return
    share = percent(used) if facts.level == "soft" and used is not None else ""
    tiers = (badge(view.decision, view.cause_note), arrow(view.decision))
    texts = [_of_task(view, tier, share) for tier in tiers]
    if kind == "rehearsal":
        # That nothing is paid is said before what the task does, where both do not fit.
        yield from (f"Rehearsal · {text}" for text in (*texts, *tiers))
        yield "Rehearsal"
    yield from (*texts, *tiers)


def _state(view: TaskView) -> TaskState:
    """A task of which hunks wait still has its proposal to show, whatever was applied of it."""
    return "proposed" if view.waiting else view.state


def _of_task(view: TaskView, tier: str, share: str) -> str:
    match view.state:
        case "routing":
            return "Routing…"
        case "running":
            return f"{tier} · {share}" if share else tier
        case "proposed":
            return f"{tier} · preview"
        case "partlyApplied" if view.waiting:
            return f"{tier} · {view.waiting} left"
        case "applied" | "partlyApplied" | "answered":
            return f"{tier} · {amount(view.cost)}"
        case _:
            return view.state.capitalize()
