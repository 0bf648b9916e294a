"""Splits a change that one call cannot hold into parts, under one task and one decision.

The change is to reach many places: pieces of code in several files. Each part has the request and
its own share of them, its own calls and its own deadline. The sum of the worst cases is agreed to
and reserved before the first call. The answers of all parts are read as one answer and become one
proposal.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import field, replace
from typing import Final

from tierwise.context import window
from tierwise.core.context import ContextItem, LeftOut, Pack
from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import (
    BudgetPaused,
    LedgerUnavailable,
    ModelError,
    NotConfigured,
    TierwiseError,
)
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.edits import answer as answers
from tierwise.models import notes, retry
from tierwise.models.call import Result
from tierwise.present import notices, progress
from tierwise.tasks.calling import admission, attempts, room
from tierwise.tasks.proposing.drafts import Draft
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World

log = logging.getLogger(__name__)

MOST: Final = 12
"""The most parts of a task. Places beyond them are not sent, and the operator is told."""
COMMON: Final = 0.5
"""Share of the context window for what every part has: the selection and what explains it."""
SPARE: Final = 2.0
"""An answer is cut off at this many times its expected length."""


def several(task: Task, world: World) -> bool:
    """Whether a task needs several calls. Then the operator is asked once, about the cost of all of
    them together.
    """
    assert task.run.pack is not None, "context is collected before anything is asked"
    return len(split(task.run.pack, world.window.tier(task.decision.answering))) > 1


async def answer(task: Task, world: World) -> Answer:
    """The answer of a task, from one call or from one for each of its parts.

    Raises what `attempts.answer` raises if no part was answered. With several parts it also raises
    `SpendNotAgreed`, or what `Settling.set_aside` raises, before the first call.
    """
    tier = world.window.tier(task.decision.answering)
    assert task.run.pack is not None, "context is collected before anything is asked"
    found = split(task.run.pack, tier)
    if len(found) < 2:
        return await attempts.answer(task, world)
    kept = {id(item) for part in found for item in part.items}
    lost = [i for i in task.run.pack.items if i.changes and id(i) not in kept]
    unsent = tuple(LeftOut(window.place(i), notices.TOO_MANY_PLACES, i.changes) for i in lost)
    found = [replace(part, left_out=(*part.left_out, *unsent)) for part in found]
    if unsent:
        task.run.remark(notices.not_sent_uses(len({i.path for i in lost}), lost[0].changes))
    task.run.note(notes.PARTS)
    return await _in_parts(task, tier, found, world)


def split(pack: Pack, tier: Tier) -> list[Pack]:
    """Split the context of a request into parts that a tier can read and answer in one call each.

    Every part has the common context and some of the places to change (pieces of code that the
    change is to reach). A context that fits is returned as the only part. Places keep their order,
    so that those of one file stay together if they fit.
    """
    places = [item for item in pack.items if item.changes]
    most = room.LARGE * tier.max_tokens
    whole = room.expected([*places, *_repeated(pack)])
    if not places or (pack.tokens <= tier.context_tokens and whole <= most):
        return [pack]
    most -= room.expected(_repeated(pack))
    others = tuple(item for item in pack.items if not item.changes)
    common = window.fit(replace(pack, items=others), int(tier.context_tokens * COMMON))
    left = tier.context_tokens - common.tokens
    shares: list[list[ContextItem]] = []
    for item in places:
        share = shares[-1] if shares else []
        tokens = sum(i.tokens for i in share) + item.tokens
        if not share or tokens > left or room.expected([*share, item]) > most:
            shares.append([item])
        else:
            share.append(item)
    return [
        replace(common, items=(*common.items, *share), tokens=common.tokens + _tokens(share))
        for share in shares[:MOST]
    ]


def tally(task: Task, draft: Draft) -> None:
    """Tell the operator which files the proposal leaves unchanged although the change was to reach
    them.
    """
    pack = task.run.pack
    wanted = {item.path for item in pack.items if item.changes} if pack is not None else set()
    if not wanted or draft.proposal is None:
        return
    changed = {file.path for file in draft.proposal.files}
    if missing := sorted(wanted - changed):
        task.run.remark(notices.files_unchanged(len(wanted), missing))


def _repeated(pack: Pack) -> list[ContextItem]:
    """The selection: every part may change it beside its own places."""
    return [item for item in pack.items if item.kind == "selection"]


def _tokens(items: Sequence[ContextItem]) -> int:
    return sum(item.tokens for item in items)


async def _in_parts(task: Task, tier: Tier, found: Sequence[Pack], world: World) -> Answer:
    requests = []
    for number, part in enumerate(found):
        _take(task, number, part)
        room.prepare(task, tier)
        _, prompt, _ = attempts.built(task, tier, world)
        requests.append(attempts.request_of(task, tier, prompt, world))
    await admission.ask_for_parts(task, [world.purse.worst(ask) for ask in requests], world)
    lost = _Lost(found)
    async with world.settling.set_aside(task, requests):
        for number, part in enumerate(found):
            _take(task, number, part, _used(task, len(found)))
            task.run.begin(world.window.monotonic(), world.window.config.timeouts.task)
            task.say(progress.part(number + 1, len(found)))
            try:
                got = await attempts.answer(task, world)
            except (BudgetPaused, LedgerUnavailable, ModelError, NotConfigured) as error:
                log.info("task %s: part %d was not answered (%s)", task.id, number + 1, error.name)
                lost.took(number, error)
                task.reset(progress.part_lost(number + 1))
                if not isinstance(error, ModelError) or lost.twice(number):
                    lost.rest(number)
                    break
                continue
            if _usable(got):
                task.run.keeps(got.text)
            else:
                lost.took(number, None)
                task.reset(progress.part_lost(number + 1))
    if not task.run.earlier:
        raise lost.error or ModelError(ErrorReason.of("no_part"), "empty")
    if lost.numbers:
        task.run.remark(notices.parts_lost(len(lost.numbers), len(found), lost.paths))
    text = task.run.earlier.rstrip("\n")
    return Answer(Result(text, "end_turn", Usage(), tier.model), task.decision.answering)


@dataclass
class _Lost:
    """The parts that were not answered, by their numbers from 0, and the first error."""

    found: Sequence[Pack]
    numbers: set[int] = field(default_factory=set)
    error: TierwiseError | None = None

    def took(self, number: int, error: TierwiseError | None) -> None:
        self.numbers.add(number)
        self.error = self.error or error

    def rest(self, number: int) -> None:
        """Count all parts from this one on as not answered."""
        self.numbers |= set(range(number, len(self.found)))

    def twice(self, number: int) -> bool:
        """Whether the part before failed too. Then the others would probably fail as well."""
        return number - 1 in self.numbers

    @property
    def paths(self) -> list[str]:
        """The files that have a place in one of these parts."""
        items = [item for n in self.numbers for item in self.found[n].items]
        return sorted({item.path for item in items if item.changes})


def _take(task: Task, number: int, part: Pack, used: int = 0) -> None:
    places = [item for item in part.items if item.changes]
    most = int(SPARE * room.expected([*places, *_repeated(part)]))
    task.run.takes_part(number, part, most, used)


def _used(task: Task, parts: int) -> int:
    """How many calls of the next part an earlier run of the job has already used up."""
    return max(0, task.run.all_calls - retry.MAX_ATTEMPTS * (parts - 1))


def _usable(got: Answer) -> bool:
    """Whether the answer to a part is complete, and is blocks or only text. Then the answers to
    other parts can be added to it.
    """
    read = answers.read(got.text, stop_reason=got.result.stop_reason)
    return read.problem is None and read.kind in ("blocks", "text")
