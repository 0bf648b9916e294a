"""The services that the gateway's code uses: configuration, ledger, purses, learned state, journal.

One process serves all projects. The object is made once, and nothing is added to it later.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from tierwise.budget.limits import Limits
from tierwise.budget.purse import Purse
from tierwise.config import paths
from tierwise.context.ignore import IgnoreRules
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest
from tierwise.core.views import FileChange
from tierwise.models.breaker import Breakers
from tierwise.models.client import ModelClient
from tierwise.routing import weights
from tierwise.store.content import Content
from tierwise.store.job_tokens import JobGrant
from tierwise.store.learned import LearnedFile
from tierwise.store.ledger import Ledger
from tierwise.tasks.api import ApplyReply
from tierwise.tasks.learning.learning import Learning
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.window.projects import Projects
from tierwise.tasks.window.rehearsal import Rehearsal
from tierwise.tasks.window.settings import Settings
from tierwise.tasks.window.unheard import Unheard
from tierwise.tasks.window.window import Window
from tierwise.trust import Trust

SESSION: Final = "gateway"
"""The name of the session under which the ledger keeps the gateway's tasks."""


class NoDocuments:
    """Stands in for an editor's open documents. The gateway has no editor, so there are none."""

    def snapshot(self, uri: str) -> Snapshot:
        raise BadRequest("The gateway has no documents.")

    def open_documents(self) -> Sequence[Snapshot]:
        return ()

    def roots(self) -> Sequence[Path]:
        return ()


class Silence(Unheard):
    """Stands in for the editor that shows what happens. It shows nothing, only keeps notices, and
    answers no question.
    """

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        return None

    async def apply(self, changes: Sequence[FileChange], label: str) -> ApplyReply:
        return ApplyReply(False)


@dataclass(frozen=True)
class Office:
    """The services that all code of the gateway shares.

    A purse reserves and books money, `learning` keeps what outcomes taught, and `journal` writes
    tasks and outcomes to the ledger.
    """

    window: Window
    purse: Purse
    night: Purse
    """The night's purse, from which the jobs of the night queue spend."""
    client: ModelClient
    rehearsal: Rehearsal
    learning: Learning
    journal: Journal
    breakers: Breakers

    def purse_of(self, grant: JobGrant | None) -> Purse:
        """The purse that pays a call. A job of the night queue has the night's purse."""
        return self.purse if grant is None else self.night

    @property
    def rehearses(self) -> bool:
        """True if answers come from the rehearsal model."""
        return self.window.rehearsal

    def refresh(self) -> None:
        """Read the configuration again if its file changed, but not while it is being written."""
        settings = self.window.settings
        if settings.changed() and not settings.unsettled():
            settings.reload()

    async def close(self) -> None:
        """Write what is not written yet, and close the ledger."""
        self.learning.stop()
        await self.rehearsal.close()
        await self.journal.close()
        await self.window.ledger.close()


def build(env: Mapping[str, str], *, rehearsal: bool = False, zone: str | None = None) -> Office:
    """Make the services without starting them. This reads only the configuration and the weights.

    `rehearsal` chooses the rehearsal model, whatever the configuration says. `zone` is the time
    zone whose days the caps count, if it is not the operator's.
    """

    def limits() -> Limits:
        return replace(settings.limits, timezone=zone) if zone else settings.limits

    trust, documents, listener = Trust(True), NoDocuments(), Silence()
    chosen = {"rehearsal": True} if rehearsal else {}
    settings = Settings(env, chosen, documents.roots, trust)
    state = paths.state_dir(env)
    window = Window(
        settings=settings,
        documents=documents,
        listener=listener,
        trust=trust,
        ignore=IgnoreRules(documents.roots, lambda: settings.ignored),
        ledger=Ledger.open(state, paths.store_url(env, settings.config.store.url)),
        content=Content(state),
        weights=weights.load(),
        session=f"{SESSION}-{uuid.uuid4().hex[:8]}",
        project="none",
        projects=Projects.none(),
    )
    server = Rehearsal(settings)

    def purse(*, night: bool) -> Purse:
        return Purse(
            window.ledger,
            lambda: window.prices,
            limits,
            lambda: window.tier(window.ladder.cheapest),
            night=night,
        )

    return Office(
        window=window,
        purse=purse(night=False),
        night=purse(night=True),
        client=ModelClient(env, rehearsal_url=server.url, held=lambda: settings.held),
        rehearsal=server,
        learning=Learning(window, LearnedFile(state)),
        journal=Journal(
            window.ledger,
            lambda text: listener.notice("error", text),
            SESSION,
            lambda: limits().timezone,
        ),
        breakers=Breakers(),
    )
