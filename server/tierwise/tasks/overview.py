"""What the engine says of choices and chats: pins in force, a reply, what an override is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tierwise.core.errors import BadRequest
from tierwise.tasks.api import ChatReply, OverrideParams
from tierwise.tasks.choices import Kept
from tierwise.tasks.roster import Roster
from tierwise.tasks.task import Task
from tierwise.tasks.world import World


def choices(world: World) -> Sequence[Kept]:
    """Every pin and remap in force in this window, the configured ones first."""
    config, kept = world.config, world.choices.kept
    pin = config.pins.project
    configured = [Kept("project", world.project, pin)] if pin else []
    configured += [Kept("tier", tier, to) for tier, to in config.remap.items()]
    over = [one for one in configured if (one.scope, one.key) not in kept]
    own = [Kept(scope, key, tier) for (scope, key), tier in kept.items() if scope != "task"]
    return [*over, *own]


def chat_reply(task: Task) -> ChatReply:
    """The reply of a finished chat turn; raises the task's error where it failed."""
    if task.state == "failed" and task.error is not None:
        raise task.error
    return ChatReply(
        task_id=task.id,
        conversation_id=task.conversation_id or "",
        decision=replace(task.decision, id=task.id),
        text=task.text,
        stop_reason=task.answer.stop_reason or "cancelled",
        usage=task.usage,
        cost=task.cost,
        edit_id=task.edit_id,
    )


def scope_key(params: OverrideParams, world: World, roster: Roster) -> str:
    """What an override's scope is about: an action, a URI, a tier, an id. Raises `BadRequest`."""
    keys = {
        "task": params.task_id,
        "conversation": params.conversation_id,
        "file": params.uri,
        "action": params.action,
        "session": world.session,
        "project": world.project,
        "tier": params.source,
    }
    if params.scope == "conversation" and params.task_id is not None:
        task = roster.get(params.task_id)
        keys["conversation"] = task.conversation_id if task is not None else None
    key = keys[params.scope]
    if not key:
        raise BadRequest(f"An override for the scope '{params.scope}' needs to say which one.")
    if params.scope == "tier":
        world.ladder.rank(key)
    return key
