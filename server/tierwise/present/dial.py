"""The dial in words: how much a wrong answer counts when the router is unsure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tierwise.present.money import amount

QUESTION: Final = "When unsure"
LABELS: Final[Mapping[str, str]] = {
    "save": "save",
    "balanced": "balanced",
    "right": "right first time",
}
"""The name of each setting."""


def week(preference: str, cost: float, redos: float) -> str:
    """A week at one setting: "balanced: about 60¢ a week, 9 redos". `cost` is nano-dollars."""
    count = round(redos)
    return f"{label(preference)}: about {amount(round(cost))} a week, {count} redo{_s(count)}"


def label(preference: str) -> str:
    """The name of a setting of the dial, as shown."""
    return LABELS[preference]


def basis(tasks: int, own: int, invented: bool) -> str:
    """Says from which tasks the costs of a week were computed: the operator's last ones, or an
    `invented` week as long as they have too few. `own` is how many they have.
    """
    if invented:
        mine = "you have none yet" if not own else f"you have {own} so far"
        return f"an invented week of {tasks} tasks, not yours: {mine}"
    return f"your last {tasks} tasks, decided again at each setting"


def own_amount(usd: float) -> str:
    """The sentence for an amount that the operator set in place of the dial."""
    return f"redo_cost_usd = {usd:g} stands in the configuration and overrules the dial"


def turned(preference: str) -> str:
    """The sentence after the dial was turned."""
    return f"When unsure: {label(preference)}. It is kept in the configuration file."


def _s(count: int) -> str:
    return "" if count == 1 else "s"
