"""One attempt to get an answer from a model: reserve money, send the call, see how the answer
begins.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Final

import aiohttp
from aiohttp import web

from tierwise.budget.model_ids import normal
from tierwise.budget.purse import Reservation
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Reason
from tierwise.core.errors import TaskTooDear
from tierwise.core.tiers import Tier
from tierwise.gateway import accepts, record, splice
from tierwise.gateway.call import Call, CallPlan, action_of
from tierwise.gateway.kinds import TASKLESS
from tierwise.gateway.money import CallBill, Cashier, why_too_dear
from tierwise.gateway.office import Office
from tierwise.gateway.planning import Planner
from tierwise.gateway.refusal import Refusal
from tierwise.gateway.size import CallSize
from tierwise.gateway.tap import Tap
from tierwise.gateway.upstream import NotReached, Upstream
from tierwise.models import candidates
from tierwise.models.call import CacheLife
from tierwise.models.refusals import classify, refused_unbilled
from tierwise.routing import policy

ELSEWHERE: Final = frozenset({"rate_limited", "overloaded", "server", "network", "timeout", "cut"})
"""Kinds of failure after which another place may answer."""
REDIRECTED: Final = "redirected"
"""The failure of a server that redirects to another address. The redirect is not followed, because
that would send the prompt and the key to an unknown server."""
NOT_CONFIGURED: Final = "not_configured"
"""The failure of a call that could not be sent, because no usable key or server is configured for
it."""
MAX_TOKENS: Final = "max_tokens"
LARGEST_ERROR: Final = 1_000_000
"""The most bytes of an error answer that are read."""


@dataclass
class Attempt:
    """One sending of an agent's call to one place (a model at one server): the money reserved for
    it, and its result so far.

    `changed` names the fields of the body that the gateway changes beside the model. `unbilled` is
    true if the server certainly bills nothing.
    """

    tier: Tier
    reservation: Reservation
    size: CallSize
    changed: tuple[str, ...]
    tap: Tap
    response: aiohttp.ClientResponse | None = None
    error: bytes = b""
    failure: str | None = None
    unbilled: bool = False

    @property
    def answered(self) -> bool:
        """True if the model's server has begun an answer that is no error."""
        return self.response is not None and self.failure is None and self.response.status < 300

    def sent(self) -> None:
        """Forget the prompt, because nobody needs it any more and it may be large."""
        self.size = replace(self.size, text="")


