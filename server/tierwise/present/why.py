"""Why a tier answers, as a page in markdown: the decision, a table of the tiers, what mattered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tierwise.core.amounts import amount, amounts
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision, Reason
from tierwise.present import ways
from tierwise.present.chances import chance
from tierwise.present.names import label
from tierwise.present.reasons import words
from tierwise.present.shown import shown
from tierwise.present.signals import say

UNKNOWN: Final = "-"
"""The table's sign for an amount that is not known."""


@dataclass(frozen=True, slots=True)
class WhyPage:
    """A decision explained. `page` is the main part, `rest` may be folded."""

    page: str
    rest: str


def why(
    decision: Decision,
    signs: Sequence[Reason] = (),
    *,
    cheaper: str | None = None,
    dearer: str | None = None,
    said: str = "",
    rehearsal: bool = False,
    paid: int | None = None,
    redo_cost: int | None = None,
) -> WhyPage:
    """Make the page that explains a decision.

    `signs` are the signals that mattered, strongest first. `cheaper` and `dearer` are the changes
    that would give another tier, if known. `said` is a more exact cause than the decision has. A
    `rehearsal` costs nothing. `paid` is what the task cost so far, and `redo_cost` what a redo
    costs the operator beside its call, both in nano-dollars.
    """
    sentence = shown(decision, said, rehearsal=rehearsal, priced=bool(paid)).sentence
    steps = [r for r in decision.reasons if r.code != "signal"]
    parts = [
        [f"**{sentence}**"],
        _paid(paid, rehearsal),
        _tiers(decision, rehearsal),
        _legend(decision, redo_cost),
        _listed("What mattered", [words(sign) for sign in signs]),
        _listed("What was decided", [words(step) for step in steps]),
        _flips(decision, cheaper, dearer),
        _others(decision),
    ]
    page = "\n\n".join("\n".join(part) for part in parts if part)
    return WhyPage(page + "\n", "\n".join(_measured(decision)) + "\n")


def _flips(decision: Decision, cheaper: str | None, dearer: str | None) -> list[str]:
    """What would give another tier.

    It leaves out what cannot: below the lowest tier, above the top one, and if the router did not
    choose the tier.
    """
    names = list(decision.estimate.need)
    if decision.explicit or not names or decision.answering != decision.routed:
        return []
    lines = []
    if cheaper and decision.answering != names[0]:
        lines.append(f"For a cheaper tier the task would need: {cheaper}")
    if dearer and decision.answering != names[-1]:
        lines.append(f"For a dearer tier the task would need: {dearer}")
    return "\n\n".join(lines).split("\n") if lines else []


def _others(decision: Decision) -> list[str]:
    """How to choose another tier, and how to undo what moved this task."""
    lines = ways.undone(decision)
    if words := ways.others(decision, "`"):
        lines.append(
            f"To choose another tier, begin the instruction with {words}. The command Redo asks"
            " this once more, Pin a tier holds for what you ask later."
        )
    return "\n\n".join(lines).split("\n") if lines else []


def _paid(paid: int | None, rehearsal: bool) -> list[str]:
    """What the task cost."""
    if not paid:
        return []
    if rehearsal:
        return [f"It cost 0¢ in rehearsal; with a key it would have been {amount(paid)}."]
    return [f"It cost {amount(paid)}. The forecasts below were made before it was sent."]


def _legend(decision: Decision, redo_cost: int | None) -> list[str]:
    """Explains the last column of the table (costs with redos), and names the tier that is cheapest
    by it if the router took that tier.
    """
    if not decision.expected_loss:
        return []
    yours = f", and each takes {amount(redo_cost)} of your time" if redo_cost else ""
    told = f"Redos included: the average if every answer that falls short is redone{yours}."
    least = min(decision.expected_loss, key=lambda tier: decision.expected_loss[tier])
    taken = decision.cause == "routed" and decision.answering == least
    return [f"{told} {label(least)} is the cheapest that way." if taken else told]


def _tiers(decision: Decision, rehearsal: bool) -> list[str]:
    """A table of the tiers: how often each is enough, its forecast, and its cost with redos.

    A column in which nothing is known is left out.
    """
    names = list(decision.estimate.need)
    costs = _priced([decision.cost.get(name) for name in names])
    losses = _priced([_whole(decision.expected_loss.get(name)) for name in names])
    cost = "with a key" if rehearsal else "forecast"
    rows = [["tier", "enough for", cost, "redos included"]]
    top = names[-1] if names else ""
    for name, price, loss in zip(names, costs, losses, strict=True):
        share = "the best there is" if name == top else _about(decision, name)
        mark = {decision.routed: "the first choice", decision.answering: "answers"}.get(name, "")
        shown_name = f"**{label(name)}** ({mark})" if mark else label(name)
        rows.append([shown_name, share, price, loss])
    known = [at for at in range(4) if at < 2 or any(row[at] != UNKNOWN for row in rows[1:])]
    return _table([[row[at] for at in known] for row in rows])


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """A markdown table whose columns are aligned as plain text too."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _about(decision: Decision, tier: str) -> str:
    return f"about {chance(decision.estimate.need[tier])}"


def _priced(nanos: Sequence[int | None]) -> list[str]:
    """The amounts of one column in the same unit. A dash for one that is not known."""
    known = iter(amounts(*(each for each in nanos if each is not None)))
    return [UNKNOWN if each is None else next(known) for each in nanos]


def _whole(nanos: float | None) -> int | None:
    return None if nanos is None else round(nanos)


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return [title + ":", "", *(f"- {line}" for line in lines)] if lines else []


def _measured(decision: Decision) -> list[str]:
    """Every signal that is not zero, and the names of those that are unknown."""
    found = decision.signals.values
    known = [say(name, value) for name, value in sorted(found.items()) if value]
    unknown = sorted(decision.signals.unknown)
    lines = ["Everything that was measured:", "", *(f"- {line}" for line in known)]
    return [*lines, f"- not known: {', '.join(unknown)}"] if unknown else lines
