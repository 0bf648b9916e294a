"""The composition root: builds everything and hands it over, nothing else."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tierwise.budget.limits import Limits
from tierwise.budget.prices import PriceTable
from tierwise.budget.reserve import Purse
from tierwise.config import paths
from tierwise.config.load import Loaded, load
from tierwise.config.model import Config
from tierwise.context.ignore import IgnoreRules
from tierwise.core.decision import Scope
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.money import to_nanos
from tierwise.models.client import ModelClient
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.routing import weights
from tierwise.store import overrides, samples
from tierwise.store.content import Content
from tierwise.store.engine import Ledger
from tierwise.store.learned import LearnedFile
from tierwise.tasks import catalog
from tierwise.tasks.api import Documents, Listener
from tierwise.tasks.choices import Choices, Kept
from tierwise.tasks.consent import Consents, offer
from tierwise.tasks.engine import TaskEngine
from tierwise.tasks.learning.learning import Learning
from tierwise.tasks.money.alarm import ShareAlarm
from tierwise.tasks.money.budget_watch import BudgetWatch
from tierwise.tasks.proposing.proposals import Proposals
from tierwise.tasks.record.edit_watch import EditWatch
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.record.outcomes import Outcomes
from tierwise.tasks.world import World
from tierwise.trust import Trust

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Application(TaskEngine):
    """The engine with what surrounds it: configuration, trust, and the rehearsal server."""

    env: Mapping[str, str]
    settings: Mapping[str, object]
    loaded: Loaded
    own: Config
    """The configuration without the repository's file: the operator's word on money."""
    consents: Consents
    rehearsal_server: RehearsalServer | None = None
    _told: set[str] = field(default_factory=set)
    """Warnings said in this window, so that none is said twice."""
    _offered: set[str] = field(default_factory=set)
    """Wishes asked about in this window, so that an open question is not put twice."""
    _checking: asyncio.Task[None] | None = None
    _beside: set[asyncio.Task[None]] = field(default_factory=set)

    async def started(self) -> None:
        """Open the ledger, take over earlier choices, start the watch on money."""
        world = self.world
        world.ledger.warm()
        try:
            rows = await world.ledger.read(
                lambda conn: overrides.choices(conn, project=world.project, session=world.session)
            )
            world.choices.load(Kept(_scope(s), key, tier) for s, key, tier in rows)
            world.latency.load(await world.ledger.read(samples.read))
            await world.purse.reap()
        except LedgerUnavailable as error:
            self.status_line.problem = error.message
            world.listener.notice("error", error.message)
        await asyncio.to_thread(world.content.purge, world.config.content_keep_days or 0)
        await self._rehearse()
        self._checking = asyncio.get_running_loop().create_task(self._check_models())
        self._spawn(self._offer())
        self._spawn(ShareAlarm(world, self.consents).watch())
        world.money.start()
        world.learning.start()
        await world.money.refresh()
        self.status_line.push()

    def set_settings(self, settings: Mapping[str, object]) -> None:
        """The client's settings changed: load everything anew and say what did not fit."""
        self.settings = settings
        self.loaded = loaded = configuration(
            self.env, settings, self.world.documents.roots(), self.world.trust.trusted
        )
        self.world.config = loaded.config
        self.own = configuration(self.env, settings, (), False).config
        self.warn(loaded.notices)
        self._spawn(self._rehearse())
        self._spawn(self._offer())
        self.status_line.push()

    def set_trusted(self, trusted: bool) -> None:
        """Trust decides whether the repository's own file is read."""
        super().set_trusted(trusted)
        self.set_settings(self.settings)

    def warn(self, texts: Iterable[str]) -> None:
        """Say what the operator should know of the configuration, each thing once."""
        for text in texts:
            if text not in self._told:
                self._told.add(text)
                self.world.listener.notice("warning", text)

    async def _offer(self) -> None:
        """Ask about what the repository wishes for; what is accepted holds at once."""
        asks = [ask for ask in self.loaded.asks if ask.digest not in self._offered]
        self._offered |= {ask.digest for ask in asks}
        if await offer(asks, self.world.project, self.consents, self.world.listener):
            self.set_settings(self.settings)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        job = asyncio.get_running_loop().create_task(work)
        self._beside.add(job)
        job.add_done_callback(self._beside.discard)

    async def close(self) -> None:
        """Settle everything, then stop the rehearsal server."""
        if self._checking is not None:
            self._checking.cancel()
        for job in list(self._beside):
            job.cancel()
        await super().close()
        if self.rehearsal_server is not None:
            await self.rehearsal_server.close()

    async def _check_models(self) -> None:
        """Say which models are gone, leaving or misspelt, before a task fails on one.

        Keys are looked up on a thread first, because a keyring may want to be unlocked. In an
        untrusted workspace nobody is asked.
        """
        world = self.world
        if world.rehearsal or not world.trust.trusted:
            return
        try:
            places = [place for tier in world.ladder for place in tier.places]
            await asyncio.to_thread(lambda: [world.client.key(place) for place in places])
            found = await catalog.inspect(
                world.ladder, world.client, world.clock().date(), ask=world.trust.trusted
            )
        except Exception:
            log.exception("the models could not be looked at")
            return
        self.warn(catalog.warnings(found))

    async def _rehearse(self) -> None:
        if self.world.rehearsal and self.rehearsal_server is None:
            self.rehearsal_server = await RehearsalServer(watched=False).start()


