"""Step 7 of the spine: from an answer to a draft proposal, read, placed and checked."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from tierwise.context import secrets
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.errors import BadRequest
from tierwise.core.request import EDITING
from tierwise.edits import answer as answers
from tierwise.edits import check
from tierwise.edits.check import Failed
from tierwise.edits.place import NotFound, apply_block
from tierwise.edits.proposal import Proposal, make
from tierwise.syntax.positions import LineIndex, index_of, replace_range
from tierwise.syntax.symbols import enclosing
from tierwise.tasks.attempts import Answer
from tierwise.tasks.requests import relative
from tierwise.tasks.task import Task
from tierwise.tasks.world import World

_REPLACES: Final = frozenset({"edit", "fix", "document", "refactor"})


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it would be shown: a proposal, or text alone (`proposal` None).

    `failed` holds the free checks that did not pass.
    """

    answer: Answer
    proposal: Proposal | None = None
    failed: tuple[Failed, ...] = ()


Texts = dict[str, tuple[Snapshot | None, str, str]]
"""URI to (document, or None for a new file; path as shown; its new text)."""


class Misplaced(Exception):
    """An edit names a place that is not there; the message completes a failed check."""


def draft(task: Task, answer: Answer, world: World) -> Draft:
    """Read an answer. One without any edit is text for the operator, whatever was asked."""
    edits = task.request.action in EDITING
    read = answers.read(answer.text, stop_reason=answer.result.stop_reason, edits=edits)
    if read.kind == "text" or (not edits and read.problem == "cut off"):
        cut = (Failed("cut", "the answer was cut off"),) if edits and read.problem else ()
        return Draft(answer, None, cut)
    try:
        texts = _texts(task, read, world)
    except Misplaced as error:
        return Draft(answer, None, (Failed("place", str(error)),))
    proposal = make(uuid.uuid4().hex[:12], task.id, texts)
    proposal = _confined(task, proposal, world)
    failed = check.check(
        proposal,
        instruction=task.request.instruction,
        scope=task.scene.documents.keys(),
        problem=read.problem,
    )
    return Draft(answer, proposal if proposal.files else None, failed)


def _texts(task: Task, read: answers.Read, world: World) -> Texts:
    known = task.pack.secrets if task.pack is not None else ()
    texts: Texts = {}
    if read.whole is not None:
        restored = secrets.restore(read.whole.text, known)
        if restored is None:
            raise Misplaced("a secret's placeholder was changed")
        _whole(task, restored, texts, world)
    for block in read.replaces:
        old, new = secrets.restore(block.old, known), secrets.restore(block.new, known)
        if old is None or new is None:
            raise Misplaced("a secret's placeholder was changed")
        _block(task, answers.Replace(block.path, old, new), texts, world)
    if task.scene.comment is not None and task.scene.focus is not None and texts:
        _without_comment(task, texts, world)
    return texts


def _block(task: Task, block: answers.Replace, texts: Texts, world: World) -> None:
    uri, doc = _find(task, block.path, world)
    if uri in texts:
        doc, path, text = texts[uri]
    else:
        path, text = block.path, doc.text if doc is not None else ""
    if not block.old:
        if doc is not None and doc.text.strip():
            raise Misplaced(f"{block.path} is there already")
        texts[uri] = (doc, path, block.new)
        return
    try:
        texts[uri] = (doc, path, apply_block(text, block))
    except NotFound:
        raise Misplaced(f"the lines to change are not in {block.path}") from None


def _find(task: Task, path: str, world: World) -> tuple[str, Snapshot | None]:
    """The document a block names: one of the task's, else a file of the workspace."""
    roots = tuple(world.documents.roots())
    for uri, doc in task.scene.documents.items():
        if path in (relative(doc, roots), doc.path, uri):
            return uri, doc
    same = [
        (uri, doc)
        for uri, doc in task.scene.documents.items()
        if PurePosixPath(relative(doc, roots)).name == path
    ]
    if len(same) == 1:
        return same[0]
    local = world.confine.path_of(path)
    if local is None:
        raise Misplaced(f"{path} lies outside the workspace")
    uri = local.as_uri() if local.is_absolute() else Path.cwd().joinpath(local).as_uri()
    if not local.exists():
        return uri, None
    try:
        return uri, world.documents.snapshot(uri)
    except BadRequest as error:
        raise Misplaced(error.message) from None


