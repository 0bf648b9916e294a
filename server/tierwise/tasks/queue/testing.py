"""The operator's tests in the queue: whether they may run, and which proposals pass together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tierwise.config import paths
from tierwise.present import night as words
from tierwise.present.questions import OperatorQuestion
from tierwise.store.jobs import JobRow
from tierwise.tasks.queue import resolving
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.testing.tested import Tests, Tried
from tierwise.tasks.window.consent import Consents
from tierwise.tasks.window.window import Window
from tierwise.tasks.world import World

ASKED: Final = "queue-tests"
"""The key under which the operator's answers are stored. Each is about one command."""
APPLYING: Final = 100
"""The number of the copy of the tree that is used when a group is applied. No worker uses it."""


def to_ask(window: Window) -> OperatorQuestion | None:
    """The question whether the configured tests may run.

    None if there are no tests, the workspace is not trusted, or it was asked before.
    """
    wanted = window.config.queue.test
    if not wanted.command or not window.trust.trusted:
        return None
    if _digest(window) in _consents(window).answered(ASKED):
        return None
    return words.tests_question(" ".join(wanted.command), network=wanted.network)


def remember(window: Window, *, yes: bool) -> None:
    """Store whether the operator lets the configured tests run, so that it is asked only once per
    command.
    """
    _consents(window).remember(ASKED, _digest(window), yes)


def may_run(window: Window) -> bool:
    """Whether there are tests and the operator agreed to them."""
    wanted = window.config.queue.test
    return bool(wanted.command) and _digest(window) in _consents(window).accepted(ASKED)


async def together(
    found: Sequence[JobRow], root: Path, world: World, tasks: Roster
) -> tuple[list[JobRow], list[tuple[str, str]]]:
    """Run the tests on the present tree with the proposals of all these jobs. Returns the jobs that
    pass together, and for each other one a sentence with the reason.
    """
    tried: list[Tried] = []
    left: list[tuple[str, str]] = []
    for job in found:
        if not await resolving.take_over(job, world, tasks) or job.edit_id is None:
            left.append((job.id, words.OPEN_ELSEWHERE))
            continue
        texts = await world.proposals.tried(job.edit_id)
        if texts is None:
            left.append((job.id, words.NO_PLACE_NOW))
        else:
            tried.append(Tried(job.id, texts))
    state = paths.state_dir(world.window.settings.env)
    passing = await Tests(world.window, state, root, APPLYING).passing(tried)
    if passing is None:
        return [], [*left, *((one.job, words.TESTS_NOT_RUN) for one in tried)]
    names = {one.job for one in passing}
    left += [(one.job, words.NOT_TOGETHER) for one in tried if one.job not in names]
    return [job for job in found if job.id in names], left


def _consents(window: Window) -> Consents:
    return Consents(paths.state_dir(window.settings.env))


def _digest(window: Window) -> str:
    wanted = window.config.queue.test
    text = json.dumps([list(wanted.command), wanted.network])
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
