"""The dial: what each setting would have meant, and turning it."""

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
    """A setting with the week it would have meant; `text` says both, `label` its name.

    `redos` counts answers that would not have been kept.
    """

    preference: Preference
    label: str
    cost_usd: float
    redos: float
    text: str
    current: bool


class Dial(Message):
    """The settings, cheapest first, and what their weeks were worked out from.

    `basis` says so in words, to be shown beside them; the week is `invented` before the operator
    has tasks enough. `redo_cost_usd` is the operator's own amount where it overrules the dial.
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
        """The dial as the engine worked it out."""
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