class Attempts:
    """Reserves the money for attempts and sends them. An agent's call needs one attempt, or a
    second one at another place if the first fails.
    """

    def __init__(
        self, office: Office, planner: Planner, cashier: Cashier, upstream: Upstream
    ) -> None:
        self._office = office
        self._planner = planner
        self._cashier = cashier
        self._upstream = upstream

    async def reserved(self, call: Call, plan: CallPlan, measured: CallSize) -> Attempt:
        """Reserve the worst-case cost of a call. Returns its attempt, not sent yet.

        `measured` is the size of the call, which bounds its cost. If the budget has no room for the
        first call of a soft task (one that may go to a cheaper tier), the task begins on a cheaper
        tier. Raises `Refusal` if there is no such tier, or no room for it either. Raises
        `LedgerUnavailable`.
        """
        tier = plan.tier
        task = plan.task
        try:
            return await self.reserved_at(tier, call, plan, measured)
        except TaskTooDear as error:
            below = self._below(call, plan)
            if below is None or task is None or plan.decision is None:
                raise await self._too_dear(call, error) from None
            reason = Reason.of(
                "budget",
                "no_room",
                tier=tier.name,
                needs=error.needs,
                left=error.left,
                scope=error.scope,
                to=below,
            )
            record.decided(self._office, task, policy.moved(task.decision, below, "budget", reason))
        try:
            return await self.reserved_at(self._office.window.tier(below), call, plan, measured)
        except TaskTooDear as error:
            raise await self._too_dear(call, error) from None

    async def _too_dear(self, call: Call, error: TaskTooDear) -> Refusal:
        """Make the refusal of a call that its budget has no room for."""
        job = call.grant.job if call.grant is not None else None
        purse = self._office.purse_of(call.grant)
        state = await purse.state(call.strand.project, job, call.strand.member)
        owner = call.rules.owner
        return Refusal("billing_error", why_too_dear(error, state, call.grant, owner))

    def _below(self, call: Call, plan: CallPlan) -> str | None:
        """The cheaper tier for a soft task that the budget has no room for. None if there is none.

        Only the first call of a turn may move down. Later calls of the same turn keep its tier.
        """
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

    async def reserved_at(
        self, tier: Tier, call: Call, plan: CallPlan, measured: CallSize, *, wait: bool = True
    ) -> Attempt:
        task = plan.task
        bill = CallBill(
            task_id=task.task_id if task is not None else "",
            tier=tier,
            size=measured,
            action=action_of(call.headers) if call.kind not in TASKLESS else call.kind,
            project=call.strand.project,
            rehearsal=self._office.rehearses,
            grant=call.grant,
            member=call.strand.member,
            owner=call.rules.owner,
        )
        reservation = await self._cashier.reserve(bill, wait=wait)
        changed = sorted(accepts.dropped(tier, call.body.data)) if plan.routed else []
        if reservation.capped:
            changed.append("max_tokens")
        if task is not None:
            task.capped(reservation.max_tokens if reservation.capped else None)
        streamed = call.body.data.get("stream") is True
        life: CacheLife = "1h" if '"1h"' in call.body.text else "5m"
        return Attempt(tier, reservation, measured, tuple(changed), Tap(life, streamed=streamed))

    async def open(self, request: web.Request, call: Call, attempt: Attempt) -> None:
        """Send an attempt, and tell the circuit breaker of its place (a model at one server) how it
        went.

        A breaker that keeps calls away from a failing place lets a single trial through, and this
        attempt may be the trial. If its end says nothing about the place, as when the body is
        refused, the next attempt is the trial.
        """
        breakers, now = self._office.breakers, self._office.window.monotonic
        place = attempt.tier.endpoint_id
        trial = breakers.trying(place, now())
        try:
            await self._sent(request, call, attempt)
        finally:
            if attempt.answered:
                breakers.succeeded(place, now())
            elif attempt.failure in ELSEWHERE:
                breakers.failed(place, now(), attempt.failure)
            elif trial:
                breakers.dropped(place)

    async def _sent(self, request: web.Request, call: Call, attempt: Attempt) -> None:
        """Send a call. If the answer is an error, read its body and find its kind."""
        try:
            attempt.response = await self._upstream.open(
                attempt.tier, request.path_qs, request.headers, _body(call, attempt)
            )
        except Refusal:
            attempt.failure, attempt.unbilled = NOT_CONFIGURED, True
            raise
        except NotReached as error:
            attempt.failure, attempt.unbilled = error.kind, not error.sent
            return
        if attempt.response.status < 300:
            return
        if attempt.response.status < 400:
            attempt.response.close()
            attempt.response, attempt.unbilled = None, True
            attempt.failure = REDIRECTED
            return
        attempt.error = await _error_of(attempt.response)
        attempt.failure, attempt.unbilled = _classified(attempt.response.status, attempt.error)

    def elsewhere(self, call: Call, plan: CallPlan, attempt: Attempt) -> Tier | None:
        """The next place (a model at one server) to try after an attempt failed. None if there is
        none.

        None also if the gateway may not change the model, or if another place would fail in the
        same way, as with a body that is refused.
        """
        if attempt.failure not in ELSEWHERE or not plan.routed:
            return None
        now, breakers = self._office.window.monotonic(), self._office.breakers

        ladder = self._office.window.ladder
        cap = self._planner.cap_of(plan.task)

        def free(place: Tier) -> bool:
            if cap is not None and ladder.rank(place.name) > ladder.rank(cap):
                return False
            takes = accepts.refused(place, call.body.data, call.chars) is None
            return takes and breakers.allows(place.endpoint_id, now)

        same = not plan.may_move or call.kind in TASKLESS
        return next(candidates.others(attempt.tier, ladder, free, same_tier=same), None)


def _body(call: Call, attempt: Attempt) -> bytes:
    """The body to send: the client's bytes, with only the necessary fields changed.

    If the client already names the tier's model, in a dated or prefixed spelling, that spelling
    stays.
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


def _classified(status: int, body: bytes) -> tuple[str, bool]:
    """The kind of an error answer, and true if it certainly was not billed."""
    try:
        error = json.loads(body)["error"]
        kind = classify(status, str(error.get("type")), None, str(error.get("message")))
    except (ValueError, KeyError, TypeError, AttributeError):
        kind = classify(status, None, None, "")
    return kind, refused_unbilled(kind, status)


async def _error_of(response: aiohttp.ClientResponse) -> bytes:
    """The body of an error answer, at most `LARGEST_ERROR` bytes of it."""
    body = bytearray()
    with suppress(aiohttp.ClientError, TimeoutError, OSError):
        # One read gives what has come so far, which may be a part of it.
        while len(body) < LARGEST_ERROR:
            piece = await response.content.read(LARGEST_ERROR - len(body))
            if not piece:
                break
            body += piece
    return bytes(body)
