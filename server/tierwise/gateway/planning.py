"""What is done with a call: which model answers it, for which task, and why.

A task is a turn of a strand. Its tier is decided once, held through the agent's loop, and goes up
one step, once, where the loop shows that the model is stuck.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from tierwise.budget.model_ids import normal
from tierwise.core.decision import Decision, Reason
from tierwise.core.errors import UnknownTier
from tierwise.core.request import Request
from tierwise.core.tiers import Ladder, Tier
from tierwise.core.views import TaskState
from tierwise.gateway import (
    accepts,
    consent,
    deciding,
    evidence,
    outcomes,
    record,
    strand,
    strands,
    words,
)
from tierwise.gateway.choices import Standing, standing
from tierwise.gateway.deciding import ACTION, Decided, TurnWish
from tierwise.gateway.evidence import ToolCall
from tierwise.gateway.kinds import CHEAPEST, DECIDED, TASKLESS, Kind, kind_of
from tierwise.gateway.message import tool_names
from tierwise.gateway.office import Office
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.splice import JsonObject
from tierwise.gateway.strand import Strand
from tierwise.gateway.strands import RunningTask, Strands
from tierwise.gateway.survival import EditsWatch
from tierwise.routing import policy
from tierwise.routing.overrides import split_tier_word
from tierwise.tasks.learning import recall

OTHER: Final = "other"
"""The tier in the headers of a call to a model that is no tier's."""
THREAD_CAPABILITY: Final = "capability_rejected: beta_header:message-threads-2026-08-12"
"""What a client that sends only the new part of a conversation looks for in an error, to send all
of it instead."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came in."""

    body: JsonObject
    headers: Mapping[str, str]
    kind: Kind
    strand: Strand

    @property
    def model(self) -> str:
        """The model as the client named it."""
        return str(self.body.data.get("model", ""))

    @property
    def chars(self) -> int:
        """The length of the body."""
        return len(self.body.text)


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


def call_of(body: JsonObject, headers: Mapping[str, str], *, counts: bool = False) -> Call:
    """A call from its body and its headers (in lower case)."""
    if not isinstance(body.data.get("model"), str) or not body.data["model"]:
        raise Refusal("invalid_request_error", "model: the body names none.")
    found = strand.of(body.data, headers)
    return Call(body, headers, "count" if counts else kind_of(body.data, found), found)


