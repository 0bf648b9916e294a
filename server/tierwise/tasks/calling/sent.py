"""What was sent to a model: chosen to fit its context window, and kept word for word to be shown.

The record lives as long as its task. If content is kept, the record is also written to disk.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tierwise.context import window
from tierwise.core.context import ContextItem, Pack
from tierwise.core.tiers import Tier
from tierwise.models.call import Prompt
from tierwise.store.content import Content
from tierwise.tasks.task.task import Task
from tierwise.tasks.task.task_run import SentTurn
from tierwise.tasks.world import World

NAME: Final = "sent.json"


def fitted(task: Task, tier: Tier) -> Pack:
    """The part of the collected context that is sent to this tier: what fits into its context
    window.
    """
    assert task.run.pack is not None
    return window.fit(task.run.part or task.run.pack, tier.context_tokens)


def keep(
    task: Task, tier: Tier, pack: Pack, prompt: Prompt, turn: SentTurn | None, world: World
) -> None:
    """Keep what one attempt sends, with what was left out and why."""
    record = {
        "tier": tier.name,
        "model": tier.model,
        "at": world.window.now_ms(),
        "tokens": pack.tokens,
        "window": tier.context_tokens,
        "items": [_item(item) for item in pack.items],
        "leftOut": [{"path": left.path, "why": left.why} for left in pack.left_out],
        "secrets": len(pack.secrets),
        "system": f"{prompt.system}\n\n{prompt.tool}" if prompt.tool else prompt.system,
        "turns": [{"role": turn.role, "text": turn.text} for turn in prompt.turns],
    }
    task.run.sends(record, turn)
    if world.window.keeps_content:
        # Written on a thread: on a busy disk this would delay the call's first token.
        text = json.dumps({"attempts": task.records})
        asyncio.get_running_loop().run_in_executor(
            None, world.window.content.put, task.id, NAME, text
        )


def record_of(
    task: Task | None, task_id: str, content: Content
) -> Sequence[Mapping[str, Any]] | None:
    """What the latest calls of a task sent, oldest first. None if nothing of it is kept. `task` is
    None if this window does not have the task; then it is read from disk.
    """
    if task is not None and task.records:
        return task.records
    try:
        kept = json.loads(content.get(task_id, NAME) or "null")
    except ValueError:
        return None
    if isinstance(kept, dict) and isinstance(kept.get("attempts"), list):
        attempts: list[Mapping[str, Any]] = kept["attempts"]
        return attempts
    return None


def _item(item: ContextItem) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "path": item.path,
        "startLine": item.start_line,
        "endLine": item.end_line,
        "tokens": item.tokens,
        "why": item.why,
    }
