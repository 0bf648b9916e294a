"""`tierwise why TASK`: shows a task's decision, its reasons, its cost and its outcomes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import zip_longest
from typing import Annotated

import typer

from tierwise.cli.common import configuration, print_json, read
from tierwise.cli.lines import say
from tierwise.cli.page import show_page
from tierwise.cli.route import situation
from tierwise.config import paths
from tierwise.core.actions import ACTIONS, Action
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import UnknownTask
from tierwise.core.request import Request
from tierwise.learning.labels import Event
from tierwise.present import sent as present
from tierwise.present import why
from tierwise.present.decision import to_wire
from tierwise.present.money import amount
from tierwise.present.reasons import flip
from tierwise.present.shown import shown
from tierwise.routing import explain
from tierwise.routing import flips as routing_flips
from tierwise.routing.weights import load
from tierwise.store import decisions
from tierwise.store.content import Content
from tierwise.tasks.calling import sent as tasks_sent
from tierwise.tasks.deciding.routing import SIGNS
from tierwise.tasks.learning import recall
from tierwise.tasks.window.settings import price_table

_GONE = "What was sent is no longer kept."


def run(
    task_id: Annotated[str, typer.Argument(metavar="TASK", help="A task id, or its start.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sent: Annotated[bool, typer.Option("--sent", help="Show what went to the model.")] = False,
) -> None:
    """Show why a task went where it went."""
    told = read(lambda conn: decisions.task(conn, task_id))
    if told is None or not told.decisions:
        raise UnknownTask(
            f"There is no task '{task_id}' in the ledger. `tierwise history` lists them."
        )
    if not recall.readable(told):
        raise UnknownTask(ErrorReason.of("unreadable_task", task=told.task.task_id))
    content = Content(paths.state_dir(os.environ))
    attempts = tasks_sent.record_of(None, told.task.task_id, content) if sent else None
    decided = [recall.decision(told.task, row) for row in told.decisions]
    last = decided[-1]
    config = configuration().config
    # An unknown action, of a newer Tierwise, is priced like a chat. The price only serves to find
    # what would have changed the decision.
    action: Action = "chat"
    if told.task.action in ACTIONS:
        action = told.task.action
    facts = situation(Request(action, ""), config, price_table(config)[0])
    facts = replace(facts, choices=(), remap={}, floors=(), cap=None)
    weights = load()
    flips = routing_flips.flips(last.signals, weights, facts)
    cheaper, dearer = flip(flips.cheaper, "cheaper"), flip(flips.dearer, "dearer")
    if as_json:
        print_json(
            {
                "taskId": told.task.task_id,
                "action": told.task.action,
                "state": told.task.state,
                "rehearsal": told.task.rehearsal,
                "decision": to_wire(last, priced=bool(told.cost)),
                "decisions": [to_wire(d) for d in decided],
                "cheaper": cheaper,
                "dearer": dearer,
                "costUsd": told.cost / 1e9,
                "attempts": [
                    {
                        "tier": a["tier"],
                        "model": a["model"],
                        "state": a["state"],
                        "costUsd": a["cost"] / 1e9,
                        "inputTokens": a["input_tokens"],
                        "outputTokens": a["output_tokens"],
                        "assumed": bool(a["assumed"]),
                    }
                    for a in told.attempts
                ],
                "outcomes": [
                    {"kind": kind, "at": at, "tier": tier, "value": value}
                    for kind, at, tier, value in told.outcomes
                ],
                **({"sent": attempts} if sent else {}),
            }
        )
        return
    say(f"{told.task.task_id}  {told.task.action}  {told.task.state}")
    for decision in decided[:-1]:
        say(f"  at first {shown(decision, priced=bool(told.cost)).sentence}")
    signs = explain.why(last.signals, weights, SIGNS)
    page = why.why(
        last, signs, cheaper=cheaper, dearer=dearer, rehearsal=bool(told.task.rehearsal),
        paid=told.cost, redo_cost=facts.redo_cost,
    )  # fmt: skip
    say()
    show_page(page.page)
    for attempt in told.attempts:
        assumed = ", assumed" if attempt["assumed"] else ""
        say(
            f"  {attempt['tier']}: {attempt['input_tokens']} + {attempt['output_tokens']} tokens,"
            f" {amount(attempt['cost'])} ({attempt['state']}{assumed})"
        )
    for kind, at, tier, value in latest(told.outcomes):
        when = datetime.fromtimestamp(at / 1000).strftime("%H:%M:%S")
        say(f"  {when} {kind} on {tier}{f' ({value})' if value else ''}")
    if sent and attempts:
        show_page(present.document(attempts))
    elif sent:
        say(f"  {_GONE}")


def latest(events: Sequence[Event]) -> list[Event]:
    """Drop all but the last of consecutive survival checks from a list of outcomes."""
    return [
        event
        for event, after in zip_longest(events, events[1:])
        if event[0] != "survived" or after is None or after[0] != "survived"
    ]
