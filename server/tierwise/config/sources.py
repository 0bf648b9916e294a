"""Which source may set which key: one table, read by the loader and by its tests.

A leaf is a key as it is written in a file: `budget.day_usd`, `tiers`, `floors.paths`. The
operator's own file may set every leaf. The editor's settings may come from a workspace, and a
repository's file always does, so for them each leaf has a rule:

- `any`: the value is taken as it is;
- `tighten`: it is taken if it costs or sends no more than the value it would replace;
- `ask`: it would cost more, so it is inactive until the operator accepts it;
- `never`: it is ignored with a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal

from tierwise.config.model import Config
from tierwise.core.dataclass import dataclass

May = Literal["any", "tighten", "ask", "never"]


@dataclass(frozen=True, slots=True)
class Rule:
    """What the editor's settings and a repository's file may do with one key.

    `tighter(own, wanted, config)` is for `tighten`. It tells whether the value that the source
    wants allows no more than the value so far (`own`).
    """

    settings: May
    repository: May
    tighter: Callable[[object, object, Config], bool] | None = None


def lower(own: object, wanted: object, config: Config) -> bool:
    """Whether the wanted cap is no higher than the cap so far.

    Where there is no cap so far, every wanted cap is accepted.
    """
    if not isinstance(wanted, int | float):
        return False
    return own is None or (isinstance(own, int | float) and wanted <= own)


def lower_than_set(own: object, wanted: object, config: Config) -> bool:
    """Whether there is a cap already and the wanted one is no higher.

    It is for caps whose absence means that nothing may be spent. There every wanted cap would allow
    more, so it is refused.
    """
    return own is not None and lower(own, wanted, config)


def longer_period(own: object, wanted: object, config: Config) -> bool:
    """Whether the wanted budget period allows no more than the one so far.

    A cap for the total allows less than the same cap each month.
    """
    return wanted == own or wanted == "total"


def lower_tier(own: object, wanted: object, config: Config) -> bool:
    """Whether the wanted tier exists and is no higher than the operator's own `max_tier`."""
    ladder = config.ladder()
    if wanted not in ladder:
        return False
    return own is None or own not in ladder or ladder.rank(str(wanted)) <= ladder.rank(str(own))


def superset(own: object, wanted: object, config: Config) -> bool:
    """Whether the wanted patterns contain all patterns so far. A source can add some and remove
    none.
    """
    return isinstance(own, tuple) and isinstance(wanted, tuple) and set(own) <= set(wanted)


def only_off(own: object, wanted: object, config: Config) -> bool:
    """Whether the wanted value is off: this source may switch the key off and never on."""
    return wanted is False


SOURCES: Final[Mapping[str, Rule]] = {
    "preference": Rule("never", "never"),
    "confidence_target": Rule("never", "never"),
    "soft_target": Rule("never", "never"),
    "redo_cost_usd": Rule("never", "never"),
    "ask_above_usd": Rule("never", "never"),
    "baseline": Rule("never", "never"),
    "notify_command": Rule("never", "never"),
    "second_opinion": Rule("never", "never"),
    "shadow": Rule("never", "never"),
    "rehearsal": Rule("any", "never"),
    "content_keep_days": Rule("any", "never"),
    "parallel": Rule("any", "never"),
    "max_tier": Rule("tighten", "tighten", lower_tier),
    "tiers": Rule("never", "never"),
    "prices": Rule("never", "never"),
    "budget.day_usd": Rule("tighten", "tighten", lower),
    "budget.hour_usd": Rule("tighten", "tighten", lower),
    "budget.request_usd": Rule("tighten", "tighten", lower),
    "budget.night_usd": Rule("never", "tighten", lower_than_set),
    "budget.project_usd": Rule("tighten", "tighten", lower),
    "budget.project_period": Rule("tighten", "never", longer_period),
    "budget.soft_at": Rule("any", "never"),
    "budget.timezone": Rule("never", "never"),
    "floors.paths": Rule("any", "ask"),
    "floors.actions": Rule("any", "ask"),
    "remap": Rule("any", "never"),
    "pins.project": Rule("any", "never"),
    "learning.on": Rule("any", "never"),
    "learning.trials": Rule("never", "never"),
    "learning.team": Rule("tighten", "tighten", only_off),
    "verify": Rule("never", "never"),
    "timeouts.connect": Rule("any", "never"),
    "timeouts.first_event": Rule("any", "never"),
    "timeouts.between_events": Rule("any", "never"),
    "timeouts.attempt": Rule("any", "never"),
    "timeouts.task": Rule("any", "never"),
    "timeouts.slow_factor": Rule("any", "never"),
    "timeouts.slow_at_least": Rule("any", "never"),
    "timeouts.verify": Rule("any", "never"),
    "gateway.port": Rule("never", "never"),
    "gateway.auto_models": Rule("never", "never"),
    "gateway.client_models": Rule("never", "never"),
    "gateway.secrets": Rule("never", "never"),
    "store.url": Rule("never", "never"),
    "queue.test.command": Rule("never", "never"),
    "queue.test.timeout": Rule("never", "never"),
    "queue.test.network": Rule("never", "never"),
    "queue.link": Rule("never", "never"),
    "queue.copies": Rule("never", "never"),
    "ignore.patterns": Rule("tighten", "tighten", superset),
    "index.enabled": Rule("tighten", "tighten", only_off),
    "index.exclude": Rule("tighten", "tighten", superset),
    "index.max_files": Rule("tighten", "tighten", lower),
    "index.max_mb": Rule("tighten", "tighten", lower),
}
"""The rule of each key. `budget.timezone` is `never`: it moves the day that a cap counts for, so it
belongs to whoever set the cap.
"""
