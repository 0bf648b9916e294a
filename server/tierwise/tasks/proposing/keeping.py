"""Keeps proposals on disk so that they outlive the server, with the other content of their task.

One file holds all that is needed: the texts the hunks were made for with their digests, the hunks
with their states, their places in a version of each text, and what was done to whole files.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field, replace
from functools import cache
from typing import Final

from pydantic import TypeAdapter

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range
from tierwise.core.errors import BadRequest
from tierwise.core.request import Request
from tierwise.core.views import TaskState
from tierwise.edits.anchors import Anchors
from tierwise.edits.offer import asked
from tierwise.edits.proposal import Proposal, anchors
from tierwise.edits.spot import Spot
from tierwise.store import owner
from tierwise.store.content import Content
from tierwise.tasks.proposing.applying import Done
from tierwise.tasks.proposing.open_proposal import OpenProposal
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

NAME: Final = "proposal.json"
"""The file of a proposal in its task's folder."""
NIGHT: Final = "night.json"
"""The file of a proposal of the night queue. No window takes it over by itself."""
RESTS: Final = 2.0
"""Seconds from a change of a document until the new places are written."""
_WRITING: Final = ThreadPoolExecutor(1, thread_name_prefix="keep")
"""One thread writes all proposals, so that of two versions the later one stays."""
OPEN: Final[frozenset[TaskState]] = frozenset({"proposed", "partlyApplied", "applied"})
"""States of a task whose proposal can still be applied or undone."""


@dataclass(frozen=True, slots=True)
class KeptPlaces:
    """Where the hunks of a document are, in the version of its text that has this digest.

    `version` is the editor's version of the document. `spots` has a place for each hunk.
    """

    digest: str
    version: int | None
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class KeptProposal:
    """A proposal as it is kept on disk, with as much of its task as is needed to open it again.
    `owner` is the process that has it open.
    """

    owner: str
    task_id: str
    created_ms: int
    project: str
    conversation_id: str | None
    rehearsal: bool
    state: TaskState
    request: Request
    uri: str | None
    range: Range | None
    notices: tuple[str, ...]
    proposal: Proposal
    digests: Mapping[str, str]
    """The digest of the text that each file's hunks were made for, by URI."""
    places: Mapping[str, KeptPlaces]
    done: Done

    @property
    def sound(self) -> bool:
        """Whether the texts that the hunks were made for still match their digests."""
        return all(
            self.digests.get(f.uri) == digest(f.before)
            for f in self.proposal.files
            if f.kind == "text"
        )

    @property
    def owned(self) -> bool:
        """Whether another living process has this proposal open."""
        return self.owner != owner.identity() and owner.alive(self.owner) is True


