"""Plans a call: which model answers it, for which task, and why.

A task is a turn in a strand (a conversation with an agent, or one of its sub-agents). Its tier is
decided once and kept for all calls of the turn. If the calls show that the model is stuck, the task
moves up one tier, once.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import TypedDict, cast

from tierwise.config.model import ClientModels
from tierwise.core.decision import Decision, Reason
from tierwise.core.request import Request
from tierwise.core.situation import Situation
from tierwise.core.views import TaskState
from tierwise.gateway import (
    accepts,
    consent,
    deciding,
    evidence,
    naming,
    outcomes,
    record,
    strands,
    words,
)
from tierwise.gateway.call import Call, CallPlan, action_of
from tierwise.gateway.choices import Standing, standing
from tierwise.gateway.deciding import ACTION, Decided, TurnWish
from tierwise.gateway.evidence import ToolCall
from tierwise.gateway.hooks import Hooks
from tierwise.gateway.kinds import CHEAPEST, DECIDED, TASKLESS, Kind
from tierwise.gateway.message import spoken_to, tool_names
from tierwise.gateway.office import Office
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.strands import RunningTask, Strands
from tierwise.gateway.survival import EditsWatch
from tierwise.present import team as team_words
from tierwise.routing import policy
from tierwise.tasks.learning import recall


class Planner:
    """Chooses for each call of an agent the task it belongs to and the tier that answers it."""

    def __init__(self, office: Office, running: Strands, edits: EditsWatch, hooks: Hooks) -> None:
        self._office = office
        self.running = running
        self._edits = edits
        self._hooks = hooks

    async def plan(self, call: Call) -> CallPlan:
        """Choose the task and the tier of a call.

        Raises `Refusal` if its cost cannot be bounded, the team forbids its model or no tier
        accepts its body. Raises `LedgerUnavailable`.
        """
        naming.no_thread(call)
        ladder, config = self._office.window.ladder, self._office.window.config.gateway
        named = naming.tier_named(call.model, ladder, config.auto_models)
        if named == naming.OTHER and call.rules.max_tier in ladder:
            raise Refusal(
                "permission_error", team_words.too_high(call.model, str(call.rules.max_tier))
            )
        if named == naming.OTHER:
            return CallPlan(naming.foreign(call), routed=False)
        bound = naming.bound_by_team(call, named, ladder)
        if bound != named:
            return replace(await self._plan(call, bound), routed=True)
        return await self._plan(call, named)

    async def _plan(self, call: Call, named: str | None) -> CallPlan:
        """Make the plan of a call. `named` is the tier that its client names, None if it leaves
        that to the router.
        """
        ladder = self._office.window.ladder
        if call.kind in CHEAPEST:
            return CallPlan(naming.cheapest(call, ladder), routed=True)
        before = await self._before(call)
        how = self._how(call)
        if how == "route":
            named = None
        if call.kind in TASKLESS:
            return await self._beside(call, before, named if how == "honour" else None)
        turn = strands.turn_key(words.turns(call.body.data), words.said_last(call.body.data))
        if before is not None and self._holds(call, before, turn) and named == before.client:
            return self._hold(call, before, turn)
        return await self._begin(call, before, named, turn)

    def _how(self, call: Call) -> ClientModels:
        """What a tier that the client names means: "honour" (it answers), "cap" (no higher one
        does) or "route" (the router ignores it).

        It comes from the configuration. But if a team member's editor sends the call, it is
        "honour": the editor has decided already and knows more, and routing must happen once.
        """
        decided = call.strand.member is not None and "x-tierwise-action" in call.headers
        return "honour" if decided else self._office.window.config.gateway.client_models

    @staticmethod
    def _holds(call: Call, before: RunningTask, turn: str) -> bool:
        """True if a call belongs to the current task of its strand."""
        return call.kind not in DECIDED or before.turn == turn

    async def _before(self, call: Call) -> RunningTask | None:
        """The current task of a call's strand, from memory or, after a restart, from the ledger.

        None if there is none, as when a conversation only begins.
        """
        at = call.strand
        found = self.running.get(at.key)
        if found is not None or not spoken_to(call.body.data):
            return found
        told = await record.last_of(self._office, at)
        if told is None:
            return None
        row = told.decisions[-1]
        try:
            decision, situation = recall.decision(told.task, row), recall.situation(row.detail)
        except recall.OddRow:
            return None
        if decision.answering not in self._office.window.ladder:
            return None
        client = deciding.client_of(decision)
        task = RunningTask(
            task_id=told.task.task_id,
            kind="turn",
            session=at.session,
            agent=at.agent,
            project=at.project,
            turn="",
            decision=decision,
            situation=situation,
            at_ms=told.task.created_ms,
            member=told.task.member,
            client=client,
            named=decision.explicit and decision.answering == client,
            decisions=len(told.decisions),
            escalated=any(one.cause == "escalated" for one in told.decisions),
            state=cast(TaskState, told.task.state),
        )
        self.running.put(at.key, task)
        return task

    def _hold(self, call: Call, task: RunningTask, turn: str) -> CallPlan:
        """Go on with a task on its tier, or one tier up if the evidence says that it is stuck."""
        task.resumed(turn)
        done = evidence.calls(call.body.data)
        if not self._hooks.knows(task.session):
            self._edits.passed(task, done)
        if not task.escalated and not task.decision.explicit:
            self._lift(call, task, done)
        tier = self._office.window.tier(task.tier)
        return CallPlan(tier, not task.named, task, task.decision)

    def override(self, task_id: str, to: str) -> bool:
        """Give a running task another tier from its next call on. Returns false if no such task
        runs.
        """
        task = self.running.of_task(task_id)
        if task is None:
            return False
        task.chosen()
        record.begun(self._office, task)
        record.decided(self._office, task, _overridden(task.decision, to))
        return True

    def cap_of(self, task: RunningTask | None) -> str | None:
        """The highest tier that a task may move to. None if there is no limit."""
        own = task.situation.cap if task is not None else None
        window = self._office.window
        return deciding.lowest(window.ladder, own, window.config.max_tier)

    def _lift(self, call: Call, task: RunningTask, done: Sequence[ToolCall]) -> None:
        why = evidence.stuck(done)
        if why is None:
            return
        facts = replace(task.situation, cap=self.cap_of(task))
        found = deciding.moved_up(task.decision, facts, why)
        if found is None or found.answering not in self._office.window.ladder:
            return
        above = self._office.window.tier(found.answering)
        if accepts.refused(above, call.body.data, call.chars) is None:
            task.lifted()
            record.decided(self._office, task, found)

    async def _begin(
        self, call: Call, before: RunningTask | None, named: str | None, turn: str
    ) -> CallPlan:
        """Begin a new task: let the router decide, and make it the current task of its strand."""
        how = self._how(call)
        if named is not None and how == "honour":
            said = words.said_last(call.body.data)
            if naming.tier_word(said, self._office.window.ladder, call.kind)[0] is None:
                return self._begin_named(call, before, named, turn)
        task_id = uuid.uuid4().hex[:12]
        stands = await self._standing(call, task_id)
        decided, reasks = self._decided(call, before, named, stands, task_id)
        decision = decided.decision
        task = RunningTask(
            **_identity(call, turn, task_id),
            decision=decision,
            situation=decided.situation,
            at_ms=self._office.window.now_ms(),
            client=named,
            named=how == "honour" and decision.explicit and decision.answering == named,
            reasks=reasks,
        )
        self._begun(call, before, task)
        tier = self._office.window.tier(decision.answering)
        return CallPlan(tier, not task.named, task, decision, started=True)

    def _begin_named(
        self, call: Call, before: RunningTask | None, named: str, turn: str
    ) -> CallPlan:
        """Begin a new task on the tier that the client named.

        The call is sent at once. The router decides later, when the answer is on its way, so that
        its view can be shown and learned from.
        """
        task_id, ladder = uuid.uuid4().hex[:12], self._office.window.ladder

        def pending() -> tuple[Decision, Situation]:
            decided, _ = self._decided(call, before, named, None, task_id)
            return decided.decision, decided.situation

        corrects = consent.corrects(words.said_last(call.body.data))
        decision = deciding.named(named, ladder)
        task = RunningTask(
            **_identity(call, turn, task_id),
            decision=decision,
            situation=Situation(ladder=ladder),
            at_ms=self._office.window.now_ms(),
            client=named,
            named=True,
            reasks=before.reasks + 1 if before is not None and corrects else 0,
            pending=pending,
        )
        self._begun(call, before, task)
        return CallPlan(ladder.get(named), False, task, decision, started=True)

    def _begun(self, call: Call, before: RunningTask | None, task: RunningTask) -> None:
        """Make a task the current one of its strand, and record the outcome of the one before."""
        told = self._hooks.knows(call.strand.session)
        if before is not None and before.decisions and call.kind == "turn" and not told:
            outcomes.of_next_turn(self._office, before, call.body.data)
        self.running.put(call.strand.key, task)

    async def _beside(self, call: Call, before: RunningTask | None, named: str | None) -> CallPlan:
        """Plan a call that is no task. It goes to the tier that the client named (`named`), else to
        that of its strand's current task (`before`), else to the tier that a turn would get.
        """
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
            self._office.purse_of(call.grant),
            task=task_id,
            session=call.strand.session,
            project=call.strand.project,
            action=ACTION,
            job=call.grant.job if call.grant is not None else None,
            member=call.strand.member,
        )

    def _decided(
        self,
        call: Call,
        before: RunningTask | None,
        named: str | None,
        stands: Standing | None,
        task_id: str,
    ) -> tuple[Decided, int]:
        """Decide on the operator's words. Returns the decision, and how many turns in a row said
        that the last answer was wrong.
        """
        body = call.body.data
        said = words.said_last(body)
        word, said = naming.tier_word(said, self._office.window.ladder, call.kind)
        tier = naming.bound_by_team(call, word, self._office.window.ladder)
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
        how = self._how(call)
        wish = TurnWish(
            request=request,
            project=call.strand.project,
            named=named if how == "honour" else None,
            cap=named if how == "cap" else None,
            rules=call.rules,
            kind=action_of(call.headers),
            consent=before.tier if goes_on and before is not None else None,
            warm=deciding.warm_of(self._office, before),
        )
        return deciding.decide(self._office, wish, stands), reasks


class _Identity(TypedDict):
    """The fields of a running task that come from its call."""

    task_id: str
    kind: Kind
    session: str
    agent: str | None
    project: str
    turn: str
    member: str | None


def _identity(call: Call, turn: str, task_id: str) -> _Identity:
    return {
        "task_id": task_id,
        "kind": call.kind,
        "session": call.strand.session,
        "agent": call.strand.agent,
        "project": call.strand.project,
        "turn": turn,
        "member": call.strand.member,
    }


def _overridden(decision: Decision, to: str) -> Decision:
    """The decision of a running task after the operator chose another tier for it."""
    reason = Reason.of("choice", "chosen", scope="task", tier=to)
    return replace(policy.moved(decision, to, "override", reason), explicit=True)
