"""The dial: what each of its settings would have cost, and how the operator changes it."""

from __future__ import annotations

from tierwise.config.model import Preference
from tierwise.core.money import to_usd
from tierwise.lsp.messages.base import Message
from tierwise.present import dial as words
from tierwise.tasks.learning.dial import DialView


class DialAsk(Message):
    """A request for the dial's settings; it has no parameters."""


class DialTurn(Message):
    """The setting to keep in the operator's own configuration file."""

    preference: Preference


class DialSetting(Message):
    """A setting of the dial, with the cost and the redos that a week with it would have had.

    `label` is its name, and `text` says all of it in words. `redos` counts the answers that the
    operator would not have kept.
    """

    preference: Preference
    label: str
    cost_usd: float
    redos: float
    text: str
    current: bool


class Dial(Message):
    """The settings of the dial, cheapest first.

    `basis` is a sentence to be shown with them: it says from which tasks the week was computed.
    While the operator has too few tasks, the week is `invented`. `redo_cost_usd` is present if the
    operator configured an amount of their own, which the router then uses instead of the dial.
    """

    question: str
    settings: list[DialSetting]
    basis: str
    invented: bool
    tasks: int
    redo_cost_usd: float | None = None
    note: str | None = None

    @classmethod
    def of(cls, view: DialView, preference: Preference, own_usd: float | None) -> Dial:
        """Make the message from the dial that the engine computed."""
        return cls(
            question=words.QUESTION,
            settings=[
                DialSetting(
                    preference=name,
                    label=words.label(name),
                    cost_usd=round(to_usd(round(week.cost)), 6),
                    redos=round(week.redos, 2),
                    text=words.week(name, week.cost, week.redos),
                    current=own_usd is None and name == preference,
                )
                for name, week in view.weeks.items()
            ],
            basis=words.basis(view.tasks, view.own, view.invented),
            invented=view.invented,
            tasks=view.tasks,
            redo_cost_usd=own_usd,
            note=None if own_usd is None else words.own_amount(own_usd),
        )
