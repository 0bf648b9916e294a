"""The configuration of a window as it is now, and where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.config import paths
from tierwise.config.load import Loaded, load
from tierwise.config.model import Config
from tierwise.core.money import to_nanos
from tierwise.present import notices
from tierwise.tasks.window.consent import Consents
from tierwise.trust import Trust


class Settings:
    """The configuration, read again when the client's settings, trust or consents change."""

    def __init__(
        self,
        env: Mapping[str, str],
        client: Mapping[str, object],
        roots: Callable[[], Sequence[Path]],
        trust: Trust,
    ) -> None:
        self.env = env
        self.client = client
        self._roots = roots
        self._trust = trust
        self.reload()

    def reload(self, client: Mapping[str, object] | None = None) -> None:
        """Read everything again, with other settings of the client if they are given.

        `own` is the configuration without the repository's file: the operator's word on money.
        """
        if client is not None:
            self.client = client
        self.loaded = configuration(self.env, self.client, self._roots(), self._trust.trusted)
        self.config: Config = self.loaded.config
        self.own: Config = configuration(self.env, self.client, (), False).config

    @property
    def limits(self) -> Limits:
        """The caps as configured now."""
        return limits(self.own, self.config)

    @property
    def ignored(self) -> Sequence[str]:
        """The configured ignore patterns."""
        return self.config.ignore.patterns


def configuration(
    env: Mapping[str, str],
    client: Mapping[str, object],
    roots: Sequence[Path],
    trusted: bool,
) -> Loaded:
    """The configuration from all its sources; the repository's only in a trusted workspace."""
    repository = roots[0] if roots and trusted else None
    accepted = Consents(paths.state_dir(env)).accepted(project_of(roots))
    return load(paths.config_file(env), settings=client, repository=repository, accepted=accepted)


def price_table(config: Config) -> tuple[PriceTable, tuple[str, ...]]:
    """The list prices with the operator's own over them; a row that cannot be is said."""
    rows = []
    for price in config.prices:
        row = price.model_dump(exclude_none=True, exclude={"since"})
        rows.append({**{k: str(v) for k, v in row.items()}, "from": price.since})
    try:
        return PriceTable.load(rows), ()
    except ValueError as error:
        return PriceTable.load(), (notices.prices_wrong(str(error)),)


def limits(own: Config, held: Config | None = None) -> Limits:
    """The caps in nano-dollars: the operator's own, and what a repository's file made of them.

    They are kept apart because a repository's lower cap binds whatever the operator sets later.
    """

    def nanos(usd: float | None) -> int | None:
        return None if usd is None else to_nanos(usd)

    budget, lowered = own.budget, (held or own).budget
    return Limits(
        day=nanos(budget.day_usd),
        project=nanos(budget.project_usd),
        hour=nanos(lowered.hour_usd),
        request=nanos(lowered.request_usd),
        period=budget.project_period,
        soft_at=lowered.soft_at,
        timezone=budget.timezone,
        repository_day=nanos(lowered.day_usd) if lowered.day_usd != budget.day_usd else None,
        repository_project=nanos(lowered.project_usd)
        if lowered.project_usd != budget.project_usd
        else None,
    )


def project_of(roots: Sequence[Path]) -> str:
    """A project is a workspace root, its git top level where it has one; "none" without any."""
    if not roots:
        return "none"
    root = roots[0].resolve()
    top = next((p for p in (root, *root.parents) if (p / ".git").exists()), root)
    return top.as_posix()
