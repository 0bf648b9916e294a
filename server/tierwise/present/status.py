"""The status line: which tier answers, what was spent, and what is wrong if something is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Literal

from tierwise.core.actions import KINDS
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.situation import BudgetLevel
from tierwise.core.team import TeamWord
from tierwise.core.views import Offer, Pin, StatusKind, StatusView, TaskState, TaskView
from tierwise.present import ways
from tierwise.present.markdown import without_images
from tierwise.present.money import amount, amounts, percent, spent_of
from tierwise.present.names import label, short
from tierwise.present.pause import STATUS, STATUS_OF_TEAM, raise_title
from tierwise.present.reasons import words
from tierwise.present.shown import BADGE, arrow, badge, shown
from tierwise.present.team_seen import lines as lines_of_team

_SO_FAR: Final[Mapping[TaskState, str]] = {
    "routing": "a tier is being chosen",
    "paused": "waits for money",
    "running": "is being answered",
    "proposed": "the edit waits: apply or discard it where it is shown",
    "answered": "answered",
    "applied": "applied",
    "partlyApplied": "applied in part",
    "discarded": "discarded",
    "cancelled": "cancelled",
    "failed": "failed",
    "expired": "expired",
}
"""The state of a task, as the end of a line about it."""


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What the status is made from. Money is in nano-dollars. A limit of None means no cap.

    `current` is the task that runs or that ended a moment ago, `recent` the last tasks for the
    tooltip. `problem` is a sentence if the server cannot work.
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
    project_period: Literal["month", "total"] = "month"
    spent_hour: int = 0
    hour_limit: int | None = None
    index: str = ""
    """The progress of the project index. Empty if there is none."""
    reached: Literal["day", "night", "project"] | None = None
    """The cap that pauses, if a raise would end the pause. The hour's is not one of these."""
    needs_key: str | None = None
    teams: Sequence[TeamWord] = ()
    """The reports of teams' gateways, for the tiers that go through them."""
    team_pays: bool = False
    """Whether one team pays for every tier. Then its pause stops everything."""

    @property
    def team_paused(self) -> bool:
        """Whether no call can be made because a team's budget is used up."""
        return self.team_pays and any(word.level == "paused" for word in self.teams)


def status(facts: StatusFacts) -> StatusView:
    """The status view. If several kinds apply, the first of these is shown: error, paused,
    rehearsal, busy, soft, ready.
    """
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
        team=tuple(line for word in facts.teams for line in lines_of_team(word)),
        command=Offer(
            raise_title(facts.reached),
            "tierwise.budget.resume",
            {"raiseUsd": 1, "scope": facts.reached},
        )
        if facts.level == "paused" and kind == "paused" and facts.reached
        else None,
    )


def tooltip(facts: StatusFacts) -> str:
    """Markdown for the tooltip: reasons, forecast for each tier, budgets, last tasks."""
    lines: list[str] = []
    if facts.problem:
        lines.append(f"**{facts.problem}**")
    if facts.rehearsal:
        lines.append(
            "Rehearsal: answers come from the built-in rehearsal model and cost nothing."
            " Leave rehearsal for real ones, or set `rehearsal = false` in the configuration."
        )
    if view := facts.current:
        said = shown(
            view.decision, view.cause_note, rehearsal=view.rehearsal, priced=bool(view.cost)
        )
        lines.append(f"**{said.sentence}**")
        lines.append(_of_now(view))
        lines += [f"- {words(reason)}" for reason in view.decision.reasons]
        costs = view.decision.cost
        priced = zip(costs, amounts(*costs.values()), strict=True)
        forecast = " · ".join(f"{label(tier)} {cost}" for tier, cost in priced)
        begin = "Forecast with a key" if view.rehearsal else "Forecast"
        lines += [without_images(notice) for notice in view.notices]
        if forecast:
            lines.append(f"{begin}: {forecast}")
        lines += [*ways.undone(view.decision), *_how_to_choose(view.decision)]
        if view.error:
            lines.append(view.error[1])
    lines.append(f"Today: {spent_of(facts.spent_today, facts.day_limit)}")
    if facts.hour_limit is not None:
        lines.append(f"This hour: {spent_of(facts.spent_hour, facts.hour_limit)}")
    if facts.reserved:
        lines.append(f"In flight: at most {amount(facts.reserved)}")
    where = f"Project “{facts.project}”" if facts.project else "This project"
    since = "this month" if facts.project_period == "month" else "since it began"
    lines.append(f"{where}, {since}: {spent_of(facts.spent_project, facts.project_limit)}")
    lines += [line for word in facts.teams for line in lines_of_team(word)]
    if facts.index:
        lines.append(f"Files of the project: {facts.index}")
    for old in facts.recent[:3]:
        state = _SO_FAR[old.state].partition(":")[0]
        parts = (arrow(old.decision), state, amount(old.cost))
        lines.append(f"- {KINDS[old.action].title}: {' · '.join(parts)}")
    return "\n\n".join(lines)


def _how_to_choose(decision: Decision) -> list[str]:
    """How the operator can choose another tier than the one that answers."""
    others = ways.others(decision)
    begin = f"Another tier: begin the instruction with {others}"
    return [f"{begin}. Redo with… asks this once more."] if others else []


def _of_now(view: TaskView) -> str:
    """What is done, what it cost and its state: "Add docs · cost 0.02¢ · the edit waits …"."""
    paid = amount(view.cost)
    cost = f"cost 0¢, with a key {paid}" if view.rehearsal and view.cost else f"cost {paid}"
    parts = [KINDS[view.action].title, *([cost] if view.cost else []), _SO_FAR[view.state]]
    return " · ".join(parts)


def _kind(facts: StatusFacts) -> StatusKind:
    if facts.problem:
        return "error"
    if facts.level == "paused" or facts.team_paused:
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
    if kind == "error":
        yield "Tierwise: see tooltip"
    if kind == "paused" and facts.level != "paused":
        yield STATUS_OF_TEAM
    if kind == "paused":
        reached = _shares(facts).get(facts.reached or "")
        yield f"{STATUS} · {percent(reached)}" if reached is not None else STATUS
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
    used = max(_shares(facts).values(), default=None)
    share = percent(used) if facts.level == "soft" and used is not None else ""
    tiers = (badge(view.decision, view.cause_note), arrow(view.decision))
    texts = [_of_task(view, tier, share) for tier in tiers]
    if kind == "rehearsal":
        # If not both fit, "Rehearsal" goes before what the task does.
        yield from (f"Rehearsal · {text}" for text in (*texts, *tiers))
        yield "Rehearsal"
    yield from (*texts, *tiers)


def _shares(facts: StatusFacts) -> dict[str, float]:
    """The share that is spent of the day's and of the project's cap, for those that are set."""
    spent = {
        "day": (facts.spent_today, facts.day_limit),
        "project": (facts.spent_project, facts.project_limit),
    }
    return {scope: used / cap for scope, (used, cap) in spent.items() if cap}


def _state(view: TaskView) -> TaskState:
    """The state that is shown: a task with pending hunks is shown as proposed."""
    return "proposed" if view.waiting else view.state


def _of_task(view: TaskView, tier: str, share: str) -> str:
    match view.state:
        case "routing":
            return "Routing…"
        case "running":
            return f"{tier} · {share}" if share else tier
        case "proposed":
            return f"{tier} · edit waits"
        case "partlyApplied" if view.waiting:
            return f"{tier} · {view.waiting} left"
        case "applied" | "partlyApplied" | "answered":
            return f"{tier} · {amount(view.cost)}"
        case _:
            return view.state.capitalize()