@dataclass
class Keeper:
    """Writes changed proposals to disk on a thread, one after the other. It writes nothing if no
    content is kept.
    """

    window: Window
    _dirty: dict[str, OpenProposal] = field(default_factory=dict)
    _job: asyncio.Task[None] | None = None
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the file, in a task's folder, that its proposal is kept in. The night's
        proposals have another one.
        """
        return NIGHT if self.window.night else NAME

    def keep(self, entry: OpenProposal) -> None:
        """Start to write a proposal in its present state, or to delete its file if it is over."""
        if not self.window.keeps_content or entry.growing or entry.gone:
            return
        self._dirty[entry.proposal.id] = entry
        if self._job is None or self._job.done():
            self._job = asyncio.get_running_loop().create_task(self._write())

    async def first(self, entry: OpenProposal) -> None:
        """Write a new proposal before the operator sees it. Nothing of it stays on disk if this is
        cancelled.
        """
        if not self.window.keeps_content:
            return
        try:
            await self._put(replace(kept(entry, self.window), state="proposed"), entry)
        except asyncio.CancelledError:
            self.forget(entry)
            raise

    def prepare(self) -> None:
        """Build what turns proposals into JSON, on a thread. The first one would otherwise wait for
        that.
        """
        asyncio.get_running_loop().run_in_executor(None, _form)

    def soon(self, entry: OpenProposal) -> None:
        """Write a proposal `RESTS` seconds later, since its documents are still changing."""
        key = entry.proposal.id
        if key not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers[key] = loop.call_later(RESTS, self._rested, entry)

    def forget(self, entry: OpenProposal) -> None:
        """Remove a proposal that is over. A write of it that runs removes it again at its end."""
        entry.gone = True
        if (timer := self._timers.pop(entry.proposal.id, None)) is not None:
            timer.cancel()
        self._dirty.pop(entry.proposal.id, None)
        self.window.content.drop(entry.task.id, self.name)

    async def flush(self) -> None:
        """Wait until all proposals given to `keep` are written."""
        while self._job is not None and not self._job.done():
            await asyncio.wait({self._job})

    async def close(self) -> None:
        """Stop the timers of `soon`, and wait for the running write, at most a second."""
        for timer in self._timers.values():
            timer.cancel()
        if self._job is not None:
            await asyncio.wait({self._job}, timeout=1.0)

    def _rested(self, entry: OpenProposal) -> None:
        self._timers.pop(entry.proposal.id, None)
        self.keep(entry)

    async def _write(self) -> None:
        while self._dirty:
            _, entry = self._dirty.popitem()
            if entry.task.state not in OPEN:
                self.window.content.drop(entry.task.id, self.name)
                continue
            await self._put(kept(entry, self.window), entry)

    async def _put(self, found: KeptProposal, entry: OpenProposal) -> None:
        """Write a proposal on the thread."""
        texts = {uri: file.text for uri, file in entry.places.files.items() if not file.behind}
        content, loop = self.window.content, asyncio.get_running_loop()
        await loop.run_in_executor(_WRITING, _put, found, texts, content, self.name, entry)


def kept(entry: OpenProposal, window: Window) -> KeptProposal:
    """A proposal in the form in which it is kept. The digests are added later."""
    task, scene = entry.task, entry.task.scene
    places = {
        uri: KeptPlaces("", _version(uri, window), tuple(file.current()))
        for uri, file in entry.places.files.items()
        if not file.behind
    }
    return KeptProposal(
        owner.identity(), task.id, task.created_ms, task.project, task.conversation_id,
        task.rehearsal, task.state, task.request, scene.focus.uri if scene.focus else None,
        scene.range, tuple(task.run.notices), entry.proposal, {}, places,
        Done(dict(entry.done.created), dict(entry.done.deleted), list(entry.done.renamed),
             entry.done.at_ms, entry.done.undone),
    )  # fmt: skip


def read(content: Content, project: str, most: int, since_ms: int) -> Sequence[KeptProposal]:
    """Claim the kept proposals of a project for this process, oldest first: the latest `most`,
    without those of another living process and those applied of tasks that began before `since_ms`
    (UTC milliseconds).

    Of two windows that start together, only one gets a proposal.
    """
    found = [
        one
        for task_id in content.tasks_with(NAME)
        if (one := look(content, task_id, NAME)) is not None
        and one.project == project
        and not (one.state == "applied" and one.created_ms < since_ms)
    ]
    latest = sorted(found, key=lambda one: one.created_ms)[-most:]
    return [one for one in latest if claim(content, one, NAME)]


def look(content: Content, task_id: str, name: str) -> KeptProposal | None:
    """Read a kept proposal from disk without claiming it. `name` is its file. None if there is
    none that can be read.
    """
    text = content.get(task_id, name)
    if text is None:
        return None
    try:
        return _form().validate_json(text)
    except ValueError:
        log.warning("task %s: its kept proposal cannot be read", task_id)
        return None


def claim(content: Content, one: KeptProposal, name: str) -> bool:
    """Claim a kept proposal for this process.

    False if it can neither be applied nor undone, does not match its digests, is open in another
    living process, or was claimed by another process first.
    """
    if one.state not in OPEN or not one.sound or one.owned:
        return False
    return content.take(one.task_id, name) is not None


def places_of(one: KeptProposal, window: Window) -> dict[str, Anchors]:
    """Where the hunks of a kept proposal are, by the URI of each document whose text it changes.

    If a document still has the text that the kept places belong to, these places are returned.
    Otherwise the places are those in the text that the hunks were made for, with applied hunks
    applied. `Follower.take_over` then moves them to the present text. A lost hunk stays lost.
    """
    found = {}
    for file in one.proposal.files:
        if file.kind != "text":
            continue
        made, places = anchors(file), one.places.get(file.uri)
        states = {s.id: s for s in places.spots} if places is not None else {}
        try:
            text: str | None = window.documents.snapshot(file.uri).text
        except BadRequest:
            text = None
        if places is not None and text is not None and digest(text) == places.digest:
            made.text = text
            made.put(places.spots)
        else:
            applied = {h.id for h in file.hunks if h.state == "applied"}
            turned = asked(made.text, made.spots, applied)
            made.text = turned.after
            made.put([
                spot.gone() if (was := states.get(spot.id)) and was.state == "lost" else spot
                for spot in turned.spots
            ])  # fmt: skip
        found[file.uri] = made
    return found


def digest(text: str) -> str:
    """A digest of a text. A kept text and a document with the same digest are taken for equal."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _put(
    one: KeptProposal,
    texts: Mapping[str, str],
    content: Content,
    name: str,
    entry: OpenProposal,
) -> None:
    """Write a proposal, unless it is over. One that cannot be written is shown all the same."""
    places = {uri: replace(p, digest=digest(texts[uri])) for uri, p in one.places.items()}
    digests = {f.uri: digest(f.before) for f in one.proposal.files if f.kind == "text"}
    whole = replace(one, places=places, digests=digests)
    try:
        text = _form().dump_json(whole).decode()
    except ValueError:
        log.warning("task %s: its proposal cannot be written down", one.task_id)
        return
    if not entry.gone:
        content.put(one.task_id, name, text, durable=name == NIGHT)
    if entry.gone:
        content.drop(one.task_id, name)


def _version(uri: str, window: Window) -> int | None:
    try:
        return window.documents.snapshot(uri).version
    except BadRequest:
        return None


@cache
def _form() -> TypeAdapter[KeptProposal]:
    return TypeAdapter(KeptProposal)
