"""All conversations of an editor window, kept on disk so that they outlive it.

A conversation is one file in the content folder. It is deleted like all content: after
`content_keep_days`, or by `tierwise purge`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, field, replace
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.store.content import Content
from tierwise.tasks.chat.needed import needed
from tierwise.tasks.chat.threads import AnsweredTurn, Cached, Thread
from tierwise.tasks.task.task import Task
from tierwise.tasks.task.task_run import SentTurn

log = logging.getLogger(__name__)

FILE: Final = "thread.json"
VERSION: Final = 1
KEPT: Final = 50
"""Conversations held in memory. Others are read from disk when they go on."""


@dataclass
class Chats:
    """The conversations of a project, with those last used in memory (`threads`).

    An id that was begun in one project is not continued in another, because its files would be
    judged by other rules. `keeps` returns whether anything may be kept beyond this process.
    """

    content: Content
    keeps: Callable[[], bool]
    project: str = ""
    threads: dict[str, Thread] = field(default_factory=dict)
    _forgotten: set[str] = field(default_factory=set)
    """Deleted conversations. The writer thread deletes their files in its turn, so they may exist
    for a while.
    """
    _writer: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="chats")
    )

    def find(self, conversation_id: str | None) -> Thread | None:
        """A conversation that was begun in this editor window or an earlier one. None if there is
        none.
        """
        if conversation_id is None:
            return None
        found = self.threads.pop(conversation_id, None) or self._read(conversation_id)
        if found is not None:
            self._hold(found)
        return found

    def open(self, conversation_id: str) -> Thread:
        """The conversation with that id. It is begun if there is none."""
        found = self.find(conversation_id)
        if found is None:
            found = Thread(conversation_id)
            self._hold(found)
        return found

    def answered(self, task: Task, now_ms: int) -> None:
        """Add an answered turn to the history of its conversation, once."""
        if task.conversation_id is None:
            return
        thread = self.open(task.conversation_id)
        if task.id in thread.task_ids:
            return
        kept = task.run.turn or SentTurn("", (), ())
        said = AnsweredTurn(
            task.id, task.run.wish, task.text, task.decision.answering,
            kept.text, kept.paths, kept.digests, needed(task),
        )  # fmt: skip
        thread.answered(said, task.run.last_usage, now_ms)
        self._keep(thread)

    def retract(self, conversation_id: str, task_ids: Collection[str]) -> None:
        """Remove turns from a conversation."""
        thread = self.find(conversation_id)
        if thread is not None:
            thread.retract_all(task_ids)
            self._keep(thread)

    def forget(self, conversation_id: str) -> None:
        """Delete a conversation, in memory and on disk."""
        self.threads.pop(conversation_id, None)
        self._forgotten.add(conversation_id)
        with suppress(RuntimeError):  # closed: the server is leaving
            self._writer.submit(self.content.drop, self._key(conversation_id), FILE)

    def _keep(self, thread: Thread) -> None:
        if self.keeps():
            self._forgotten.discard(thread.id)
            # A copy, so that later turns do not change what is being written.
            kept = replace(thread, said=list(thread.said), cached=dict(thread.cached))
            with suppress(RuntimeError):  # closed: the server is leaving
                self._writer.submit(self._write, kept)

    def _write(self, thread: Thread) -> None:
        text = json.dumps({"version": VERSION, **asdict(thread)}, ensure_ascii=False)
        self.content.put(self._key(thread.id), FILE, text)

    async def close(self) -> None:
        """Wait until everything is written."""
        await asyncio.to_thread(self._writer.shutdown)

    def _hold(self, thread: Thread) -> None:
        self.threads[thread.id] = thread
        if self.keeps() and len(self.threads) > KEPT:
            del self.threads[next(iter(self.threads))]

    def _key(self, conversation_id: str) -> str:
        """A folder name that is unique for each id, whatever id a client chose."""
        name = f"{self.project}\0{conversation_id}".encode("utf-8", "replace")
        return "chat-" + hashlib.sha256(name).hexdigest()[:24]

    def _read(self, conversation_id: str) -> Thread | None:
        if conversation_id in self._forgotten or not self.keeps():
            return None
        text = self.content.get(self._key(conversation_id), FILE)
        if text is None:
            return None
        try:
            return _thread(json.loads(text), conversation_id)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("a kept conversation cannot be read; it begins again")
            return None


def _thread(data: dict[str, Any], conversation_id: str) -> Thread:
    if data["version"] != VERSION or data["id"] != conversation_id:
        raise ValueError("another conversation")
    return Thread(
        id=conversation_id,
        said=[
            AnsweredTurn(
                **{**said, "paths": tuple(said["paths"]), "digests": tuple(said["digests"])}
            )
            for said in data["said"]
        ],
        reasks=int(data["reasks"]),
        rejected=int(data["rejected"]),
        cached={tier: Cached(**held) for tier, held in data["cached"].items()},
        latest_ms=int(data["latest_ms"]),
        life="1h" if data["life"] == "1h" else "5m",
    )
