"""Removes a question and what followed from a conversation, or the whole conversation.

A removed question that still runs is stopped. What was spent stays booked.
"""

from __future__ import annotations

import asyncio

from tierwise.tasks.chat import transcripts
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.world import World


async def retract(conversation_id: str, task_id: str, world: World, tasks: Roster) -> None:
    """Remove a question and everything after it from a conversation, as if never asked."""
    await world.journal.flush()
    gone = await transcripts.from_on(world.window, conversation_id, task_id)
    for each in gone:
        if (task := tasks.get(each)) is not None:
            await task.stop()
    world.chats.retract(conversation_id, gone)
    await asyncio.to_thread(transcripts.drop, world.window, gone)


async def forget(conversation_id: str, world: World) -> None:
    """Delete the words of a whole conversation from this machine."""
    await world.journal.flush()
    gone = await transcripts.from_on(world.window, conversation_id, None)
    world.chats.forget(conversation_id)
    await asyncio.to_thread(transcripts.drop, world.window, gone)
