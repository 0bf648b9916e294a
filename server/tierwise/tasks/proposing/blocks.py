"""Makes a proposal from a block of code in a text answer, because the operator wants it applied.

From there it is treated like every edit: placed, confined, checked, previewed, applied in one step.
No model is called.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from tierwise.core.actions import Action
from tierwise.core.check import FailedCheck
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.core.money import Usage
from tierwise.models.call import Result
from tierwise.present.checks import sentence
from tierwise.syntax.positions import index_of, split_lines
from tierwise.syntax.symbols import Symbol, definitions
from tierwise.tasks.proposing import drafts
from tierwise.tasks.proposing.paths import Paths, Unreadable
from tierwise.tasks.proposing.proposals import Proposals
from tierwise.tasks.task.answer import Answer
from tierwise.tasks.task.scene import Question, Scene
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

_DECORATOR: Final = re.compile(r"\s*(?:@|#!?\[|\[)")
"""How a decorator, an annotation or an attribute begins."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code in a text answer, and where it may go.

    `path` is the file that the answer names for the block. `uri` and `range` are the document and
    the selection or cursor in which the operator is.
    """

    code: str
    path: str | None = None
    uri: str | None = None
    range: Range | None = None


async def propose(task: Task, block: Block, proposals: Proposals) -> str:
    """Offer a block as a proposal of its task. Returns the proposal's id.

    Raises `BadRequest` if the task has no finished answer, the block is empty, or no proposal can
    be made of it, for example because it has no place.
    """
    if task.state not in ("answered", "proposed", "discarded"):
        raise BadRequest(ErrorReason("block_unfinished"))
    if not block.code.strip():
        raise BadRequest(ErrorReason("block_empty"))
    window = proposals.window
    focus = _focus(task, block, window)
    if focus is None and block.path is None:
        raise BadRequest(ErrorReason("block_without_file"))
    action, span = _place(focus, block)
    answer = _created(block) if focus is None else _fenced(block.code)
    request = replace(task.request, action=action, instruction="")
    scene = Scene(focus=focus, range=span, attached=task.scene.attached, open=task.scene.open)
    draft = await drafts.draft(
        replace(task, question=Question(request, scene)),
        Answer(Result(answer, "end_turn", Usage(), ""), task.decision.answering),
        window,
        chosen=True,
    )
    if draft.proposal is None:
        why = sentence(draft.failed[0] if draft.failed else FailedCheck("empty", "no_change"))
        raise BadRequest(ErrorReason.of("block_unfit", why=why))
    proposals.supersede(task)
    proposals.offer_block(task, draft)
    return draft.proposal.id


def _focus(task: Task, block: Block, window: Window) -> Snapshot | None:
    """The document for the block: the file that its fence names, else the document in which the
    operator is, else the task's own. None if there is no such file yet. Raises `BadRequest` if it
    is no text.
    """
    if block.path is not None:
        try:
            return Paths(task, window).find(block.path)[1]
        except Unreadable as error:
            raise BadRequest(str(error)) from None
    if block.uri is not None:
        return window.documents.snapshot(block.uri)
    return task.scene.focus


def _place(focus: Snapshot | None, block: Block) -> tuple[Action, Range | None]:
    """The action and the range that place a block in `focus`: over the selection, else over the
    only definition with the name that the block defines, else at the cursor.

    Raises `BadRequest` if there is no cursor either. Without `focus` the block makes a new file.
    """
    if focus is None:
        return "edit", None
    span = block.range if focus.uri == block.uri else None
    if span is not None and span.start != span.end:
        return "edit", span
    named = [symbol for symbol in definitions(block.code, focus.language) if not symbol.depth]
    if len(named) == 1:
        same = [s for s in definitions(focus.text, focus.language) if s.name == named[0].name]
        if len(same) == 1:
            return "edit", _replaced(focus.text, same[0], block.code, named[0])
    if span is None:
        raise BadRequest(ErrorReason("block_without_place"))
    return "generate", span


def _replaced(text: str, there: Symbol, code: str, new: Symbol) -> Range:
    """The range that a new definition replaces.

    What stands above a definition is comments and decorators. The comments above the old one stay
    if the new one has none, and so do the decorators.
    """
    old = split_lines(text)[there.range.start.line : there.at.line]
    fresh = split_lines(code)[new.range.start.line : new.at.line]
    if fresh and not _DECORATOR.match(fresh[0]):
        return there.range
    kept = len(old)
    if fresh:
        kept = next((n for n, line in enumerate(old) if _DECORATOR.match(line)), kept)
    first = there.range.start.line + kept
    line = index_of(text).line(first)
    return Range(Position(first, len(line) - len(line.lstrip())), there.range.end)


def _fenced(code: str) -> str:
    """The code as an answer that is only one fence, longer than any fence inside the code."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    mark = "`" * (longest + 1)
    return f"{mark}\n{code}\n{mark}"


def _created(block: Block) -> str:
    return f"{block.path}\n<<<<<<< SEARCH\n=======\n{block.code}\n>>>>>>> REPLACE"
