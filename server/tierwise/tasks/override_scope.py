"""The key under which an override (the operator's choice of a tier) is stored. Its scope says what
the key is: a task, a file, an action and so on.
"""

from __future__ import annotations

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.tasks.api import OverrideParams
from tierwise.tasks.task.roster import Roster
from tierwise.tasks.window.window import Window


def scope_key(params: OverrideParams, window: Window, tasks: Roster) -> str:
    """The key of an override: a URI, an action, a project, a tier, or the id of a task,
    conversation or session.

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
