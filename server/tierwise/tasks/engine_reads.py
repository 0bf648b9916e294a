"""What `lsp/` and `cli/` may read: the tasks of an editor window, past tasks, and what would be
sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tierwise.budget import usage
from tierwise.budget.usage import ScopeUse
from tierwise.config.model import Preference
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import UnknownTask
from tierwise.core.request import ThreadState
from tierwise.core.tiers import Ladder
from tierwise.core.views import HistoryItem, TaskView
from tierwise.store import decisions
from tierwise.tasks.api import ChatParams, FocusOffer, HistoryQuery, ProjectOffer, TaskParams
from tierwise.tasks.calling import sent
from tierwise.tasks.chat import transcripts
from tierwise.tasks.choices import Kept
from tierwise.tasks.deciding import routing
from tierwise.tasks.intake import before_operator, project_offer, requests
from tierwise.tasks.learning import dial, recall
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.world import World


@dataclass(frozen=True)
class EngineReads:
    """The part of the engine that only reads. `TaskEngine` adds what changes something."""

    world: World
    tasks: Roster

    async def project_offer(self, params: ChatParams) -> ProjectOffer | None:
        """The project's files that a chat turn would send along, with their cost. None if there are
        none.
        """
        window = self.world.window
        request, scene = requests.of_chat(
            params, window.documents, window.ladder, turn=0, thread=ThreadState()
        )
        decision = routing.forecast_decision(request, scene, self.world.known, reasons=False)
        tier = window.tier(decision.answering)
        return await project_offer.offer(request, scene, tier, window)

    async def focus_offer(self, params: ChatParams) -> FocusOffer | None:
        """The piece of code before the operator that a chat turn would send along. None if there is
        none.
        """
        window = self.world.window
        found = await before_operator.find(params, window)
        if found is None:
            return None
        request, scene = requests.of_chat(
            params, window.documents, window.ladder, turn=0, thread=ThreadState(), in_view=found
        )
        decision = routing.forecast_decision(request, scene, self.world.known, reasons=False)
        return before_operator.offer(found, window.tier(decision.answering), window)

    def forecast(self, params: TaskParams) -> Decision:
        """The decision as it would be made now, with its reasons."""
        window = self.world.window
        request, scene = requests.of_task(params, window.documents, window.ladder)
        return routing.forecast_decision(request, scene, self.world.known)

    async def explain_task(self, task_id: str) -> routing.Explained:
        """The decision of a present or past task, with what mattered for it and what would have
        changed it.
        """
        if task_id in self.tasks:
            task = self.tasks[task_id]
            decision = replace(task.decision, id=task_id)
            told = await routing.explained(decision, self.world.known)
            return replace(told, paid=task.cost)
        past = await recall.last_decision(self.world.window.ledger, task_id)
        return await routing.explained(past, self.world.known)

    def sent(self, task_id: str) -> Sequence[Mapping[str, Any]]:
        """What the latest calls of a task sent. Raises `UnknownTask` if nothing is kept."""
        told = sent.record_of(self.tasks.get(task_id), task_id, self.world.window.content)
        if told is None:
            raise UnknownTask(ErrorReason.of("sent_not_kept", task=task_id))
        return told

    async def history(self, query: HistoryQuery) -> Sequence[HistoryItem]:
        """Tasks of the past, newest first."""
        await self.world.journal.flush()
        window = self.world.window
        return await recall.history(window.ledger, query, window.project)

    async def dial(self) -> dial.DialView:
        """For each setting of the dial (from cheap to careful), the cost and the redos that it
        would have meant for the operator's last tasks.
        """
        await self.world.journal.flush()
        redos = self.world.window.config.redo_costs
        told = await self.world.window.ledger.read(
            lambda conn: decisions.history(conn, limit=dial.LAST)
        )
        return await asyncio.to_thread(dial.view, told, redos)

    def preference(self) -> tuple[Preference, float | None]:
        """The setting of the dial (what to do when unsure), and the redo cost in dollars that the
        operator set instead, if any.
        """
        config = self.world.window.config
        return config.preference, config.redo_cost_usd

    def tasks_at(self, uri: str) -> Sequence[TaskView]:
        """Tasks of a document that run, wait, were applied, or were stopped by a team's budget."""
        return self.tasks.of_document(uri)

    def answer_at(self, uri: str, line: int) -> str | None:
        """The latest text answer about a line (from 0) of a document, as markdown, or None."""
        return self.tasks.answer_at(uri, line)

    def answer_text(self, task_id: str) -> str | None:
        """The text of a task's answer with its headline, as markdown. None if it has none."""
        return self.tasks.answer_of(task_id)

    @property
    def ladder(self) -> Ladder:
        """The tiers of the present configuration."""
        return self.world.window.ladder

    def choices(self) -> Sequence[Kept]:
        """Every pin and remap in force, the configured ones first."""
        return self.world.choices.in_force(self.world.window.config, self.world.window.project)

    async def usage(self) -> Sequence[ScopeUse]:
        """What was spent and saved per scope and tier, with the current budgets."""
        world = self.world
        window = world.window
        await world.budget_watch.refresh()
        state, chosen = world.budget_watch.state, window.config.baseline
        return await window.ledger.read(
            lambda conn: usage.read(conn, state, window.prices, window.ladder, chosen)
        )

    async def conversations(self, limit: int, query: str = "") -> Sequence[transcripts.Heading]:
        """The kept conversations of this project that have `query` in a turn, or all without one.
        The latest comes first.
        """
        await self.world.journal.flush()
        return await transcripts.headings(self.world.window, limit, query)

    async def conversation(self, conversation_id: str) -> Sequence[transcripts.Spoken]:
        """The kept turns of a conversation, in order."""
        await self.world.journal.flush()
        return await transcripts.spoken(self.world.window, conversation_id)

    async def kept(self, task_id: str) -> Mapping[str, str]:
        """What is kept on disk of a task's result: `diff` is the proposed change, `answer` the
        text.
        """
        return await asyncio.to_thread(recall.kept, self.world.window.content, task_id)
