"""What stands together on a screen: the server's words, and what VS Code puts beside them.

The client's own words are those of its bundle; `of_client` refuses one that is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tierwise.core.views import EditView, StatusView, TaskView
from tierwise.present.hover import proposal
from tierwise.present.money import amount, spent_of
from tierwise.present.names import label
from tierwise.present.shown import shown

_BUNDLE: Final[dict[str, str]] = json.loads(
    (Path(__file__).parents[2] / "vscode-client" / "l10n" / "bundle.l10n.json").read_text("utf-8")
)


def of_client(text: str, *values: str) -> str:
    """A text of the client, with its values put in."""
    assert text in _BUNDLE, text
    for at, value in enumerate(values):
        text = text.replace(f"{{{at}}}", value)
    return text


def bar(status: StatusView) -> str:
    """The status item, at the bottom of the window at all times."""
    return f"status bar: {status.text}"


def pointed(status: StatusView) -> str:
    """The status item, and what opens when the mouse rests on it."""
    leave = ("Leave rehearsal",) if status.kind == "rehearsal" else ()
    names = ("Redo with…", "Pin a tier", *leave, "Why this tier", "Budget")
    links = (of_client(each) for each in names)
    return f"{bar(status)}\n(the mouse over it:)\n{status.tooltip}\n\n{' · '.join(links)} · Log"


def menu(titles: Sequence[str], status: StatusView, above: str = "") -> str:
    """A menu of code actions."""
    rows = [
        of_client("Tierwise: Cheapest tier likely to do. Why?"),
        of_client("Tierwise: Another tier for one of these…"),
    ]
    if status.kind == "rehearsal":
        rows.append(of_client("Tierwise: Leave rehearsal (made-up answers)"))
    return "\n".join([*([above] if above else []), *titles, *rows, bar(status)])


def lens(lenses: Sequence[str], status: StatusView, view: TaskView, edit: EditView | None) -> str:
    """The line above an edit, what the mouse over its lines shows, and the status item."""
    said = [" | ".join(lenses)]
    if edit is not None:
        said += ["(the mouse over the lines below it:)", proposal(view, edit), ""]
    return "\n".join([*said, bar(status)])


def answer(view: TaskView, status: StatusView, tiers: Sequence[str]) -> str:
    """An answer in the panel: its head, its card, its foot, and the budget of today below it."""
    said = shown(view.decision, view.cause_note, action=view.action, rehearsal=view.rehearsal,
                 priced=bool(view.cost))  # fmt: skip
    why = f"({of_client('Why this tier')})"
    badge = f" [{of_client('rehearsal')}]" if view.rehearsal else ""
    paid = amount(view.cost)
    cost = of_client("0¢ (with a key: {0})", paid) if view.rehearsal else paid
    buttons = " ".join(f"[{of_client(each)}]" for each in ("Apply", "Show diff", "Discard"))
    card = [f"sample.py +1 -0  {buttons}"] if view.edit_id else []
    used = view.usage
    counts = (used.input_tokens, used.output_tokens) if used else (0, 0)
    tokens = of_client("{0} tokens in, {1} out", *map(str, counts))
    forecasts = ", ".join(
        f"{label(tier)} {_price(view, tier)}" for tier in tiers if tier in view.decision.cost
    )
    icons = (
        of_client("Regenerate with the same tier"),
        f"{of_client('Regenerate with another tier')} (after a click: {forecasts})",
        of_client("This tier was too weak"), of_client("This tier was right"),
        of_client("A cheaper tier would have done"),
    )  # fmt: skip
    unpin = f"  [{of_client('Unpin')}]" if view.decision.cause == "pin" else ""
    return "\n".join([
        f"{said.badge} {why}{badge}", said.clause + unpin, *card, f"{tokens} · {cost}",
        *(f"  icon: {icon}" for icon in icons), "", f"below: {_budget(status)}",
    ])  # fmt: skip


def _price(view: TaskView, tier: str) -> str:
    return "0¢" if view.rehearsal else amount(view.decision.cost[tier])


def _budget(status: StatusView) -> str:
    """The bar of today's budget, and what stands in it."""
    if status.day_limit is None:
        spent = of_client("{0} today (no cap)", amount(status.spent_today))
    else:
        used, cap = spent_of(status.spent_today, status.day_limit).split(" of ")
        spent = of_client("{0} of {1} today", used, cap)
    said = [spent]
    if status.level == "soft":
        said += [of_client("close to the cap"), f"[{of_client('Raise…')}]"]
    if status.kind == "rehearsal":
        said += [of_client("rehearsal, costs nothing"), f"[{of_client('Leave')}]"]
    return " · ".join(said)
