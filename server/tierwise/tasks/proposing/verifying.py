"""The operator's `[verify]` command on a proposal: only in a trusted workspace, only in time."""

from __future__ import annotations

import logging
from pathlib import Path

from tierwise.edits.asked import Failed
from tierwise.edits.proposal import FileEdit, Proposal
from tierwise.edits.verify import Subject, verify
from tierwise.tasks.world import World

log = logging.getLogger(__name__)


async def verified(proposal: Proposal, world: World) -> tuple[Failed, ...]:
    """The failed commands of a proposal, at most one per file; () where nothing is set up."""
    if not world.trust.trusted or not world.config.verify:
        return ()
    subjects = [(f, s) for f in proposal.files if (s := _subject(f, world)) is not None]
    left = world.config.timeouts.verify
    failed = []
    for file, subject in subjects:
        command = world.config.verify.get(file.language or "")
        if not command or left <= 0 or not world.trust.trusted:
            continue
        began = world.monotonic()
        others = [s for _, s in subjects if s is not subject]
        root = _root(subject.path, world)
        verdict = await verify(command, subject, others, root, seconds=left)
        left -= world.monotonic() - began
        name = Path(command[0]).name
        if verdict.kind == "refused":
            failed.append(Failed("verify", f"{name} refused the edit", verdict.detail))
        elif verdict.kind == "silent":
            log.info("verify: %s", verdict.detail)
            _say_once(f"[verify] {file.language}: {verdict.detail}, so it does not count.", world)
    return tuple(failed)


def _subject(file: FileEdit, world: World) -> Subject | None:
    local = world.confine.path_of(file.uri)
    if file.kind not in ("text", "create") or local is None:
        return None
    root = _root(local, world)
    inside = local.relative_to(root) if local.is_relative_to(root) else Path(local.name)
    before = file.before if file.kind == "text" else None
    return Subject(local, inside.as_posix(), before, file.after)


def _root(path: Path, world: World) -> Path:
    roots = tuple(world.documents.roots())
    return next((r for r in roots if path.is_relative_to(r)), roots[0] if roots else path.parent)


def _say_once(text: str, world: World) -> None:
    if text not in world.accepted:
        world.accepted.add(text)
        world.listener.notice("warning", text)
