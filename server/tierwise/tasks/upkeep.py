"""The background work of an editor window: settings, consents, and a check of the models."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tierwise.core.errors import LedgerUnavailable
from tierwise.present import errors, notices
from tierwise.store import overrides, samples
from tierwise.tasks.known import kept
from tierwise.tasks.money.alarm import ShareAlarm
from tierwise.tasks.status_line import StatusLine
from tierwise.tasks.window import model_check
from tierwise.tasks.window.consent import Consents, offer
from tierwise.tasks.window.rehearsal import Rehearsal
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 1.0
"""Seconds between looks at the files of the configuration and of git. Each request looks too."""
MOST_WRITTEN: Final = 20
"""If more files than this change at once, the index looks for all changes instead."""
LOOKS: Final = 4
"""How often a file that is being written is waited for."""


class Upkeep:
    """The background work of one editor window. It reads changed settings, keeps the project
    indexes up to date, and asks for consents.
    """

    def __init__(
        self, world: World, rehearsal: Rehearsal, consents: Consents, status_line: StatusLine
    ) -> None:
        self._world = world
        self._window = world.window
        self.rehearsal = rehearsal
        self._consents = consents
        self._status_line = status_line
        self._offered: set[str] = set()
        self._reading = asyncio.Lock()
        self._jobs: set[asyncio.Task[None]] = set()

    async def open_ledger(self) -> None:
        """Open the ledger and read the state of the budget. Raises `LedgerUnavailable` if the
        ledger cannot be opened.
        """
        await self._window.ledger.read(lambda conn: None)
        await self._world.budget_watch.refresh()

    async def start(self) -> None:
        """Open the ledger, load the operator's earlier choices, and start all background work."""
        world, window = self._world, self._window
        self._spawn(self._look_for_keys())
        window.ledger.warm()
        try:
            rows = await window.ledger.read(
                lambda conn: overrides.choices(conn, project=window.project, session=window.session)
            )
            world.choices.load(kept(rows))
            world.latency.load(await window.ledger.read(samples.read))
            await world.purse.reap()
        except LedgerUnavailable as error:
            self._status_line.problem = errors.sentence(error)
            window.listener.notice("error", errors.sentence(error))
        await asyncio.to_thread(window.content.purge, window.config.content_keep_days or 0)
        await self.rehearsal.start()
        self._spawn(self._check_models())
        self._spawn(self._offer())
        self._spawn(self._watch())
        self._spawn(ShareAlarm(window, self._consents).watch())
        world.budget_watch.start()
        world.team_watch.start()
        world.learning.start()
        await world.budget_watch.refresh()
        self._status_line.push()

    def set_settings(self, client: Mapping[str, object]) -> None:
        """Load the configuration again after the client's settings changed, and report mistakes."""
        self._window.settings.reload(client)
        for notice in self._window.settings.notices:
            self._window.warn_once(notice)
        self._spawn(self.rehearsal.start())
        self._spawn(self._offer())
        self._spawn(self._look_for_keys())
        self._world.team_watch.look_soon()
        self._spawn(self._window.projects.close())
        self._status_line.push()

    def files_written(self, paths: Sequence[Path]) -> None:
        """Let the project's index read some files again.

        If many were written at once, it looks for all changed files instead.
        """
        projects = self._window.projects
        if len(paths) > MOST_WRITTEN:
            self._spawn(projects.look())
            return
        for path in paths:
            self._spawn(projects.changed(path))

    def look_at_projects(self) -> None:
        """Let the project's indexes look for changed files."""
        self._spawn(self._window.projects.look())

    def tidy_projects(self) -> None:
        """Close the indexes of folders that were removed."""
        self._spawn(self._window.projects.tidy())

    async def fresh(self) -> None:
        """Read the configuration again if one of its files changed. A file being written is waited
        for.
        """
        async with self._reading:
            settings = self._window.settings
            for _ in range(LOOKS):
                wait = settings.unsettled() if settings.changed() else 0.0
                if not wait:
                    break
                await asyncio.sleep(wait)
            if not settings.changed():
                return
            self.reload()
            await self.rehearsal.start()
            if settings.changed_keys:
                self._window.listener.notice("info", notices.read_again(settings.changed_keys))
            await self._world.budget_watch.refresh()
            self._status_line.push()

    async def _watch(self) -> None:
        """Look at the configuration's files every `LOOK_EVERY` seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.fresh()
                await self._window.projects.follow_git()
                if self._status_line.needs_key is not None:
                    await self._look_for_keys()
            except Exception:
                log.exception("what may have changed on disk could not be looked at")

    def reload(self) -> None:
        """Load the configuration again with the client's settings as they are. A file, trust or a
        consent changed.
        """
        self.set_settings(self._window.settings.client)

    def stop(self) -> None:
        """Cancel all background work."""
        for job in list(self._jobs):
            job.cancel()

    async def close(self) -> None:
        """Stop the rehearsal server. Call it when no task uses it any more."""
        await self.rehearsal.close()

    async def _offer(self) -> None:
        """Ask about the repository's wishes. What is accepted takes effect at once."""
        window = self._window
        asks = [ask for ask in window.settings.loaded.asks if ask.digest not in self._offered]
        self._offered |= {ask.digest for ask in asks}
        if await offer(asks, window.project, self._consents, window.listener):
            self.reload()

    async def _look_for_keys(self) -> None:
        """Show in the status which key is missing, if any.

        It looks on a thread, because a keyring may ask to be unlocked.
        """
        window, client = self._window, self._world.client
        if window.rehearsal:
            return
        try:
            missing = await asyncio.to_thread(client.missing_key, window.ladder)
        except Exception:
            log.exception("the keys could not be looked for")
            return
        self._status_line.needs_key = missing
        self._status_line.push()

    async def _check_models(self) -> None:
        """Warn about models that are gone, leaving or misspelt, before a task fails because of one.

        Keys are looked up on a thread first, because a keyring may ask to be unlocked. In an
        untrusted workspace no server is called.
        """
        window, client = self._window, self._world.client
        if window.rehearsal or not window.trust.trusted:
            return
        try:
            places = [place for tier in window.ladder for place in tier.places]
            await asyncio.to_thread(lambda: [client.key(place) for place in places])
            found = await model_check.inspect(
                window.ladder, client, window.clock().date(), ask=window.trust.trusted
            )
        except Exception:
            log.exception("the models could not be looked at")
            return
        for warning in model_check.warnings(found):
            window.warn_once(warning)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
