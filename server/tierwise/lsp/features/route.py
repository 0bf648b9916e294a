"""`tierwise/route/*`: why a tier, which choices hold, and how to change or judge them."""

from __future__ import annotations

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.lsp.messages.route import (
    Choices,
    ChoicesAsk,
    Explain,
    Explained,
    Override,
    Rate,
    explained,
)
from tierwise.lsp.session.session import Session
from tierwise.present.decision import WireDecision, to_wire
from tierwise.present.reasons import flip


async def explain(session: Session, params: Explain) -> Explained:
    """The decision of a task, or the forecast for one that could be started. Calls no model."""
    engine = await session.engine()
    if "action" in params.model_fields_set:
        return explained(engine.forecast(params.params(session.docs)), paged=False)
    if params.task_id is None:
        raise BadRequest(ErrorReason("explain_what"))
    told = await engine.explain_task(params.task_id)
    return explained(
        told.decision,
        told.signs,
        cheaper=flip(told.flips.cheaper, "cheaper"),
        dearer=flip(told.flips.dearer, "dearer"),
        rehearsal=told.rehearsal,
        paid=told.paid,
        redo_cost=told.redo_cost,
    )


async def override(session: Session, params: Override) -> WireDecision | None:
    """Set the operator's choice of a tier for a scope (such as a file), or clear it with "auto".

    A choice for one task also redoes that task on the tier. Only then a decision is returned: the
    new one.
    """
    decision = await (await session.engine()).override(params.params())
    return to_wire(decision) if decision is not None else None


async def choices(session: Session, params: ChoicesAsk) -> Choices:
    """The operator's choices that hold now: a tier for a file, an action and so on (pins), or one
    tier in place of another (remaps).
    """
    return Choices.of((await session.engine()).choices())


async def rate(session: Session, params: Rate) -> bool:
    """Record how the operator judges the tier of a task."""
    await (await session.engine()).record_outcome(params.task_id, "rated", params.rating)
    return True
