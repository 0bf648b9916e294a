"""Runs the operator's `[verify]` command on a proposal, in a trusted workspace and within a time
limit.
"""

from __future__ import annotations

import logging
from pathlib import Path

from tierwise.core.check import FailedCheck
from tierwise.edits.proposal import FileEdit, Proposal
from tierwise.edits.verify import Subject, verify
from tierwise.present import notices
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)


async def verified(proposal: Proposal, window: Window) -> tuple[FailedCheck, ...]:
    """What the operator's commands refused in a proposal, at most one check per file. Empty if none
    is configured or the workspace is not trusted.

    A command that is missing or too slow refuses nothing; a warning says so.
    """
    if not window.trust.trusted or not window.config.verify:
        return ()
    subjects = [(f, s) for f in proposal.files if (s := _subject(f, window)) is not None]
    left = window.config.timeouts.verify
    failed = []
    for file, subject in subjects:
        command = window.config.verify.get(file.language or "")
        if not command or left <= 0 or not window.trust.trusted:
            continue
        began = window.monotonic()
        given = left
        others = [s for _, s in subjects if s is not subject]
        root = _root(subject.path, window)
        verdict = await verify(command, subject, others, root, seconds=given)
        left -= window.monotonic() - began
        name = Path(command[0]).name
        if verdict.kind == "refused":
            failed.append(FailedCheck("verify", "command_refused", name, verdict.detail))
        elif verdict.kind != "passed":
            log.info("verify: %s: %s", name, verdict.kind)
            words = notices.check_silent(file.language, name, verdict.kind, given)
            window.warn_once(words)
    return tuple(failed)


def _subject(file: FileEdit, window: Window) -> Subject | None:
    local = window.confine.path_of(file.uri)
    if file.kind not in ("text", "create") or local is None:
        return None
    root = _root(local, window)
    inside = local.relative_to(root) if local.is_relative_to(root) else Path(local.name)
    before = file.before if file.kind == "text" else None
    return Subject(local, inside.as_posix(), before, file.after)


def _root(path: Path, window: Window) -> Path:
    roots = tuple(window.documents.roots())
    return next((r for r in roots if path.is_relative_to(r)), roots[0] if roots else path.parent)
