"""Caps, and how much of them is spent. Pure; amounts in nano-dollars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.situation import BudgetLevel
from tierwise.core.team import SharedCap, tightest
from tierwise.core.views import BudgetView


@dataclass(frozen=True, slots=True)
class Limits:
    """The configured caps in nano-dollars. None means no cap, 0 means no paid calls.

    `day`, `project` and `night` are the operator's. Those that begin with `repository_` come from a
    file inside the workspace and can only lower them. `hour` binds any 60 minutes, and `request` is
    the most that one attempt may cost at worst. The repository's values are in these two already.
    For `night` None means no paid calls.
    """

    day: int | None = None
    project: int | None = None
    period: Literal["month", "total"] = "month"
    soft_at: float = 0.80
    timezone: str | None = None
    repository_day: int | None = None
    repository_project: int | None = None
    hour: int | None = None
    request: int | None = None
    night: int | None = None
    repository_night: int | None = None


def cap(
    configured: int | None, set_to: int | None, repository: int | None, raised: int
) -> int | None:
    """The cap that binds: the operator's, lowered by the repository's, plus what the operator
    raised.

    The operator's is the one set by hand, else the configured one. A raise is the operator's
    decision, so it is added even to a repository's lower cap.
    """
    own = configured if set_to is None else set_to
    lowered = [limit for limit in (own, repository) if limit is not None]
    return min(lowered) + raised if lowered else None


@dataclass(frozen=True, slots=True)
class BudgetState:
    """What is spent and which caps bind: for a day or a night (the purse), a project, an hour and
    so on.

    Raises by the operator are in the caps. Names with `spent` are booked costs, those with
    `reserved` the worst case of open calls, and those with `expected` their forecast. If `purse` is
    "night", the fields named after the day are about the night, and `day` is the night's key.
    `smallest` is the smallest reservation there is (the cheapest tier's): when not even that fits,
    the budget is paused.
    """

    day: str
    period: str
    project: str = ""
    day_limit: int | None = None
    day_spent: int = 0
    day_reserved: int = 0
    day_expected: int = 0
    project_limit: int | None = None
    project_spent: int = 0
    project_reserved: int = 0
    project_expected: int = 0
    hour_limit: int | None = None
    hour_spent: int = 0
    hour_reserved: int = 0
    soft_at: float = 0.80
    smallest: int = 0
    hold: str | None = None
    """Why no paid call is made until the operator resumes, as a word; None without a hold."""
    purse: Literal["day", "night"] = "day"
    group_limit: int | None = None
    group_spent: int = 0
    group_reserved: int = 0
    """What the group of a job may cost, and has cost so far. Without a job there is no limit."""
    shared: tuple[SharedCap, ...] = ()
    """The caps of a team that bind this member here; empty where there is no team."""

    @property
    def day_level(self) -> BudgetLevel:
        return self._level(self.day_spent, self.day_reserved, self.day_expected, self.day_limit)

    @property
    def project_level(self) -> BudgetLevel:
        return self._level(
            self.project_spent, self.project_reserved, self.project_expected, self.project_limit
        )

    @property
    def hour_level(self) -> BudgetLevel:
        """Paused or ok. It is never soft, which sends tasks to cheaper tiers: an hour frees up by
        itself.
        """
        found = self._level(self.hour_spent, self.hour_reserved, 0, self.hour_limit)
        return "paused" if found == "paused" else "ok"

    @property
    def group_level(self) -> BudgetLevel:
        """Paused or ok, never soft: a group's cap sends no task to a cheaper tier."""
        found = self._level(self.group_spent, self.group_reserved, 0, self.group_limit)
        return "paused" if found == "paused" else "ok"

    @property
    def level(self) -> BudgetLevel:
        """The worst state of all caps: ok, soft (tasks go to a cheaper tier), or paused (tasks
        wait).

        It is paused while there is a hold.
        """
        levels = (
            self.day_level,
            self.project_level,
            self.hour_level,
            self.group_level,
            self.team_level,
        )
        if self.hold or "paused" in levels:
            return "paused"
        return "soft" if "soft" in levels else "ok"

    @property
    def team_level(self) -> BudgetLevel:
        """The worst state of the team's caps. A cap per hour is never soft."""
        levels = [
            found
            for cap in self.shared
            if (found := self._level(cap.spent, cap.reserved, cap.expected, cap.limit)) != "soft"
            or cap.span != "hour"
        ]
        return "paused" if "paused" in levels else "soft" if "soft" in levels else "ok"

    @property
    def team_paused(self) -> SharedCap | None:
        """The cap of the team that pauses calls; of several the one that leaves the least."""
        return tightest(
            tuple(
                cap
                for cap in self.shared
                if self._level(cap.spent, cap.reserved, 0, cap.limit) == "paused"
            )
        )

    @property
    def softened(self) -> tuple[str, int, int] | None:
        """(scope, spent, cap) of the day's or the project's cap, whichever has the larger share
        spent. Nano-dollars.

        None if what is spent, without calls in flight, makes neither soft.
        """
        caps = (
            (self.purse, self.day_spent, self.day_limit),
            ("project", self.project_spent, self.project_limit),
        )
        soft = [(s, spent, cap) for s, spent, cap in caps if cap and spent >= self.soft_at * cap]
        return max(soft, key=lambda found: found[1] / found[2], default=None)

    @property
    def waits(self) -> bool:
        """Whether only calls in flight pause the budget: then a task waits until they end."""
        spends = (
            (self.day_spent, self.day_limit),
            (self.project_spent, self.project_limit),
            (self.hour_spent, self.hour_limit),
            (self.group_spent, self.group_limit),
            *((cap.spent, cap.limit) for cap in self.shared),
        )
        return (
            self.level == "paused"
            and not self.hold
            and not any(self.exhausted(spent, limit) for spent, limit in spends)
        )

    @property
    def shown(self) -> BudgetLevel:
        """The state of day, project and hour to show the operator: by what is spent, without what
        is only set aside. Paused while there is a hold.
        """
        if self.hold:
            return "paused"
        found = {view.state for view in views(self)}
        return "paused" if "paused" in found else "soft" if "soft" in found else "ok"

    @property
    def reached(self) -> Literal["day", "night", "project"] | None:
        """Which cap pauses calls, of those the operator can raise; the day's or night's before the
        project's.
        """
        if self.day_level == "paused":
            return self.purse
        return "project" if self.project_level == "paused" else None

    @property
    def left(self) -> int | None:
        """Nano-dollars that may still be reserved under all caps; None without any cap."""
        return self._room(in_flight=True)

    @property
    def unspent(self) -> int | None:
        """Nano-dollars that would be left if the calls in flight cost nothing; None without any
        cap.
        """
        return self._room(in_flight=False)

    def _room(self, *, in_flight: bool) -> int | None:
        rooms = [
            limit - spent - (reserved if in_flight else 0)
            for limit, spent, reserved in (
                (self.day_limit, self.day_spent, self.day_reserved),
                (self.project_limit, self.project_spent, self.project_reserved),
                (self.hour_limit, self.hour_spent, self.hour_reserved),
                (self.group_limit, self.group_spent, self.group_reserved),
                *((cap.limit, cap.spent, cap.reserved) for cap in self.shared),
            )
            if limit is not None
        ]
        return max(min(rooms), 0) if rooms else None

    def exhausted(self, spent: int, limit: int | None) -> bool:
        """Whether the spend alone, without reservations, leaves no room for the smallest call."""
        return limit is not None and (spent >= limit or limit - spent < self.smallest)

    def _level(self, spent: int, reserved: int, expected: int, limit: int | None) -> BudgetLevel:
        if limit is None:
            return "ok"
        if spent + reserved >= limit or limit - spent - reserved < self.smallest:
            return "paused"
        return "soft" if spent + expected >= self.soft_at * limit else "ok"


def views(state: BudgetState) -> Sequence[BudgetView]:
    """How to show a budget: its day, its project, and its hour if that is capped.

    Each is shown by what is spent. A cap that is reached only because of calls in flight is not
    shown as paused but as soft, or as ok where little is spent.
    """

    def shown(level: BudgetLevel, spent: int, expected: int, limit: int | None) -> BudgetLevel:
        if level != "paused" or limit is None or state.exhausted(spent, limit):
            return level
        return "soft" if spent + expected >= state.soft_at * limit else "ok"

    day = shown(state.day_level, state.day_spent, state.day_expected, state.day_limit)
    project = shown(
        state.project_level, state.project_spent, state.project_expected, state.project_limit
    )
    hour: BudgetLevel = "paused" if state.exhausted(state.hour_spent, state.hour_limit) else "ok"
    return (
        BudgetView(state.purse, day, state.day_spent, state.day_limit),
        BudgetView("project", project, state.project_spent, state.project_limit),
        *(
            (BudgetView("hour", hour, state.hour_spent, state.hour_limit),)
            if state.hour_limit is not None
            else ()
        ),
    )