def build(
    env: Mapping[str, str],
    documents: Documents,
    listener: Listener,
    *,
    trusted: bool = True,
    session: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> Application:
    """The engine of one window, not yet started. Nothing is read from disk but configuration."""
    loaded = configuration(env, settings or {}, documents.roots(), trusted)
    state = paths.state_dir(env)
    ledger = Ledger.open(state)
    own_session = session or uuid.uuid4().hex[:12]
    prices, wrong = price_table(loaded.config)
    client = ModelClient(env, rehearsal_url=lambda: _rehearsal_url(app))
    world = World(
        config=loaded.config,
        documents=documents,
        listener=listener,
        trust=Trust(trusted),
        ignore=IgnoreRules(documents.roots, lambda: world.config.ignore.patterns),
        ledger=ledger,
        journal=Journal(ledger, lambda text: listener.notice("error", text), own_session),
        content=Content(state),
        purse=Purse(
            ledger,
            prices,
            lambda: limits(app.own, world.config),
            lambda: world.tier(world.ladder.cheapest),
        ),
        prices=prices,
        client=client,
        weights=weights.load(),
        session=own_session,
        project=project_of(documents.roots()),
        choices=Choices(),
    )
    world.proposals = Proposals(world)
    world.outcomes = Outcomes(world)
    world.watch = EditWatch(world)
    world.learning = Learning(world, LearnedFile(state))
    world.money = BudgetWatch(world)
    app = Application(
        world,
        env=env,
        settings=settings or {},
        loaded=loaded,
        own=configuration(env, settings or {}, (), False).config,
        consents=Consents(state),
    )
    app.warn((*loaded.notices, *wrong))
    return app


def price_table(config: Config) -> tuple[PriceTable, tuple[str, ...]]:
    """The list prices with the operator's own over them; a row that cannot be is said."""
    rows = []
    for price in config.prices:
        row = price.model_dump(exclude_none=True, exclude={"since"})
        rows.append({**{k: str(v) for k, v in row.items()}, "from": price.since})
    try:
        return PriceTable.load(rows), ()
    except ValueError as error:
        return PriceTable.load(), (f"prices: {error}; the list prices are used.",)


def configuration(
    env: Mapping[str, str],
    settings: Mapping[str, object],
    roots: Sequence[Path],
    trusted: bool,
) -> Loaded:
    """The configuration from all its sources; the repository's only in a trusted workspace."""
    repository = roots[0] if roots and trusted else None
    accepted = Consents(paths.state_dir(env)).accepted(project_of(roots))
    return load(paths.config_file(env), settings=settings, repository=repository, accepted=accepted)


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


def _rehearsal_url(app: Application) -> str | None:
    if not app.world.rehearsal:
        return None
    server = app.rehearsal_server
    return server.base_url if server is not None else "http://127.0.0.1:9"


def _scope(name: str) -> Scope:
    scopes: Mapping[str, Scope] = {
        "task": "task", "conversation": "conversation", "file": "file", "action": "action",
        "session": "session", "project": "project", "tier": "tier",
    }  # fmt: skip
    return scopes[name]
