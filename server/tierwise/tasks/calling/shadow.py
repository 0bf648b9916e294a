"""Shadow answers: the cheapest tier also answers, and the result is compared with what was kept.

It is asked when the dearer answer already waits for the operator, so that nobody waits for it.
Nothing of it is shown. It has the same context under the same rules, is a paid call within the
caps, and passes the same checks as any answer. When the operator applied the dearer edit, both
edits are compared, and the result becomes an outcome of the task. In the mode "first week", the
week begins with the first such call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from contextlib import aclosing
from dataclasses import field, replace
from typing import Any, Final

from pydantic import TypeAdapter

from tierwise.config.paths import kept_files
from tierwise.config.writing import write_shadow
from tierwise.core.actions import KINDS
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import TierwiseError
from tierwise.core.outcome import Outcome
from tierwise.core.tiers import Tier
from tierwise.edits import results
from tierwise.edits.results import FileResult
from tierwise.learning.shadow import shadow_sums
from tierwise.models.call import Finished, Result
from tierwise.present import errors, notices, questions
from tierwise.present import learning as words
from tierwise.store import decisions, owner
from tierwise.store import notices as said
from tierwise.store.deferred import Connection
from tierwise.tasks.calling import attempts, sent
from tierwise.tasks.proposing import drafts
from tierwise.tasks.proposing.drafts import Draft
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.task import OVER, Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

WEEK_MS: Final = 7 * 86_400_000
UNSURE: Final = 0.2
"""In the mode `uncertain` the cheapest tier is asked if its chance of a good answer is at least
this.
"""
OFFER_AFTER: Final = 20
"""After so many applied edits of dearer tiers the shadow is offered. By then there is something to
find out, and somebody who uses it.
"""
NAME: Final = "shadow.json"
"""The file of a task's content that holds what the cheapest tier's answer would have changed."""
OFFERED: Final = "shadow-offered"
BEGUN: Final = "shadow-begun"
ENDED: Final = "shadow-ended"
"""Marks (this and the two above) that are written once per ledger: offered, begun, ended."""
ONCE: Final = "once"


@dataclass(frozen=True, slots=True)
class ShadowAnswer:
    """The cheapest tier's answer, which nobody sees: what each file would have become, by URI.
    `files` is None if the answer failed a check or had no edit.
    """

    tier: str
    files: Mapping[str, FileResult] | None


_FORM: Final = TypeAdapter(ShadowAnswer)


@dataclass
class ShadowAnswers:
    """Asks the cheapest tier for answers that nobody sees, and compares each with what the operator
    kept. There is one object per editor window.
    """

    world: World
    _made: dict[str, ShadowAnswer] = field(default_factory=dict)
    _asked: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def heard(self, task: Task) -> None:
        """React to a change of a task: ask the cheapest tier when a proposal is offered, and
        compare the two edits when the operator applied it.
        """
        if task.rehearsal:
            return
        if task.state == "proposed" and task.id not in self._asked and self._wanted(task):
            self._asked[task.id] = self._spawn(self._beside(task))
        elif task.state == "applied" or (task.state == "partlyApplied" and self._settled(task)):
            self._spawn(self._kept(task))
        elif task.state in ("expired", "failed"):
            self._forget(task)

    async def close(self) -> None:
        """Stop all calls. What was spent on them is booked."""
        for job in self._jobs:
            job.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs)

    def _wanted(self, task: Task) -> bool:
        """Whether to ask the cheapest tier too, as far as that can be decided at once.

        Not if a budget is near its cap: the money must be there for tasks.
        """
        window, decision = self.world.window, task.decision
        mode, lowest = window.config.shadow, window.ladder.cheapest
        return (
            mode != "off"
            and KINDS[task.request.action].edits
            and task.run.ready
            and task.run.part is None
            and not task.run.earlier
            and decision.answering != lowest
            and all(record["tier"] != lowest for record in task.records)
            and (mode == "first_week" or decision.estimate.need.get(lowest, 0.0) >= UNSURE)
            and window.trust.trusted
            and self.world.budget_watch.level == "ok"
            and self.world.breakers.state(window.tier(lowest).endpoint_id, window.monotonic())
            == "closed"
        )

    async def _beside(self, task: Task) -> None:
        """Ask for the cheapest tier's answer, check it and keep it."""
        window = self.world.window
        tier = window.tier(window.ladder.cheapest)
        try:
            if window.config.shadow == "first_week" and not await self._in_first_week():
                return
            await asyncio.to_thread(self.world.client.require_key, tier)
            draft = await self._draft(task, tier)
        except TierwiseError as error:
            log.info("task %s: no shadow answer (%s)", task.id, error.name)
            return
        finally:
            if task.state not in OVER:
                task.announce()
        passed = draft.proposal is not None and not draft.failed
        files = results.proposed(draft.proposal) if draft.proposal and passed else None
        made = ShadowAnswer(tier.name, files)
        self._made[task.id] = made
        if window.keeps_content:
            text = _FORM.dump_json(made).decode()
            await asyncio.to_thread(window.content.put, task.id, NAME, text)

    async def _draft(self, task: Task, tier: Tier) -> Draft:
        """Call the cheapest tier. Returns its answer in the form in which it would be shown, with
        its checks.
        """
        world = self.world
        pack, prompt, _ = attempts.built(task, tier, world)
        request = replace(
            attempts.request_of(task, tier, prompt, world),
            request_id=task.next_reservation("shadow"),
            action="shadow",
            allowed=False,
        )
        async with world.settling.paid_call(task, request) as call:
            sent.keep(task, tier, pack, prompt, None, world)
            events = world.client.stream(
                tier,
                prompt,
                max_tokens=call.reservation.max_tokens,
                deadlines=world.window.deadlines,
                trace=call.trace,
                origin=attempts.origin(task, world),
            )
            result: Result | None = None
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Finished):
                        result = event.result
        assert result is not None, "a stream ends with Finished or raises"
        return await drafts.draft(task, Answer(result, call.reservation.row.tier), world.window)

    async def _kept(self, task: Task) -> None:
        """React to an edit that the operator kept: compare the shadow answer with it. If there is
        none, offer to fetch such answers.
        """
        entry = self.world.proposals.entries.get(task.edit_id or "")
        kept = results.taken(entry.proposal) if entry is not None else {}
        job = self._asked.get(task.id)
        if job is not None:
            await asyncio.wait({job})
        made = self._made.pop(task.id, None) or await asyncio.to_thread(self._read, task)
        if made is None or not kept:
            await self._offer(task)
            return
        self._forget(task)
        remarks = task.request.action == "document"
        came_out = "failed"
        if made.files is not None:
            alike = await asyncio.to_thread(results.same, made.files, kept, remarks=remarks)
            came_out = "same" if alike else "other"
        at_ms = self.world.window.now_ms()
        self.world.journal.outcome(Outcome(task.id, "shadow", at_ms, made.tier, came_out))

    def _read(self, task: Task) -> ShadowAnswer | None:
        """The shadow answer of a task, if an earlier server process made it."""
        text = self.world.window.content.get(task.id, NAME)
        try:
            return _FORM.validate_json(text) if text else None
        except ValueError:
            return None

    def _settled(self, task: Task) -> bool:
        """Whether the operator has decided about every hunk of a proposal."""
        entry = self.world.proposals.entries.get(task.edit_id or "")
        return entry is not None and not entry.proposal.pending

    def _forget(self, task: Task) -> None:
        """Drop the shadow answer of a task: nothing more will be compared with it."""
        self._made.pop(task.id, None)
        if task.id in self._asked:
            self.world.window.content.drop(task.id, NAME)

    async def _in_first_week(self) -> bool:
        """Whether the first week still runs. The first call that finds it over tells
        the operator.
        """
        world, now = self.world, self.world.window.now_ms()
        me = owner.identity()

        def begin(conn: Connection) -> int:
            said.claim(conn, BEGUN, ONCE, me, now)
            return said.claimed_ms(conn, BEGUN, ONCE) or now

        if now - await world.window.ledger.write(begin) < WEEK_MS:
            return True
        if await self._claimed(ENDED):
            told = await world.window.ledger.read(
                lambda conn: decisions.with_outcome(conn, "shadow")
            )
            sums = shadow_sums(told)
            found = words.shadow(sums.tier, sums.same, sums.tasks, sums.less)
            world.window.listener.notice("info", notices.shadow_over(found))
        return False

    async def _offer(self, task: Task) -> None:
        """Offer the shadow once, after some edits of dearer tiers were applied."""
        window = self.world.window
        lowest = window.ladder.cheapest
        if window.config.shadow != "off" or not window.config.learning.on:
            return
        if task.decision.answering == lowest or "shadow" in window.config.model_fields_set:
            return
        count = await window.ledger.read(lambda conn: decisions.applied_above(conn, lowest))
        if count < OFFER_AFTER or not await self._claimed(OFFERED):
            return
        cost = task.decision.cost
        share = cost.get(lowest, 0) / max(cost.get(task.decision.answering, 0), 1)
        question = questions.shadow(lowest, share)
        answer = await window.listener.ask(question.text, question.options)
        if answer != questions.FOR_A_WEEK:
            return
        try:
            for file in kept_files(window.settings.env):
                await asyncio.to_thread(write_shadow, file, "first_week")
        except TierwiseError as error:
            window.listener.notice("warning", notices.not_kept(errors.sentence(error)))

    async def _claimed(self, what: str) -> bool:
        me, now = owner.identity(), self.world.window.now_ms()
        return await self.world.window.ledger.write(
            lambda conn: said.claim(conn, what, ONCE, me, now)
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        job = asyncio.create_task(self._quietly(work))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return job

    async def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a job and log its errors, so that none disturbs the task."""
        try:
            await work
        except TierwiseError as error:
            log.info("no shadow answer (%s)", error.name)
        except Exception:
            log.exception("a shadow answer failed")
