"""One call as it came in, and what is done with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from tierwise.core.actions import KINDS, Action
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.tiers import Tier
from tierwise.gateway import size, strand
from tierwise.gateway.deciding import ACTION
from tierwise.gateway.kinds import Kind, kind_of
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.splice import JsonObject
from tierwise.gateway.strand import Strand
from tierwise.gateway.strands import RunningTask
from tierwise.store.job_tokens import JobGrant
from tierwise.team.roll import TeamStanding
from tierwise.team.rules import NO_RULES, TeamRules

_KEPT: Final = ("model", "stream")
"""Members of a body that are asked for after it was sent."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came in."""

    body: JsonObject
    headers: Mapping[str, str]
    kind: Kind
    strand: Strand
    grant: JobGrant | None = None
    """What the job of this call may spend; None where it is no job's."""
    rules: TeamRules = NO_RULES
    """What binds the members of a team."""

    @property
    def model(self) -> str:
        """The model as the client named it."""
        return str(self.body.data.get("model", ""))

    @property
    def chars(self) -> int:
        """Characters of the body that are text."""
        return size.text_chars(self.body.text, self.body.data)

    def sent(self) -> Call:
        """The call without the bulk of its body, of which nothing is asked once it was sent."""
        told = {name: self.body.data[name] for name in _KEPT if name in self.body.data}
        return replace(self, body=JsonObject("", told, {}))


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What is done with a call. `routed` tells that the model in the body is ours to set.

    `task` is None where the call is no task's. `decision` is None where nothing was decided.
    """

    tier: Tier
    routed: bool
    task: RunningTask | None = None
    decision: Decision | None = None
    started: bool = False
    """Whether the task began with this call."""

    @property
    def may_move(self) -> bool:
        """Whether another tier may answer instead: never where a tier was chosen."""
        return self.routed and not (self.decision is not None and self.decision.explicit)


def call_of(
    body: JsonObject,
    headers: Mapping[str, str],
    grant: JobGrant | None = None,
    standing: TeamStanding | None = None,
    *,
    counts: bool = False,
) -> Call:
    """A call from its body and its headers (in lower case)."""
    if not isinstance(body.data.get("model"), str) or not body.data["model"]:
        raise Refusal("invalid_request_error", "model: the body names none.")
    if not counts:
        size.require_max_tokens(body.data)
    found = strand.of(body.data, headers, grant.project if grant is not None else None)
    kind = "count" if counts else kind_of(body.data, found)
    if standing is None:
        return Call(body, headers, kind, found, grant)
    member = standing.member.id
    own = replace(found, session=f"{member}/{found.session}", member=member)
    return Call(body, headers, kind, own, grant, standing.rules)


def action_of(headers: Mapping[str, str]) -> Action:
    """The action that an editor names in a header; an agent's turn where none is named."""
    named = headers.get("x-tierwise-action", "")
    return cast(Action, named) if named in KINDS else ACTION
