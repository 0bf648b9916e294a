"""What an override holds for: the key under which a choice of its scope is kept."""

from __future__ import annotations

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.tasks.api import OverrideParams
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.window.window import Window


def scope_key(params: OverrideParams, window: Window, tasks: Roster) -> str:
    """An action, a URI, a tier or an id.

    Raises `BadRequest` where the request lacks it, `UnknownTier` for a remap of no tier.
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
