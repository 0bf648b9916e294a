"""The operator's choices of tiers, read from the ledger together with the state of the budget.

The choice of a tier for a project (a pin) is shared with the editors. Choices for a task or a
conversation of an agent, and those by which one tier answers for another (remaps), belong to no
project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

from tierwise.budget.limits import BudgetState
from tierwise.budget.purse import Purse
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Scope
from tierwise.core.situation import Choice
from tierwise.gateway.office import SESSION, Office
from tierwise.store import overrides
from tierwise.tasks.choices import AUTO, Choices, Kept

OverrideScope = Literal["task", "conversation", "project", "tier"]
NO_PROJECT: Final = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The budget and the operator's choices of tiers as they are when a call comes.

    `budget` has the caps of the member and of the night job that the call is for. `remap` says for
    a tier which other one answers in its place.
    """

    budget: BudgetState
    choices: tuple[Choice, ...]
    remap: Mapping[str, str]


async def standing(
    office: Office,
    purse: Purse,
    *,
    task: str | None,
    session: str,
    project: str,
    action: str,
    job: str | None = None,
    member: str | None = None,
) -> Standing:
    """Read the budget of `purse`, which pays a call, and the operator's choices that hold for the
    call. `job` is the night job and `member` the team member whose caps hold as well. Raises
    `LedgerUnavailable`.
    """
    kept, budget = await office.window.ledger.read(
        lambda conn: (
            (
                *overrides.choices(conn, project=project, session=""),
                *overrides.choices(conn, project=NO_PROJECT, session=SESSION),
            ),
            purse.state_in(conn, project, job, member),
        ),
        own_writes=False,
    )
    found = Choices()
    found.load(Kept(cast(Scope, scope), key, tier) for scope, key, tier in kept)
    config = office.window.config
    pinned = config.pins.project
    own = found.of(
        task=task, conversation=session, uri=None, action=action, session="", project=project
    )
    return Standing(
        budget=budget,
        choices=(*own, *((Choice("project", pinned),) if pinned else ())),
        remap=found.remap(config.remap),
    )


def choose(office: Office, scope: OverrideScope, key: str, to: str) -> None:
    """Keep the operator's choice of the tier `to` for later calls. "auto" clears the choice.

    `key` is the id of what `scope` names: a task, a conversation, a project or a tier.
    """
    project = key if scope == "project" else NO_PROJECT
    if to == AUTO:
        office.journal.note(
            lambda conn: overrides.clear(conn, scope, key, project=project, session=SESSION)
        )
        return
    at = office.window.now_ms()
    office.journal.note(
        lambda conn: overrides.put(conn, scope, key, to, project=project, session=SESSION, at_ms=at)
    )
