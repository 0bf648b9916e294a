"""The composition root: builds the engine of a window and does nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tierwise.budget.purse import Purse
from tierwise.config import paths
from tierwise.context.ignore import IgnoreRules
from tierwise.models.breaker import Breakers
from tierwise.models.client import ModelClient
from tierwise.models.latency import Latency
from tierwise.routing import weights
from tierwise.store.content import Content
from tierwise.store.learned import LearnedFile
from tierwise.store.ledger import Ledger
from tierwise.tasks import reactions
from tierwise.tasks.api import Documents, Index, Listener
from tierwise.tasks.bus import Bus
from tierwise.tasks.chat.chats import Chats
from tierwise.tasks.choices import Choices
from tierwise.tasks.engine import TaskEngine
from tierwise.tasks.learning.learning import Learning
from tierwise.tasks.money.announcer import Announcer
from tierwise.tasks.money.budget_watch import BudgetWatch
from tierwise.tasks.money.settling import Settling
from tierwise.tasks.proposing.proposals import Proposals
from tierwise.tasks.record.edit_watch import EditWatch
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.record.outcomes import Outcomes
from tierwise.tasks.status_line import StatusLine
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.task.turns import Turns
from tierwise.tasks.upkeep import Upkeep
from tierwise.tasks.window.consent import Consents
from tierwise.tasks.window.projects import Projects
from tierwise.tasks.window.rehearsal import Rehearsal
from tierwise.tasks.window.settings import Settings, project_of
from tierwise.tasks.window.window import Window
from tierwise.tasks.world import World
from tierwise.trust import Trust


def build(
    env: Mapping[str, str],
    documents: Documents,
    listener: Listener,
    *,
    trusted: bool = True,
    session: str | None = None,
    settings: Mapping[str, object] | None = None,
) -> TaskEngine:
    """The engine of one window, not yet started. Nothing is read from disk but configuration."""
    trust = Trust(trusted)
    configured = Settings(env, settings or {}, documents.roots, trust)
    state = paths.state_dir(env)
    window = Window(
        settings=configured,
        documents=documents,
        listener=listener,
        trust=trust,
        ignore=IgnoreRules(documents.roots, lambda: configured.ignored),
        ledger=Ledger.open(state),
        content=Content(state),
        weights=weights.load(),
        session=session or uuid.uuid4().hex[:12],
        project=project_of(documents.roots()),
        projects=Projects(
            documents.roots,
            lambda: trust.trusted and configured.config.index.enabled,
            partial(_index, state, configured),
        ),
    )
    for text in configured.notices:
        window.warn_once(text)
    rehearsal = Rehearsal(configured)
    client = ModelClient(env, rehearsal_url=rehearsal.url, held=lambda: configured.held)
    world = services(window, client, LearnedFile(state))
    tasks = Roster()
    status_line = StatusLine(world, tasks)
    reactions.connect(world, status_line)
    upkeep = Upkeep(world, rehearsal, Consents(state), status_line)
    engine = TaskEngine(world, tasks, status_line, upkeep)
    world.bus.subscribe(room=(engine.try_again,))
    return engine


def _index(state_dir: Path, configured: Settings, root: Path) -> Index:
    """The index of a folder; its library is imported with the first task, not at the start."""
    from tierwise.index.project import IndexLimits, ProjectIndex

    wanted = configured.config.index
    exclude = (*configured.ignored, *wanted.exclude)
    return ProjectIndex(root, state_dir, IndexLimits(wanted.max_files, wanted.max_mb, exclude))


def services(window: Window, client: ModelClient, learned: LearnedFile) -> World:
    """The services of a window, in the order in which they need one another."""
    bus = Bus()
    purse = Purse(
        window.ledger,
        lambda: window.prices,
        lambda: window.settings.limits,
        lambda: window.tier(window.ladder.cheapest),
    )
    journal = Journal(
        window.ledger,
        lambda text: window.listener.notice("error", text),
        window.session,
        lambda: window.settings.limits.timezone,
    )
    chats = Chats(window.content, lambda: window.keeps_content, window.project)
    outcomes = Outcomes(journal, chats, window.now_ms)
    edit_watch = EditWatch(window, outcomes)
    budget_watch = BudgetWatch(window, purse, Announcer(window), bus.status_changed, bus.room_made)
    return World(
        window=window,
        bus=bus,
        client=client,
        breakers=Breakers(),
        latency=Latency(),
        purse=purse,
        choices=Choices(),
        turns=Turns(lambda: window.config.parallel),
        journal=journal,
        chats=chats,
        learning=Learning(window, learned),
        outcomes=outcomes,
        edit_watch=edit_watch,
        proposals=Proposals(window, outcomes, edit_watch),
        budget_watch=budget_watch,
        settling=Settling(purse, budget_watch),
    )
