"""Judges each file of a proposal by where its path leads: when the proposal is made, and again when
it is applied.

Between preview and apply a file may become a link, or a link may change its target. Then another
file would be written than the operator agreed to.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from tierwise.core.actions import KINDS, Action
from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest
from tierwise.core.path_concern import PathConcern
from tierwise.core.views import FileChange, HunkKind
from tierwise.edits.confine import JudgedPath
from tierwise.edits.proposal import FileEdit, Proposal
from tierwise.present import notices, paths
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


def confined(task: Task, proposal: Proposal, window: Window) -> Proposal:
    """The proposal without files that may not be written. A file that may be written only after the
    operator says yes has the reason in its `confirm`.

    `unasked` marks a file that is not among the documents of the request. Tests may be written to
    such a file, so their action marks none.
    """
    files = []
    notes = [proposal.note] if proposal.note else []
    for file in proposal.files:
        judged = _judged(task, file, window)
        if judged.verdict == "refused":
            notes.append(paths.left_out(file.to_path or file.path, judged.why))
            continue
        known = file.uri in task.scene.documents or KINDS[task.request.action].elsewhere
        why = paths.concerns(judged.why) or None
        files.append(replace(file, confirm=why, unasked=not known))
    return replace(proposal, files=tuple(files), note=notices.joined(notes))


def require_editable(action: Action, focus: Snapshot | None, window: Window) -> None:
    """Raise `BadRequest` if an edit of `focus` may not be written, before a call is paid for."""
    kind = KINDS[action]
    if focus is None or not kind.edits or kind.elsewhere:
        return
    local = window.confine.path_of(focus.uri)
    if local is None or not window.confine.roots:
        return
    judged = window.confine.may("text", local)
    if judged.verdict == "refused":
        raise BadRequest(paths.not_editable(local.name, judged.why))


def changed_since(
    proposal: Proposal, changes: Sequence[FileChange], task: Task, window: Window
) -> str | None:
    """Why changes that the operator agreed to may not be made any more. None if they may."""
    files = {(file.uri, file.kind): file for file in proposal.files}
    for change in changes:
        file = files.get((change.uri, change.kind))
        if file is None:
            continue
        judged = _judged(task, file, window)
        if change.kind == "create" and _is_open(change.uri, window):
            return paths.opened_since(file.path)
        if judged.verdict == "refused":
            return paths.forbidden_since(file.path, judged.why)
        if judged.why and paths.concerns(judged.why) != (file.confirm or ""):
            return paths.changed_since(judged.why)
    return None


def astray(changes: Sequence[FileChange], window: Window) -> str | None:
    """Why files may not be made, renamed or removed to undo an edit. None if they may. Changes of
    text are not judged.
    """
    for change in changes:
        if change.kind == "text":
            continue
        judged = _placed(change.kind, change.uri, change.to_uri, window)
        if judged is not None and judged.verdict == "refused":
            return paths.not_taken_back(judged.why)
    return None


def _is_open(uri: str, window: Window) -> bool:
    """Whether the editor has a document under this path, saved or not."""
    path = window.confine.path_of(uri)
    if path is None:
        return False
    real = os.path.realpath(path)
    opened = window.documents.open_documents()
    return any(doc.path is not None and os.path.realpath(doc.path) == real for doc in opened)


def _judged(task: Task, file: FileEdit, window: Window) -> JudgedPath:
    focus = task.scene.focus
    own = focus is not None and file.uri == focus.uri and file.kind == "text"
    local = window.confine.path_of(file.uri)
    if own and (local is None or not window.confine.roots):
        return JudgedPath("allowed")
    judged = _placed(file.kind, file.uri, file.to_uri, window)
    if judged is None:
        return JudgedPath("refused", (PathConcern("not_local"),))
    if judged.verdict == "refused":
        return judged
    ends = [p for uri in (file.uri, file.to_uri) if uri and (p := window.confine.path_of(uri))]
    if any(window.ignore.judge(end).kind == "hard" for end in ends):
        return JudgedPath("refused", (PathConcern("kept_back"),))
    return judged


def _placed(kind: HunkKind, uri: str, to_uri: str | None, window: Window) -> JudgedPath | None:
    path = window.confine.path_of(uri)
    to = window.confine.path_of(to_uri) if to_uri is not None else None
    if path is None or (to_uri is not None and to is None):
        return None
    return window.confine.may(kind, path, to)
