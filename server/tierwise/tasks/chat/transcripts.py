"""Conversations as they are shown again: the questions and answers that are kept with each task.

The ledger knows which tasks belong to a conversation and what they cost. The words are kept content
and are deleted with it (`content_keep_days`, `tierwise purge`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage
from tierwise.core.views import HistoryItem
from tierwise.store import decisions
from tierwise.store.content import ANSWER, Content
from tierwise.store.decisions import TaskHistory
from tierwise.tasks.learning import recall
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

ASKED: Final = "asked.md"
TITLE: Final = 60
"""The most characters of a conversation's title, which is the start of its first question."""
LOOKED_AT: Final = 400
"""Conversations are searched among this many of the latest tasks of a project."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A conversation in a list. `at_ms` is the time of its last turn in UTC milliseconds."""

    id: str
    title: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A question of a conversation and its answer, as they were kept. `item` has the tier and the
    cost.
    """

    item: HistoryItem
    prompt: str
    text: str
    usage: Usage


def keep(task: Task, window: Window) -> None:
    """Keep the words of a conversation's turn that ended. If its context was never collected, there
    is nothing to keep.
    """
    if task.conversation_id is None or not window.keeps_content or not task.run.ready:
        return
    window.content.put(task.id, ASKED, asked(task))
    window.content.put(task.id, ANSWER, task.text)


def asked(task: Task) -> str:
    """The operator's words without secrets, in the form in which one would type them."""
    action = task.request.action
    wish = task.run.wish
    return wish if action == "chat" else f"/{action} {wish}".strip()


async def headings(window: Window, limit: int, query: str = "") -> Sequence[Heading]:
    """The conversations of this project that are still kept, the latest first.

    With a `query`, only those that have it in a question or an answer, in upper or lower case. It
    reads the ledger. What the journal has not written yet is missing.
    """
    told = await _told(window, None, LOOKED_AT)
    found = await asyncio.to_thread(_headings, told, window.content, query.casefold().strip())
    return found[:limit]


def _headings(told: Sequence[TaskHistory], content: Content, query: str) -> Sequence[Heading]:
    found: dict[str, Heading] = {}
    hit: set[str] = set()
    for one in told:
        key = one.task.conversation_id
        words = content.get(one.task.task_id, ASKED) if key is not None else None
        if key is None or words is None:
            continue
        at = found[key].at_ms if key in found else one.task.created_ms
        found[key] = Heading(key, _title(words), at)
        if query and key not in hit:
            text = f"{words}\n{content.get(one.task.task_id, ANSWER) or ''}"
            if query in text.casefold():
                hit.add(key)
    return [heading for key, heading in found.items() if not query or key in hit]


async def from_on(window: Window, conversation_id: str, task_id: str | None) -> Sequence[str]:
    """The ids of a conversation's tasks from `task_id` on, in order. If it is None, the ids of all
    its tasks. If the ledger does not know it, only `task_id`.
    """
    ids = [one.task.task_id for one in reversed(await _told(window, conversation_id, LOOKED_AT))]
    if task_id is None:
        return ids
    return ids[ids.index(task_id) :] if task_id in ids else [task_id]


def drop(window: Window, task_ids: Sequence[str]) -> None:
    """Delete the words of these turns."""
    for task_id in task_ids:
        window.content.drop(task_id, ASKED)
        window.content.drop(task_id, ANSWER)


async def spoken(window: Window, conversation_id: str) -> Sequence[Spoken]:
    """The turns of a conversation, in order. Turns whose words were deleted are left out."""
    told = await _told(window, conversation_id, LOOKED_AT)
    turns = [_spoken(one, window.content) for one in reversed(told)]
    return [turn for turn in turns if turn is not None]


async def _told(window: Window, conversation_id: str | None, limit: int) -> Sequence[TaskHistory]:
    project = window.project
    return await window.ledger.read(
        lambda conn: decisions.spoken(conn, project, conversation_id, limit=limit)
    )


def _spoken(told: TaskHistory, content: Content) -> Spoken | None:
    words = content.get(told.task.task_id, ASKED)
    if words is None or not told.decisions:
        return None
    usage = Usage(
        sum(a["input_tokens"] for a in told.attempts),
        sum(a["output_tokens"] for a in told.attempts),
        sum(a["cache_read_tokens"] for a in told.attempts),
        sum(a["cache_write_tokens"] for a in told.attempts),
    )
    text = content.get(told.task.task_id, ANSWER) or ""
    return Spoken(recall.history_item(told), words, text, usage)


def _title(words: str) -> str:
    first = " ".join(words.split())
    return first if len(first) <= TITLE else first[: TITLE - 1].rstrip() + "…"
