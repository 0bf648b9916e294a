"""The way of one call: plan, set money aside, pass it on, listen, book.

One attempt at the model's server, and at most one more elsewhere before the first byte went back
to the client; whatever the client retries comes as a call of its own.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp
from aiohttp import web

from tierwise.budget.model_ids import normal
from tierwise.budget.purse import Reservation
from tierwise.core.decision import Reason
from tierwise.core.errors import LedgerUnavailable, TaskTooDear
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.core.views import TaskState
from tierwise.gateway import accepts, leaks, record, size, splice
from tierwise.gateway.deciding import ACTION
from tierwise.gateway.events import Events
from tierwise.gateway.headers import shown
from tierwise.gateway.kinds import TASKLESS
from tierwise.gateway.money import CallBill, Cashier, why_too_dear
from tierwise.gateway.office import Office
from tierwise.gateway.planning import Call, CallPlan, Planner
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.size import CallSize
from tierwise.gateway.tap import Tap
from tierwise.gateway.upstream import NotReached, Upstream, incoming
from tierwise.models import candidates
from tierwise.models.call import CacheLife
from tierwise.models.refusals import classify, refused_unbilled
from tierwise.present.causes import cause
from tierwise.present.errors import sentence
from tierwise.routing import policy

log = logging.getLogger(__name__)

ELSEWHERE: Final = frozenset({"rate_limited", "overloaded", "server", "network", "timeout", "cut"})
"""Kinds of failure after which another place may answer."""
LOOPS: Final = frozenset({"tool_use", "pause_turn"})
"""Reasons to stop after which an agent asks again by itself."""
MAX_TOKENS: Final = "max_tokens"
LARGEST_ERROR: Final = 1_000_000
"""Bytes of an error answer that are read."""


@dataclass
class Attempt:
    """A reserved call at one place, and what came of it."""

    tier: Tier
    reservation: Reservation
    changed: tuple[str, ...]
    tap: Tap
    response: aiohttp.ClientResponse | None = None
    error: bytes = b""
    failure: str | None = None
    unbilled: bool = False


class Calls:
    """Makes the calls of one gateway."""

    def __init__(
        self, office: Office, planner: Planner, cashier: Cashier, upstream: Upstream, events: Events
    ) -> None:
        self._office = office
        self._planner = planner
        self._cashier = cashier
        self._upstream = upstream
        self._events = events
        self._jobs: set[asyncio.Task[None]] = set()

    async def answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        """Answer a call of `/v1/messages`."""
        self._office.refresh()
        try:
            plan = await self._planner.plan(call)
        except LedgerUnavailable as error:
            raise Refusal("overloaded_error", sentence(error)) from None
        if plan.routed:
            ladder = self._office.window.ladder
            accepts.require(plan.tier, call.body.data, call.chars, ladder)
        await self._scan(call, plan)
        self._events.planned(call, plan)
        measured = size.measure(call.body.text, call.body.data)
        async with self._attempt(request, call, plan, measured) as attempt:
            return await self._relay(request, call, plan, attempt)

    async def _scan(self, call: Call, plan: CallPlan) -> None:
        """Look for secrets in what is new; tell of them, or refuse the call."""
        how = self._office.window.config.gateway.secrets
        if how == "off":
            return
        found = await leaks.count(call.body.data, whole=plan.started or plan.task is None)
        if found and how == "block":
            raise leaks.blocked(found)
        if found and plan.task is not None:
            plan.task.leaking(found)

    @asynccontextmanager
    async def _attempt(
        self, request: web.Request, call: Call, plan: CallPlan, measured: CallSize
    ) -> AsyncIterator[Attempt]:
        """An attempt that was made, here or elsewhere; it is booked when the block ends."""
        try:
            attempt = await self._reserved(call, plan, measured)
        finally:
            self._begun(call, plan)
        try:
            await self._open(request, call, attempt)
            other = self._elsewhere(call, plan, attempt)
            if other is not None:
                again = await self._again(call, plan, attempt, other, measured)
                if again is not None:
                    attempt = again
                    await self._open(request, call, attempt)
            yield attempt
        finally:
            if attempt.response is not None:
                attempt.response.close()
            job = asyncio.get_running_loop().create_task(self._book(call, plan, attempt))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

    def _begun(self, call: Call, plan: CallPlan) -> None:
        if plan.started and plan.task is not None:
            record.begun(self._office, plan.task, call.strand, ACTION)

    async def idle(self) -> None:
        """Wait until every call that is over is booked."""
        while self._jobs:
            await asyncio.wait(self._jobs)

    async def _reserved(self, call: Call, plan: CallPlan, measured: CallSize) -> Attempt:
        """Set the money of a call aside; a soft turn that does not fit goes down where it began."""
        tier = plan.tier
        task = plan.task
        try:
            return await self._attempt_on(tier, call, plan, measured)
        except TaskTooDear as error:
            self._begun(call, plan)
            below = self._below(call, plan)
            if below is None or task is None or plan.decision is None:
                state = await self._office.purse.state(call.strand.project)
                raise Refusal("billing_error", why_too_dear(error, state)) from None
            reason = Reason.of(
                "budget", "no_room", tier=tier.name, needs=error.needs, left=error.left, to=below
            )
            record.decided(self._office, task, policy.moved(task.decision, below, "budget", reason))
        try:
            return await self._attempt_on(self._office.window.tier(below), call, plan, measured)
        except TaskTooDear as error:
            state = await self._office.purse.state(call.strand.project)
            raise Refusal("billing_error", why_too_dear(error, state)) from None

    def _below(self, call: Call, plan: CallPlan) -> str | None:
        """Where a soft turn goes whose money is short: only at its beginning, never in its loop."""
        decision, task = plan.decision, plan.task
        if not plan.started or decision is None or task is None:
            return None
        if not decision.soft or decision.explicit:
            return None
        found = policy.soft_tier(decision.estimate, task.situation, plan.tier.name)
        if found is None:
            return None
        tier = self._office.window.tier(found)
        takes = accepts.refused(tier, call.body.data, call.chars) is None
        return found if takes else None

    async def _attempt_on(
        self, tier: Tier, call: Call, plan: CallPlan, measured: CallSize, *, wait: bool = True
    ) -> Attempt:
        task = plan.task
        bill = CallBill(
            task_id=task.task_id if task is not None else "",
            tier=tier,
            size=measured,
            action=ACTION if call.kind not in TASKLESS else call.kind,
            project=call.strand.project,
            rehearsal=self._office.rehearses,
        )
        reservation = await self._cashier.reserve(bill, wait=wait)
        changed = sorted(accepts.dropped(tier, call.body.data)) if plan.routed else []
        if reservation.capped:
            changed.append("max_tokens")
        if task is not None:
            task.capped(reservation.max_tokens if reservation.capped else None)
        streamed = call.body.data.get("stream") is True
        life: CacheLife = "1h" if '"1h"' in call.body.text else "5m"
        return Attempt(tier, reservation, tuple(changed), Tap(life, streamed=streamed))

    async def _open(self, request: web.Request, call: Call, attempt: Attempt) -> None:
        """Send a call; an answer that is no success is read to its end."""
        place, breakers = attempt.tier, self._office.breakers
        now = self._office.window.monotonic
        breakers.trying(place.endpoint_id, now())
        try:
            attempt.response = await self._upstream.open(
                place, request.path_qs, request.headers, _body(call, attempt)
            )
        except Refusal:
            attempt.unbilled = True
            raise
        except NotReached as error:
            attempt.failure, attempt.unbilled = error.kind, not error.sent
            breakers.failed(place.endpoint_id, now(), error.kind)
            return
        if attempt.response.status < 400:
            breakers.succeeded(place.endpoint_id, now())
            return
        attempt.error = await _error_of(attempt.response)
        attempt.failure, attempt.unbilled = _classified(attempt.response.status, attempt.error)
        if attempt.failure in ELSEWHERE:
            breakers.failed(place.endpoint_id, now(), attempt.failure)

    def _elsewhere(self, call: Call, plan: CallPlan, attempt: Attempt) -> Tier | None:
        """The place that may answer instead of one that failed; None where there is none."""
        if attempt.failure not in ELSEWHERE or not plan.routed:
            return None
        now, breakers = self._office.window.monotonic(), self._office.breakers

        def free(place: Tier) -> bool:
            takes = accepts.refused(place, call.body.data, call.chars) is None
            return takes and breakers.allows(place.endpoint_id, now)

        ladder = self._office.window.ladder
        same = not plan.may_move or call.kind in TASKLESS
        return next(candidates.others(attempt.tier, ladder, free, same_tier=same), None)

    async def _again(
        self, call: Call, plan: CallPlan, failed: Attempt, place: Tier, measured: CallSize
    ) -> Attempt | None:
        """The one attempt elsewhere, where the budget has room for it at once."""
        try:
            found = await self._attempt_on(place, call, plan, measured, wait=False)
        except (Refusal, TaskTooDear):
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
        self, request: web.Request, call: Call, plan: CallPlan, attempt: Attempt
    ) -> web.StreamResponse:
        """Pass an answer on, each chunk as it comes."""
        own = shown(call, plan, attempt.tier, attempt.changed)
        upstream = attempt.response
        if upstream is None:
            refusal = Refusal("api_error", _unreached(attempt))
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
        try:
            async for chunk in upstream.content.iter_any():
                attempt.tap.hear(chunk)
                await response.write(chunk)
        except aiohttp.ClientConnectionResetError:
            # The client went away, and its handler is about to be cancelled.
            return response
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.info("%s broke off: %s", attempt.tier.name, type(error).__name__)
            await _break_off(response, streamed=call.body.data.get("stream") is True)
        attempt.tap.end()
        await response.write_eof()
        return response

    async def _book(
        self, call: Call, plan: CallPlan, attempt: Attempt, *, last: bool = True
    ) -> None:
        """Book an attempt; what the strand keeps of it, and where its task stands."""
        if attempt.unbilled:
            await self._cashier.release(attempt.reservation)
            usage, cost = Usage(), 0
        else:
            usage, cost = await self._cashier.settle(attempt.reservation, attempt.tap)
        task = plan.task
        if task is not None:
            task.booked(usage, cost, self._office.window.now_ms())
            if last:
                state, error = _state(attempt)
                record.moved(self._office, task, state, error)
        self._events.booked(call, plan, attempt.tier, usage, cost)


def _body(call: Call, attempt: Attempt) -> bytes:
    """The body as it is sent: the client's bytes, but for what was changed.

    A dated or prefixed spelling of the tier's own model stays as the client wrote it.
    """
    changed: dict[str, str | int] = {}
    if normal(call.model) != normal(attempt.tier.model):
        changed["model"] = attempt.tier.model
    if MAX_TOKENS in attempt.changed:
        changed[MAX_TOKENS] = attempt.reservation.max_tokens
    dropped = frozenset(attempt.changed) - {MAX_TOKENS}
    if not changed and not dropped:
        return call.body.text.encode("utf-8")
    return splice.spliced(call.body, changed, dropped)


def _state(attempt: Attempt) -> tuple[TaskState, str | None]:
    """Where a task stands after a call: its loop goes on, it was answered, or it broke off."""
    if attempt.failure is not None or attempt.tap.failed is not None:
        return "failed", "ModelError"
    if not attempt.tap.whole:
        return "cancelled", None
    return ("running" if attempt.tap.stop_reason in LOOPS else "answered"), None


def _classified(status: int, body: bytes) -> tuple[str, bool]:
    """The kind of an error answer, and whether it certainly was not billed."""
    try:
        error = json.loads(body)["error"]
        kind = classify(status, str(error.get("type")), None, str(error.get("message")))
    except (ValueError, KeyError, TypeError, AttributeError):
        kind = classify(status, None, None, "")
    return kind, refused_unbilled(kind, status)


async def _error_of(response: aiohttp.ClientResponse) -> bytes:
    """The body of an error answer, as much of it as is read."""
    try:
        return await response.content.read(LARGEST_ERROR)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return b""


def _unreached(attempt: Attempt) -> str:
    why = cause(attempt.failure or "network")
    return f"{attempt.tier.label} ({attempt.tier.model}) did not answer: {why}. Try again."


async def _break_off(response: web.StreamResponse, *, streamed: bool) -> None:
    """End a stream whose server went away as the server itself ends one that fails."""
    if not streamed:
        return
    error = {"type": "api_error", "message": "The model's server broke off its answer."}
    said = json.dumps({"type": "error", "error": error})
    await response.write(f"event: error\ndata: {said}\n\n".encode())