def _whole(task: Task, text: str, texts: Texts, world: World) -> None:
    """What one fenced block alone means for this action."""
    focus, span = task.scene.focus, task.scene.range
    action = task.request.action
    if action == "test":
        uri, path, doc = _test_file(task, world)
        before = doc.text if doc is not None else ""
        joined = f"{before.rstrip()}\n\n\n{text}\n" if before.strip() else text + "\n"
        texts[uri] = (doc, path, joined)
        return
    if focus is None:
        raise Misplaced("there is no document to put the code into")
    path = relative(focus, tuple(world.documents.roots()))
    index = index_of(focus.text)
    if span is None or (span.start == span.end and action in _REPLACES):
        at = span.start if span is not None else Position(0, 0)
        symbol = enclosing(focus.text, focus.language, at)
        if symbol is None and action in _REPLACES:
            raise Misplaced("nothing is selected that the answer could replace")
        span = symbol.range if symbol is not None and action in _REPLACES else Range(at, at)
    old = index.slice(span)
    eol = "\r\n" if "\r\n" in focus.text else "\n"
    new = _shifted(text, old, index, span)
    if old.endswith(("\n", "\r")) and not new.endswith("\n"):
        new += "\n"
    new = new.replace("\r\n", "\n").replace("\n", eol)
    texts[focus.uri] = (focus, path, replace_range(focus.text, span, new))


def _shifted(text: str, old: str, index: LineIndex, span: Range) -> str:
    """The answer with the indentation of what it replaces, where the model lost it.

    A selection that starts inside its line's indentation has its first line bare, so the
    answer's first line must be bare too and the others shifted by what is missing.
    """
    lead = index.line(span.start.line)[: span.start.character]
    lines = text.split("\n")
    first = next((line for line in lines if line.strip()), "")
    have = len(first) - len(first.lstrip())
    if not lead.strip() and lead:
        if have:
            lines[0] = lines[0].lstrip()
        else:
            lines = [lines[0], *(lead + line if line.strip() else line for line in lines[1:])]
        return "\n".join(lines)
    own = next((line for line in old.splitlines() if line.strip()), "")
    want = own[: len(own) - len(own.lstrip())]
    if want and not have:
        lines = [want + line if line.strip() else line for line in lines]
    return "\n".join(lines)


def _test_file(task: Task, world: World) -> tuple[str, str, Snapshot | None]:
    """The matching test file of the focus: `tests/test_x.py` for `x.py`, `x.test.ts` and so on."""
    focus = task.scene.focus
    if focus is None or focus.path is None:
        raise Misplaced("there is no file to write tests for")
    roots = tuple(world.documents.roots())
    own = PurePosixPath(relative(focus, roots))
    if own.name.startswith("test_") or ".test." in own.name or own.stem.endswith("_test"):
        return focus.uri, own.as_posix(), focus
    stem, suffix = own.stem, own.suffix
    if suffix == ".py":
        wanted = PurePosixPath("tests") / f"test_{stem}.py"
    elif suffix == ".go":
        wanted = own.with_name(f"{stem}_test.go")
    else:
        wanted = own.with_name(f"{stem}.test{suffix}")
    base = next((r for r in roots if Path(focus.path).is_relative_to(r)), Path(focus.path).parent)
    if not roots:
        wanted = PurePosixPath(wanted.name)
    local = base / wanted
    uri = local.as_uri()
    doc = world.documents.snapshot(uri) if local.exists() else None
    return uri, wanted.as_posix(), doc


def _without_comment(task: Task, texts: Texts, world: World) -> None:
    """Applying what a `tw:` comment says removes the comment."""
    focus, comment = task.scene.focus, task.scene.comment
    if focus is None or comment is None:
        return
    index = index_of(focus.text)
    line = index.slice(comment)
    if focus.uri not in texts:
        path = relative(focus, tuple(world.documents.roots()))
        texts[focus.uri] = (focus, path, focus.text)
    doc, path, text = texts[focus.uri]
    if text.count(line) == 1:
        texts[focus.uri] = (doc, path, text.replace(line, ""))


def _confined(task: Task, proposal: Proposal, world: World) -> Proposal:
    """Each file judged by real path; what may not be written is left out, what is odd asks."""
    confine, known = world.confine, task.scene.documents
    focus = task.scene.focus
    files = []
    notes = [proposal.note] if proposal.note else []
    for file in proposal.files:
        local = confine.path_of(file.uri)
        if focus is not None and file.uri == focus.uri and (local is None or not confine.roots):
            files.append(file)
            continue
        if local is None:
            notes.append(f"{file.path} was left out: it is not a local file")
            continue
        judged = confine.judge(local)
        if judged.verdict == "refused":
            notes.append(f"{file.path} was left out: {judged.why}")
            continue
        if world.ignore.judge(local).kind == "hard":
            notes.append(f"{file.path} was left out: it is kept back by an ignore file")
            continue
        why = judged.why if judged.verdict == "confirm" else None
        if why is None and file.uri not in known and task.request.action != "test":
            why = f"{file.path} was not part of the request"
        files.append(replace(file, confirm=why))
    return replace(proposal, files=tuple(files), note=". ".join(notes))