class Planner:
    """Plans the calls of one gateway."""

    def __init__(self, office: Office, running: Strands, edits: EditsWatch) -> None:
        self._office = office
        self.running = running
        self._edits = edits

    async def plan(self, call: Call) -> CallPlan:
        """The plan of a call. Raises `Refusal`, `LedgerUnavailable`."""
        _no_thread(call)
        ladder = self._office.window.ladder
        named = self._named(call.model, ladder)
        if named == OTHER:
            return CallPlan(_foreign(call), routed=False)
        if call.kind in CHEAPEST:
            return CallPlan(_cheapest(call, ladder), routed=True)
        before = await self._before(call.strand)
        bound = named is not None and self._office.window.config.gateway.client_models == "honour"
        if call.kind in TASKLESS:
            return await self._beside(call, before, named if bound else None)
        turn = strands.turn_key(words.turns(call.body.data), words.said_last(call.body.data))
        if before is not None and self._holds(call, before, turn):
            if bound and named != before.tier:
                return await self._begin(call, before, named, turn)
            return self._hold(call, before, turn)
        return await self._begin(call, before, named, turn)

    def _named(self, model: str, ladder: Ladder) -> str | None:
        """The tier that a model name stands for; None for a routed one, `OTHER` for no tier."""
        plain = model.partition("[")[0]
        if plain in self._office.window.config.gateway.auto_models:
            return None
        for tier in ladder:
            if model == tier.name or normal(tier.model) == normal(model):
                return tier.name
        return OTHER

    @staticmethod
    def _holds(call: Call, before: RunningTask, turn: str) -> bool:
        """Whether a call goes on with the task that its strand is at."""
        return call.kind not in DECIDED or before.turn == turn

    async def _before(self, at: Strand) -> RunningTask | None:
        """The task that a strand is at, from memory or, after a restart, from the ledger."""
        found = self.running.get(at.key)
        if found is not None:
            return found
        told = await record.last_of(self._office, at)
        if told is None:
            return None
        row = told.decisions[-1]
        decision = recall.decision(told.task, row)
        if decision.answering not in self._office.window.ladder:
            return None
        task = RunningTask(
            task_id=told.task.task_id,
            kind="turn",
            session=at.session,
            agent=at.agent,
            project=at.project,
            turn="",
            decision=decision,
            situation=recall.situation(row.detail),
            at_ms=told.task.created_ms,
            decisions=len(told.decisions),
            escalated=any(one.cause == "escalated" for one in told.decisions),
            state=cast(TaskState, told.task.state),
        )
        self.running.put(at.key, task)
        return task

    def _hold(self, call: Call, task: RunningTask, turn: str) -> CallPlan:
        """Go on with a task on its tier, or one tier up on evidence."""
        task.resumed(turn)
        done = evidence.calls(call.body.data)
        self._edits.passed(task, done)
        if not task.escalated and not task.decision.explicit:
            self._lift(call, task, done)
        tier = self._office.window.tier(task.tier)
        return CallPlan(tier, not task.named, task, task.decision)

    def override(self, task_id: str, to: str) -> bool:
        """Give a running task another tier, from its next call on; False where it does not run."""
        task = self.running.of_task(task_id)
        if task is None:
            return False
        task.chosen()
        record.decided(self._office, task, _overridden(task.decision, to))
        return True

    def _lift(self, call: Call, task: RunningTask, done: Sequence[ToolCall]) -> None:
        why = evidence.stuck(done)
        if why is None:
            return
        found = deciding.moved_up(task.decision, task.situation.ladder, why)
        if found is None or found.answering not in self._office.window.ladder:
            return
        above = self._office.window.tier(found.answering)
        if accepts.refused(above, call.body.data, call.chars) is None:
            task.lifted()
            record.decided(self._office, task, found)

    async def _begin(
        self, call: Call, before: RunningTask | None, named: str | None, turn: str
    ) -> CallPlan:
        """A new task: decide, and let its strand hold the tier."""
        task_id = uuid.uuid4().hex[:12]
        stands = await self._standing(call, task_id)
        decided, reasks = self._decided(call, before, named, stands, task_id)
        decision = decided.decision
        honoured = named is not None and decision.explicit and decision.answering == named
        task = RunningTask(
            task_id=task_id,
            kind=call.kind,
            session=call.strand.session,
            agent=call.strand.agent,
            project=call.strand.project,
            turn=turn,
            decision=decision,
            situation=decided.situation,
            at_ms=self._office.window.now_ms(),
            named=honoured,
            reasks=reasks,
        )
        if before is not None and call.kind == "turn":
            outcomes.of_next_turn(self._office, before, call.body.data)
        self.running.put(call.strand.key, task)
        tier = self._office.window.tier(decision.answering)
        return CallPlan(tier, not honoured, task, decision, started=True)

    async def _beside(self, call: Call, before: RunningTask | None, named: str | None) -> CallPlan:
        """A call that is no task: it goes where its strand is, else where its turn would go."""
        ladder = self._office.window.ladder
        if named is not None:
            return CallPlan(ladder.get(named), routed=False)
        if before is not None:
            return CallPlan(ladder.get(before.tier), routed=True, decision=before.decision)
        stands = await self._standing(call, None)
        decided, _ = self._decided(call, None, None, stands, "")
        return CallPlan(
            ladder.get(decided.decision.answering), routed=True, decision=decided.decision
        )

    async def _standing(self, call: Call, task_id: str | None) -> Standing:
        return await standing(
            self._office,
            task=task_id,
            session=call.strand.session,
            project=call.strand.project,
            action=ACTION,
        )

    def _decided(
        self,
        call: Call,
        before: RunningTask | None,
        named: str | None,
        stands: Standing,
        task_id: str,
    ) -> tuple[Decided, int]:
        """Decide on the operator's words; the decision, and how often it was asked again."""
        body, config = call.body.data, self._office.window.config
        said = words.said_last(body)
        tier, said = _tier_word(said, self._office.window.ladder, call.kind)
        goes_on = call.kind == "turn" and before is not None and consent.consents(said)
        reasks = before.reasks + 1 if before is not None and consent.corrects(said) else 0
        request = Request(
            action=ACTION,
            instruction=said,
            id=task_id,
            tools=deciding.tool_kinds(tool_names(body)),
            turn=max(0, words.turns(body) - 1),
            thread=deciding.thread_of(before, reasks),
            tier=tier,
        )
        how = config.gateway.client_models
        wish = TurnWish(
            request=request,
            project=call.strand.project,
            named=named if how == "honour" else None,
            cap=named if how == "cap" else None,
            consent=before.tier if goes_on and before is not None else None,
            warm=deciding.warm_of(self._office, before),
        )
        return deciding.decide(self._office, wish, stands), reasks


def _overridden(decision: Decision, to: str) -> Decision:
    """The decision of a running task after the operator chose another tier for it."""
    reason = Reason.of("choice", "chosen", scope="task", tier=to)
    return replace(policy.moved(decision, to, "override", reason), explicit=True)


def _tier_word(said: str, ladder: Ladder, kind: Kind) -> tuple[str | None, str]:
    """A tier named by the first word of a turn; agents' own mentions begin with the same sign."""
    if kind != "turn":
        return None, said
    try:
        return split_tier_word(said, ladder)
    except UnknownTier:
        return None, said


def _cheapest(call: Call, ladder: Ladder) -> Tier:
    """The cheapest tier that takes the shape of a call. Raises `Refusal` where none does."""
    found = accepts.cheapest(ladder, call.body.data, call.chars)
    if found is None:
        accepts.require(ladder.get(ladder.cheapest), call.body.data, call.chars, ladder)
        raise AssertionError("a body that no tier takes is refused")
    return found


def _foreign(call: Call) -> Tier:
    """A model that is no tier's, at the default server: passed as it is, priced and booked."""
    most = call.body.data.get("max_tokens")
    return Tier(OTHER, call.model, most if isinstance(most, int) else 4_096)


def _no_thread(call: Call) -> None:
    """Refuse a body that holds only the new part of a conversation.

    What it would be billed for is not in it, so it can neither be bounded nor given to another
    model. Its client then sends the whole conversation.
    """
    thread = call.body.data.get("thread")
    if isinstance(thread, Mapping) and thread.get("type") == "continue":
        raise Refusal(
            "invalid_request_error",
            f"thread: the gateway needs the whole conversation ({THREAD_CAPABILITY}).",
        )
