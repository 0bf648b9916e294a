"""The key under which an override is stored, by its scope."""

from __future__ import annotations

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.tasks.api import OverrideParams
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.window.window import Window


def scope_key(params: OverrideParams, window: Window, tasks: Roster) -> str:
    """The key of an override: an action, a URI, a tier or an id.

    Raises `BadRequest` if the request lacks it, and `UnknownTier` for a remap of an unknown tier.
    """
    keys = {
        "task": params.task_id,
        "conversation": params.conversation_id,
        "file": params.uri,
        "action": params.action,
        "session": window.session,
        "project": window.project,
        "tier": params.source,
    }
    if params.scope == "conversation" and params.task_id is not None:
        task = tasks.get(params.task_id)
        keys["conversation"] = task.conversation_id if task is not None else None
    key = keys[params.scope]
    if not key:
        raise BadRequest(ErrorReason.of("override_of_what", scope=params.scope))
    if params.scope == "tier":
        window.ladder.rank(key)
    return key
