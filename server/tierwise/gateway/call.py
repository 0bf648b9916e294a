"""One call of an agent to a model as it came in, and the plan for it (made in `planning.py`)."""

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
"""The members of a body that are still needed after it was sent."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an agent to a model, as the gateway got it.

    `kind` is what the call is for, such as a step of an agent or a title. `strand` is the
    conversation, or the sub-agent of one, that it belongs to.
    """

    body: JsonObject
    headers: Mapping[str, str]
    kind: Kind
    strand: Strand
    grant: JobGrant | None = None
    """What the job of this call may spend. None if no job makes the call."""
    rules: TeamRules = NO_RULES
    """The rules of the team for its members."""

    @property
    def model(self) -> str:
        """The model that the client named in the body."""
        return str(self.body.data.get("model", ""))

    @property
    def chars(self) -> int:
        """How many characters of the body are text."""
        return size.text_chars(self.body.text, self.body.data)

    def sent(self) -> Call:
        """The call without most of its body, which nobody needs once the body was sent."""
        told = {name: self.body.data[name] for name in _KEPT if name in self.body.data}
        return replace(self, body=JsonObject("", told, {}))


@dataclass(frozen=True, slots=True)
class CallPlan:
    """Where a call goes: to the model of `tier`. If `routed`, the gateway chose that model and may
    drop fields that the model refuses. Else the model that the client named stands.

    `task` is None if the call belongs to no task. `decision` is None if nothing was decided.
    """

    tier: Tier
    routed: bool
    task: RunningTask | None = None
    decision: Decision | None = None
    started: bool = False
    """True if the task begins with this call."""

    @property
    def may_move(self) -> bool:
        """True if another tier may answer instead. Never if the client or operator chose a tier."""
        return self.routed and not (self.decision is not None and self.decision.explicit)


def call_of(
    body: JsonObject,
    headers: Mapping[str, str],
    grant: JobGrant | None = None,
    standing: TeamStanding | None = None,
    *,
    counts: bool = False,
) -> Call:
    """Make a call from its body and its headers (with names in lower case).

    `grant` is what a night job may spend, and `standing` is the member of a team. `counts` is true
    if the call only asks how many tokens its body has. Raises `Refusal` if the body names no model,
    or if a call that makes an answer has no valid `max_tokens`.
    """
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
    """The action that an editor names in a header. Without one it is an agent's turn."""
    named = headers.get("x-tierwise-action", "")
    return cast(Action, named) if named in KINDS else ACTION
