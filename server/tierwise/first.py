"""The first half of the composition root: only what the titles of code actions need, so that an
editor gets them soon after the start.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from tierwise.budget.purse import Purse
from tierwise.config import paths
from tierwise.context.ignore import IgnoreRules
from tierwise.models.breaker import Breakers
from tierwise.routing import weights
from tierwise.store.content import Content
from tierwise.store.learned import LearnedFile
from tierwise.store.ledger import Ledger
from tierwise.tasks.api import Documents, Index, Listener
from tierwise.tasks.choices import Choices
from tierwise.tasks.known import Known
from tierwise.tasks.learning.learning import Learning, project_key
from tierwise.tasks.learning.shared_record import SharedRecord
from tierwise.tasks.money.standing import BudgetStanding
from tierwise.tasks.money.team_seen import TeamSeen
from tierwise.tasks.window.projects import Projects
from tierwise.tasks.window.settings import Settings, project_of
from tierwise.tasks.window.window import Window
from tierwise.trust import Trust


def know(
    env: Mapping[str, str],
    documents: Documents,
    listener: Listener,
    *,
    trusted: bool = True,
    session: str | None = None,
    settings: Mapping[str, object] | None = None,
    night: bool = False,
    client: str | None = None,
) -> Known:
    """Gather what decisions in an editor window are based on: its budget, the operator's choices of
    tiers, what outcomes taught. Only configuration is read from disk.
    """
    trust = Trust(trusted)
    configured = Settings(env, settings or {}, documents.roots, trust)
    state = paths.state_dir(env)
    window = Window(
        settings=configured,
        documents=documents,
        listener=listener,
        trust=trust,
        ignore=IgnoreRules(documents.roots, lambda: configured.ignored),
        ledger=Ledger.open(state, paths.store_url(env, configured.config.store.url)),
        content=Content(state),
        weights=weights.load(),
        session=session or uuid.uuid4().hex[:12],
        project=project_of(documents.roots()),
        projects=Projects(
            documents.roots,
            lambda: trust.trusted and configured.config.index.enabled,
            partial(_index, state, configured),
            lambda: listener.watch_files(),  # The method is looked up late: it costs an import.
        ),
        night=night,
        client=client,
    )
    purse = Purse(
        window.ledger,
        lambda: window.prices,
        lambda: window.settings.limits,
        lambda: window.tier(window.ladder.cheapest),
        night=night,
    )
    team = TeamSeen()
    shared = SharedRecord(
        LearnedFile(state, f"team-learned-{project_key(window.project) or 'none'}.json"),
        window.weights.hash,
        lambda: window.config.learning.team and team.one(window.ladder) is not None,
    )
    learning = Learning(window, LearnedFile(state), shared)
    return Known(
        window, Breakers(), purse, Choices(), learning, BudgetStanding(window), team, shared
    )


def _index(state_dir: Path, configured: Settings, root: Path) -> Index:
    """The index of a folder. Its library is imported with the first task, not at the start."""
    from tierwise.index.project import IndexLimits, ProjectIndex

    wanted = configured.config.index
    exclude = (*configured.ignored, *wanted.exclude)
    return ProjectIndex(root, state_dir, IndexLimits(wanted.max_files, wanted.max_mb, exclude))
