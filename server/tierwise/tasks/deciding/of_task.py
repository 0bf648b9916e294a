"""Decides which tier answers a task.

The request alone does not say what its conversation has in a tier's prompt cache. This adds that,
because another tier would have to read the conversation again.
"""

from __future__ import annotations

from tierwise.budget.cache_cost import Prefix, warm_thread
from tierwise.core.situation import WarmThread
from tierwise.tasks.deciding import routing
from tierwise.tasks.deciding.routing import Routed
from tierwise.tasks.task.task import Task
from tierwise.tasks.world import World


def route(task: Task, world: World) -> Routed:
    """Decide which tier answers a task, on the facts of this moment."""
    known = world.known
    now = routing.moment(known)
    facts = routing.situation(task.request, task.scene, known, now, task, _warm(task, world))
    return routing.decide_on(task.request, task.scene, known, facts, now)


def _warm(task: Task, world: World) -> WarmThread | None:
    """What a task's conversation keeps in the prompt cache of the tier that answered last. None
    outside of a conversation, and if that cache holds nothing any more.
    """
    if task.conversation_id is None:
        return None
    thread = world.chats.find(task.conversation_id)
    if thread is None or thread.last_tier is None:
        return None
    warm = thread.warm(world.window.now_ms())
    if thread.last_tier not in warm:
        return None
    prefix = Prefix(warm[thread.last_tier], frozenset(warm))
    return warm_thread(
        thread.last_tier, prefix, world.window.ladder, world.window.prices, world.window.clock()
    )
