"""Makes a group of jobs for the night from what the operator asked for, with its forecast and worst
case, and queues it.
"""

from __future__ import annotations

import asyncio
import socket
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Final

from tierwise.budget.purse import ReservationRequest
from tierwise.core.actions import KINDS
from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest
from tierwise.night.fan_out import JobPlace, fan_out
from tierwise.present import night as words
from tierwise.store import jobs as store
from tierwise.store.installation import name_of
from tierwise.store.jobs import GroupRow, JobRow
from tierwise.tasks.api import TaskParams
from tierwise.tasks.deciding import routing
from tierwise.tasks.intake import requests
from tierwise.tasks.proposing import confining
from tierwise.tasks.queue import notes
from tierwise.tasks.queue.asked import QueuePlan, QueueWish
from tierwise.tasks.queue.notes import GroupNotes, file_digest, text_digest
from tierwise.tasks.record.journal import flat
from tierwise.tasks.window.window import Window
from tierwise.tasks.world import World

AROUND_CHARS: Final = 12_000
"""The characters of a prompt that the worst case of a job counts beside its document and
instruction.
"""


def plan(wish: QueueWish, world: World) -> QueuePlan:
    """The group of jobs for what the operator asked for (`wish`). It is not queued yet.

    Raises `BadRequest` if there is nothing to work on, a document cannot be read or edited, no
    content is kept, or the instruction or a command's cap is missing. Raises `UnknownTier` for an
    unknown tier.
    """
    window = world.window
    if not window.keeps_content:
        raise BadRequest(words.NOT_KEPT)
    if KINDS[wish.action].needs_words and not wish.instruction.strip():
        raise BadRequest(words.NO_INSTRUCTION)
    documents = [window.documents.snapshot(uri) for uri in wish.uris]
    for document in documents:
        confining.require_editable(wish.action, document, window)
    if wish.range is not None:
        problem = wish.problems[0] if wish.problems else None
        places = [JobPlace(documents[0], wish.range, problem)]
    else:
        places = fan_out(wish.each, documents, wish.problems)
    all_of_it = wish.range is None and wish.each == "file"
    if not places:
        raise BadRequest(words.NO_PLACE)
    now = routing.moment(world.known)
    baseline = window.config.baseline or window.ladder.top
    group_id = _new_id()
    jobs, problems, forecast, worst, always = [], {}, 0, 0, 0
    for number, place in enumerate(places):
        job = _job(group_id, number, place, world, all_of_it=all_of_it)
        params = params_of(job, wish, place)
        request, scene = requests.of_task(params, window.documents, window.ladder)
        requests.require_matter(request, scene, window.documents.roots())
        decision = routing.forecast_decision(request, scene, world.known, now, reasons=False)
        forecast += decision.cost.get(decision.answering, 0)
        always += decision.cost.get(baseline, 0)
        worst += worst_of(wish, decision.answering, place.document, world)
        if place.diagnostic is not None:
            problems[job.id] = place.diagnostic
        jobs.append(replace(job, tier=decision.answering, routed=decision.routed))
    if wish.command:
        # Nobody knows how many calls a command makes: it may use up its cap.
        if wish.cap is None:
            raise BadRequest(words.NO_CAP)
        forecast, worst, always = wish.cap, wish.cap, 0
    group = GroupRow(
        id=group_id,
        project=window.project,
        root=_root(documents[0], world),
        created_ms=window.now_ms(),
        action=wish.action,
        fan=wish.each,
        origin=wish.origin,
        tier=wish.tier,
        at_ms=wish.at_ms,
        by_ms=wish.by_ms,
        every=wish.every,
        after_group=wish.after,
        cap=wish.cap,
        agent=bool(wish.command),
        rehearsal=window.rehearsal,
        forecast=forecast,
        worst=worst if wish.cap is None else min(worst, wish.cap),
        baseline=always,
    )
    return QueuePlan(wish, group, tuple(jobs), baseline, problems)


def worst_of(wish: QueueWish, tier: str, document: Snapshot, world: World) -> int:
    """The worst cost of a job in nano-dollars: a call, a longer one if it is cut off, and a step
    up.
    """
    ladder = world.window.ladder
    up = ladder.above(tier) or tier
    prompt = document.text + wish.instruction + " " * AROUND_CHARS

    def call(name: str) -> int:
        place = world.window.tier(name)
        return world.purse.worst(ReservationRequest(
            task_id="", request_id="", tier=place, prompt=prompt, action=wish.action,
            language=document.language, max_tokens=place.max_tokens,
            project=world.window.project, full_output=True,
        ))  # fmt: skip

    return 2 * call(tier) + call(up)


async def put(found: QueuePlan, world: World) -> None:
    """Queue a group.

    Raises `BadRequest` if its instruction cannot be kept, and `LedgerUnavailable` if the group
    cannot be written.
    """
    kept = _notes(found, world.window)
    if not notes.put(world.window.content, found.group.id, kept):
        raise BadRequest(words.NOT_KEPT)
    group = found.group
    if world.window.ledger.served:
        place = await asyncio.to_thread(name_of, world.window.content.folder.parent)
        group = replace(group, place=place, host=socket.gethostname())
    await world.window.ledger.write(lambda conn: store.insert_group(conn, group, found.jobs))


def params_of(job: JobRow, wish: QueueWish, place: JobPlace) -> TaskParams:
    """The parameters of the task that does a job: what was asked for (`wish`), on the lines of
    `place`.
    """
    problem = place.diagnostic
    return TaskParams(
        action=wish.action,
        uri=job.uri,
        range=place.range,
        instruction=wish.instruction,
        tier=wish.tier,
        diagnostics=(problem,) if problem is not None else None,
        task_id=job.id,
    )


def _notes(found: QueuePlan, window: Window) -> GroupNotes:
    wish, texts, unsaved = found.wish, {}, {}
    for job in found.jobs:
        snapshot = window.documents.snapshot(job.uri)
        if snapshot.version is not None and snapshot.path is not None:
            digest = file_digest(Path(snapshot.path))
            if digest != text_digest(snapshot.text):
                unsaved[job.uri], texts[job.uri] = digest, snapshot.text
        if job.range is not None:
            texts[job.uri] = snapshot.text
    return GroupNotes(wish.instruction, found.problems, texts, unsaved, wish.command)


def _job(group_id: str, number: int, place: JobPlace, world: World, *, all_of_it: bool) -> JobRow:
    return JobRow(
        id=_new_id(),
        group_id=group_id,
        number=number,
        uri=place.document.uri,
        path=requests.relative(place.document, world.window.documents.roots()),
        range=None if all_of_it else flat(place.range),
    )


def _root(document: Snapshot, world: World) -> str:
    """The workspace folder of a document, or the first folder if it lies in none. "" without
    folders.
    """
    roots = tuple(world.window.documents.roots())
    path = document.path or ""
    inside = [root for root in roots if path.startswith(f"{root.as_posix()}/")]
    return next((root.as_posix() for root in (*inside, *roots)), "")


def _new_id() -> str:
    return uuid.uuid4().hex[:12]
