"""Asks the operator in a terminal what must be agreed before a group is queued."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from tierwise.cli.amounts import usd
from tierwise.cli.lines import say
from tierwise.cli.queue_lines import offer
from tierwise.core.errors import BadRequest
from tierwise.present import night as words

if TYPE_CHECKING:
    from tierwise.tasks.queue.asked import QueuePlan
    from tierwise.tasks.queue.night_queue import NightQueue


def can_ask(*, quiet: bool) -> bool:
    """True if somebody can answer a question. `quiet` means that a program reads the output."""
    return sys.stdin.isatty() and sys.stdout.isatty() and not quiet


async def agree(night: NightQueue, plan: QueuePlan, *, yes: bool, quiet: bool) -> None:
    """Show what a group would cost. Ask what is still open: how much a night may cost, whether
    tests may run, and whether a large group is meant.

    `yes` answers the questions about tests and size, but not the one about money. Raises
    `BadRequest` if the operator names no amount or does not want the group, or if a question is
    open and nobody can answer.
    """
    group, terminal = plan.group, can_ask(quiet=quiet)
    if terminal:
        say(offer(plan))
    if not group.rehearsal and await night.purse() is None:
        if yes or not terminal:
            raise BadRequest(words.NO_PURSE)
        question = words.purse_question(group.forecast, group.worst)
        answer = typer.prompt(f"{question.text} [{', '.join(question.options)}]", default="")
        given = usd(answer or None)
        if given is None:
            raise BadRequest(words.NO_PURSE)
        await night.set_purse(given)
    tests = night.tests_to_ask()
    if tests is not None:
        if not yes and not terminal:
            raise BadRequest(words.nobody(tests.text))
        night.tests_agreed(yes=yes or typer.confirm(tests.text))
    if plan.to_ask and not yes:
        question = words.really(len(plan.jobs), group.fan, group.forecast, group.cap)
        if not terminal:
            raise BadRequest(words.nobody(question.text))
        if not typer.confirm(question.text):
            raise BadRequest(words.NOT_QUEUED)
