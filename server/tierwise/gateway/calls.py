"""The steps of one call: plan it, reserve money, send it, pass the answer on, book the cost.

The gateway makes one attempt. If that fails before the client got a byte of the answer, it makes at
most one more attempt at another place. A retry by the client is a new call.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp import web

from tierwise.core.decision import Reason
from tierwise.core.errors import LedgerUnavailable, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.gateway import accepts, endings, record, size
from tierwise.gateway.attempts import Attempt, Attempts
from tierwise.gateway.call import Call, CallPlan
from tierwise.gateway.events import Events
from tierwise.gateway.headers import shown
from tierwise.gateway.leaks import Leaks
from tierwise.gateway.money import Cashier
from tierwise.gateway.office import Office
from tierwise.gateway.planning import Planner
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.upstream import Upstream, incoming
from tierwise.routing import policy

log = logging.getLogger(__name__)

BEGUN_S: Final = 0.25
"""Seconds after a call was sent until its task is written to the ledger. Most models answer later
than that, so the first byte of an answer does not wait for these rows."""


class Calls:
    """Answers agents' calls: plans a call, sends it to a model, passes the answer on, books the
    cost.
    """

    def __init__(
        self,
        office: Office,
        planner: Planner,
        cashier: Cashier,
        upstream: Upstream,
        events: Events,
        leaks: Leaks,
    ) -> None:
        self._office = office
        self._planner = planner
        self._cashier = cashier
        self._attempts = Attempts(office, planner, cashier, upstream)
        self._events = events
        self._leaks = leaks
        self._jobs: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        """Answer a call of `/v1/messages` with the answer of a model. Raises `Refusal` if the call
        may not be sent, and `LedgerUnavailable` if the ledger cannot be read or written.
        """
        self._office.refresh()
        plan = await self._planner.plan(call)
        if plan.routed:
            ladder = self._office.window.ladder
            accepts.require(plan.tier, call.body.data, call.chars, ladder)
        leaked = await self._look(call, plan)
        self._events.planned(call, plan)
        async with self._attempt(request, call, plan) as attempt:
            call = call.sent()
            return await self._relay(request, call, plan, attempt, leaked)

    async def _look(self, call: Call, plan: CallPlan) -> int:
        """Count the secrets that a call sends for the first time, and note them on its task.

        Raises `Refusal` if the configuration blocks secrets.
        """
        found = await self._leaks.look(call.body.data, self._office.window.config.gateway.secrets)
        if found and plan.task is not None:
            plan.task.leaking(found)
        return found

    @asynccontextmanager
    async def _attempt(
        self, request: web.Request, call: Call, plan: CallPlan
    ) -> AsyncIterator[Attempt]:
        """Make an attempt, and if it fails, at most one more at another place. Gives the last
        attempt, and books it after the block.
        """
        loop = asyncio.get_running_loop()
        try:
            measured = size.measure(call.body.text, call.body.data)
            attempt = await self._attempts.reserved(call, plan, measured)
            del measured  # It has the prompt, and this frame lives as long as the answer.
        except (Refusal, LedgerUnavailable) as error:
            self._begun(plan)
            paused = isinstance(error, Refusal) and error.kind == "billing_error"
            if plan.task is not None and paused:
                record.state_changed(self._office, plan.task, "paused", "BudgetPaused")
            raise
        soon = loop.call_later(BEGUN_S, self._begun, plan)
        try:
            await self._attempts.open(request, call, attempt)
            other = self._attempts.elsewhere(call, plan, attempt)
            if other is not None:
                again = await self._again(call, plan, attempt, other)
                if again is not None:
                    attempt = again
                    await self._attempts.open(request, call, attempt)
            call = call.sent()
            attempt.sent()
            yield attempt
        finally:
            soon.cancel()
            self._begun(plan)
            if attempt.response is not None:
                attempt.response.close()
            job = loop.create_task(self._book(call, plan, attempt))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

    def _begun(self, plan: CallPlan) -> None:
        """Record that a call's task began. If the router has not decided yet, it decides now."""
        task = plan.task
        if task is None:
            return
        decides = task.pending is not None
        record.begun(self._office, task)
        if decides:
            self._events.decided(task)

    async def idle(self) -> None:
        """Wait until every finished call is booked."""
        while self._jobs:
            await asyncio.wait(self._jobs)

    async def _again(
        self, call: Call, plan: CallPlan, failed: Attempt, place: Tier
    ) -> Attempt | None:
        """Reserve the second attempt, at another place, and book the failed one. None if the money
        cannot be reserved at once.
        """
        try:
            found = await self._attempts.reserved_at(place, call, plan, failed.size, wait=False)
        except (Refusal, TaskTooDear, LedgerUnavailable):
            return None
        if failed.response is not None:
            failed.response.close()
        try:
            await self._book(call, plan, failed, last=False)
        except BaseException:
            await asyncio.shield(self._cashier.release(found.reservation))
            raise
        task = plan.task
        if task is not None:
            reason = Reason.of(
                "availability",
                "switched",
                old=failed.tier.name,
                new=place.name,
                why=failed.failure,
                old_place=failed.tier.endpoint_id,
                new_place=place.endpoint_id,
                asked=False,
            )
            record.decided(
                self._office, task, policy.moved(task.decision, place.name, "failover", reason)
            )
        return found

    async def _relay(
        self, request: web.Request, call: Call, plan: CallPlan, attempt: Attempt, leaked: int
    ) -> web.StreamResponse:
        """Pass the answer on to the client, chunk by chunk."""
        own = shown(call, plan, attempt.tier, attempt.changed, leaked)
        upstream = attempt.response
        if upstream is None:
            refusal = Refusal("api_error", endings.unreached(attempt))
            return web.Response(
                status=refusal.status,
                body=refusal.body(),
                headers=own,
                content_type="application/json",
            )
        headers = incoming(upstream.headers)
        headers.extend(own)
        if attempt.failure is not None:
            headers.popall("content-length", None)
            return web.Response(status=upstream.status, body=attempt.error, headers=headers)
        response = web.StreamResponse(status=upstream.status, headers=headers)
        await response.prepare(request)
        tail = b""
        try:
            async for chunk in upstream.content.iter_any():
                attempt.tap.hear(chunk)
                await response.write(chunk)
                tail = (tail + chunk)[-2:]
        except aiohttp.ClientConnectionResetError:
            # The client closed the connection, and this handler is about to be cancelled.
            return response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("%s broke off: %s", attempt.tier.name, type(error).__name__)
            if call.body.data.get("stream") is True:
                await response.write(endings.broken_off(tail))
        attempt.tap.end()
        await response.write_eof()
        return response

    async def _book(
        self, call: Call, plan: CallPlan, attempt: Attempt, *, last: bool = True
    ) -> None:
        """Book an attempt, and note its usage on its task. The `last` attempt also sets the task's
        new state.
        """
        if attempt.unbilled:
            await self._cashier.release(attempt.reservation)
            usage, cost = Usage(), 0
        else:
            usage, cost = await self._cashier.settle(attempt.reservation, attempt.tap, attempt.size)
        task = plan.task
        if task is not None:
            task.booked(usage, cost, self._office.window.now_ms())
            if last:
                state, error = endings.state_of(attempt)
                record.state_changed(self._office, task, state, error)
        self._events.booked(call, plan, attempt.tier, usage, cost)
