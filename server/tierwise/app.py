"""The composition root: builds the engine of a window and does nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from tierwise.config import paths
from tierwise.first import know
from tierwise.models.apart import ModelProcess
from tierwise.models.client import ModelClient
from tierwise.models.latency import Latency
from tierwise.models.transport import Transport
from tierwise.tasks import reactions
from tierwise.tasks.api import Documents, Listener
from tierwise.tasks.bus import Bus
from tierwise.tasks.calling.shadow import ShadowAnswers
from tierwise.tasks.chat.chats import Chats
from tierwise.tasks.engine import TaskEngine
from tierwise.tasks.known import Known
from tierwise.tasks.learning.sharing import Sharing
from tierwise.tasks.money.announcer import Announcer
from tierwise.tasks.money.budget_watch import BudgetWatch
from tierwise.tasks.money.settling import Settling
from tierwise.tasks.money.team_watch import TeamWatch
from tierwise.tasks.proposing.proposals import Proposals
from tierwise.tasks.record.edit_watch import EditWatch
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.record.outcomes import Outcomes
from tierwise.tasks.status_line import StatusLine
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.task.turns import Turns
from tierwise.tasks.upkeep import Upkeep
from tierwise.tasks.window.consent import Consents
from tierwise.tasks.window.rehearsal import Rehearsal
from tierwise.tasks.world import World


def build(
    env: Mapping[str, str],
    documents: Documents,
    listener: Listener,
    *,
    trusted: bool = True,
    session: str | None = None,
    settings: Mapping[str, object] | None = None,
    transport: Transport | None = None,
    night: bool = False,
) -> TaskEngine:
    """Build the engine, which runs the tasks of one editor window. It is not started, and only
    configuration is read from disk.

    `trusted` says if the operator trusts the workspace. `transport` makes the model calls; without
    one, a child process makes them. `night` builds an engine for jobs that run while nobody
    watches.
    """
    known = know(
        env,
        documents,
        listener,
        trusted=trusted,
        session=session,
        settings=settings,
        night=night,
        client="night" if night else None,
    )
    return around(known, env, transport)


def around(known: Known, env: Mapping[str, str], transport: Transport | None = None) -> TaskEngine:
    """Build the engine of an editor window from what `know` (in `first.py`) gathered. The engine is
    not started.

    `transport` makes the model calls. Without one, a child process makes them.
    """
    window, configured = known.window, known.window.settings
    for text in configured.notices:
        window.warn_once(text)
    rehearsal = Rehearsal(configured)
    client = ModelClient(
        env,
        rehearsal_url=rehearsal.url,
        held=lambda: configured.held,
        transport=transport or ModelProcess(lambda: window.ladder.key_names),
    )
    world = services(known, client)
    tasks = Roster()
    status_line = StatusLine(world, tasks)
    shadows = ShadowAnswers(world)
    reactions.connect(world, status_line, shadows)
    upkeep = Upkeep(world, rehearsal, Consents(paths.state_dir(env)), status_line)
    engine = TaskEngine(world, tasks, status_line, upkeep, shadows)
    world.bus.subscribe(room=(engine.try_again,))
    return engine


def services(known: Known, client: ModelClient) -> World:
    """Make the services that the tasks of an editor window share, such as its proposals and chats.

    `known` is what `know` gathered, and `client` calls the models.
    """
    window, purse, bus = known.window, known.purse, Bus()
    journal = Journal(
        window.ledger,
        lambda text: window.listener.notice("error", text),
        window.session,
        lambda: window.settings.limits.timezone,
        window.client,
    )
    chats = Chats(window.content, lambda: window.keeps_content, window.project)
    outcomes = Outcomes(
        journal, chats, window.now_ms, known.learning.own, lambda: window.ladder.names
    )
    edit_watch = EditWatch(window, outcomes)
    budget_watch = BudgetWatch(
        window, purse, known.standing, Announcer(window), bus.status_changed, bus.room_made
    )
    return World(
        window=window,
        known=known,
        bus=bus,
        client=client,
        breakers=known.breakers,
        latency=Latency(),
        purse=purse,
        choices=known.choices,
        turns=Turns(lambda: window.config.parallel),
        journal=journal,
        chats=chats,
        learning=known.learning,
        outcomes=outcomes,
        edit_watch=edit_watch,
        proposals=Proposals(window, outcomes, edit_watch),
        budget_watch=budget_watch,
        settling=Settling(purse, budget_watch, lambda: window.ladder),
        team_watch=TeamWatch(
            window,
            client,
            known.team,
            Sharing(window, client, known.shared.file).exchange,
            bus.status_changed,
            budget_watch.try_again,
        ),
    )
