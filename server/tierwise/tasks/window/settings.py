"""The present configuration of an editor window, from all its sources."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.config import paths
from tierwise.config.load import (
    REPOSITORY_FILE,
    Loaded,
    OperatorConfig,
    leaf,
    load,
    operator_config,
)
from tierwise.config.mistakes import HELD, Mistake
from tierwise.config.model import Config
from tierwise.config.sources import SOURCES
from tierwise.core.money import to_nanos
from tierwise.present import notices
from tierwise.tasks.window.consent import Consents
from tierwise.trust import Trust

SETTLES: Final = 0.15
"""Seconds for which a file must be unchanged before it is read: it may be half written."""


class Settings:
    """The configuration. It is read again when a file, the client's settings, trust or consents
    change.

    A mistake in the operator's file can stop all paid calls. If that file was fine before, its
    earlier content stays in force instead, and a notice says so.
    """

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
        self._good: OperatorConfig | None = None
        self.changed_keys: tuple[str, ...] = ()
        self.reload()

    def reload(self, client: Mapping[str, object] | None = None) -> None:
        """Read everything again, with new settings of the client if they are given.

        `own` is then the configuration without the repository's file. It decides about money.
        """
        if client is not None:
            self.client = client
        before = getattr(self, "own", None)
        self._seen = self._stamps()
        operator = self._operator()
        repository = self._repository()
        accepted = Consents(paths.state_dir(self.env)).accepted(project_of(self._roots()))
        self.loaded = load(operator, settings=self.client, repository=repository, accepted=accepted)
        self.config: Config = self.loaded.config
        self.own: Config = load(operator, settings=self.client).config
        self.prices, self._wrong_prices = price_table(self.own)
        self.changed_keys = _changed(before, self.own)

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences about the configuration that the operator should see."""
        return (*self.loaded.notices, *self._wrong_prices)

    @property
    def held(self) -> str | None:
        """A sentence that says why no paid call is made. None if calls may be made."""
        if self.config.rehearsal:
            return None
        return next(iter((*self.loaded.holds, *self._wrong_prices)), None)

    def changed(self) -> bool:
        """Whether a file was replaced since it was last read. It checks the files on disk."""
        return self._stamps() != self._seen

    def unsettled(self) -> float:
        """Seconds until the latest changed file is unchanged for long enough, at most `SETTLES`."""
        newest = max((stamp[0] for stamp in self._stamps() if stamp is not None), default=0)
        age = (time.time_ns() - newest) / 1e9
        return max(0.0, min(SETTLES - age, SETTLES))

    def _operator(self) -> OperatorConfig:
        """The operator's file, or the last one without a mistake that stops paid calls."""
        fresh = operator_config(paths.config_file(self.env))
        good = self._good
        lost = good is not None and good.source.text.strip() and not fresh.source.text.strip()
        if good is None or not (fresh.holds or lost):
            self._good = None if fresh.holds else fresh
            return fresh
        why = fresh.holds or (notices.configuration_gone(fresh.source.name),)
        said = [Mistake(notices.as_it_was(text.removesuffix(HELD))) for text in why]
        return replace(good, mistakes=(*good.mistakes, *said))

    def _repository(self) -> Path | None:
        """The workspace root whose own file counts. None in an untrusted workspace."""
        roots = self._roots()
        return roots[0] if roots and self._trust.trusted else None

    def _stamps(self) -> tuple[tuple[int, int, int] | None, ...]:
        repository = self._repository()
        files = [paths.config_file(self.env)]
        if repository is not None:
            files.append(repository / REPOSITORY_FILE)
        return tuple(_stamp(path) for path in files)

    @property
    def limits(self) -> Limits:
        """The configured caps."""
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
    """The configuration from all its sources. The repository's file counts only in a trusted
    workspace.
    """
    repository = roots[0] if roots and trusted else None
    accepted = Consents(paths.state_dir(env)).accepted(project_of(roots))
    return load(paths.config_file(env), settings=client, repository=repository, accepted=accepted)


def price_table(config: Config) -> tuple[PriceTable, tuple[str, ...]]:
    """The list prices, with the operator's own prices over them.

    A price that cannot be read gives a sentence, and stops paid calls.
    """
    rows = []
    for price in config.prices:
        row = price.model_dump(exclude_none=True, exclude={"since"})
        rows.append({**{k: str(v) for k, v in row.items()}, "from": price.since})
    try:
        return PriceTable.load(rows), ()
    except ValueError as error:
        return PriceTable.load(), (notices.prices_wrong(str(error)),)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """A file's time of writing (nanoseconds), size and inode. None if there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _changed(before: Config | None, after: Config) -> tuple[str, ...]:
    """The keys whose values differ."""
    if before is None:
        return ()
    return tuple(key for key in SOURCES if leaf(before, key) != leaf(after, key))


def limits(own: Config, held: Config | None = None) -> Limits:
    """The caps in nano-dollars: the operator's own, and those that a repository's file lowered.

    They are separate because a repository's lower cap applies whatever the operator sets later.
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
        night=nanos(budget.night_usd),
        repository_night=nanos(lowered.night_usd)
        if lowered.night_usd != budget.night_usd
        else None,
    )


def project_of(roots: Sequence[Path]) -> str:
    """The project of an editor window: its first workspace root, or the git top level above it.

    It is "none" without a root.
    """
    if not roots:
        return "none"
    root = roots[0].resolve()
    top = next((p for p in (root, *root.parents) if (p / ".git").exists()), root)
    return top.as_posix()
