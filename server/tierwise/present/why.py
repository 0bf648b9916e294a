"""Why a tier, as a page in markdown: the decision, the tiers side by side, what mattered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tierwise.core.amounts import amounts
from tierwise.core.decision import Decision, Reason
from tierwise.present.chances import chance
from tierwise.present.names import label
from tierwise.present.reasons import words
from tierwise.present.shown import shown
from tierwise.present.signals import say


@dataclass(frozen=True, slots=True)
class WhyPage:
    """A decision explained. `page` is what is read, `rest` what may stay folded."""

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
) -> WhyPage:
    """The page of a decision.

    `signs` are the signals that mattered, strongest first; `cheaper` and `dearer` the changes
    that would flip the tier, where they are known. `said` is a closer cause than the decision
    knows.
    """
    sentence = shown(decision, said, rehearsal=rehearsal).sentence
    steps = [r for r in decision.reasons if r.code != "signal"]
    parts = [
        [f"**{sentence}**"],
        _tiers(decision, rehearsal),
        _listed("What mattered", [words(sign) for sign in signs]),
        _listed("What was decided", [words(step) for step in steps]),
        [*(["Cheaper with: " + cheaper] if cheaper else []),
         *([""] if cheaper and dearer else []),
         *(["Dearer with: " + dearer] if dearer else [])],
    ]  # fmt: skip
    page = "\n\n".join("\n".join(part) for part in parts if part)
    return WhyPage(page + "\n", "\n".join(_measured(decision)) + "\n")


def _tiers(decision: Decision, rehearsal: bool) -> list[str]:
    """The tiers in a table: how often each is enough, its forecast, and the expected loss."""
    names = list(decision.estimate.need)
    costs = _priced([decision.cost.get(name) for name in names])
    losses = _priced([_whole(decision.expected_loss.get(name)) for name in names])
    cost = "would cost" if rehearsal else "cost"
    rows = [["tier", "enough for", cost, "with redos"]]
    top = names[-1] if names else ""
    for name, price, loss in zip(names, costs, losses, strict=True):
        share = "all that any tier solves" if name == top else _about(decision, name)
        mark = {decision.answering: "answers", decision.routed: "routed"}.get(name, "")
        shown_name = f"**{label(name)}** ({mark})" if mark else label(name)
        rows.append([shown_name, share, price, loss])
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """A markdown table whose columns line up where it is read as plain text, too."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _about(decision: Decision, tier: str) -> str:
    return f"about {chance(decision.estimate.need[tier])}"


def _priced(nanos: Sequence[int | None]) -> list[str]:
    """Amounts of one column, all written like the largest; a dash where one is not known."""
    known = iter(amounts(*(each for each in nanos if each is not None)))
    return ["-" if each is None else next(known) for each in nanos]


def _whole(nanos: float | None) -> int | None:
    return None if nanos is None else round(nanos)


def _listed(title: str, lines: Sequence[str]) -> list[str]:
    return [title + ":", "", *(f"- {line}" for line in lines)] if lines else []


def _measured(decision: Decision) -> list[str]:
    """Every signal that was measured, and what was not said."""
    found = decision.signals.values
    known = [say(name, value) for name, value in sorted(found.items()) if value]
    unknown = sorted(decision.signals.unknown)
    lines = ["Everything that was measured:", "", *(f"- {line}" for line in known)]
    return [*lines, f"- not known: {', '.join(unknown)}"] if unknown else lines
