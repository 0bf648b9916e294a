"""Chooses what goes to the model with a request.

Ignore rules and the secret scan come first, before anything is counted, ranked or sent. Then, in
rank: the selection, the diagnostics, what is around the selection (`context.focus`), attached
files, and what belongs to the selection elsewhere. How much of that is sent depends on how many
tokens the answering tier can read (`context.window`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from tierwise.context import project, test_target, window
from tierwise.context.focus import Focus, focus_of, shown
from tierwise.context.ignore import IgnoreLook, IgnoreRules, IgnoreVerdict
from tierwise.context.in_view import InView, may_go
from tierwise.context.items import ItemBuilder
from tierwise.context.kinds import noise_of, why_noise
from tierwise.context.outline import outline
from tierwise.context.project import ProjectFiles
from tierwise.context.related import related
from tierwise.context.test_target import TestTarget
from tierwise.core.actions import Action
from tierwise.core.context import ContextItem, ItemKind, LeftOut, Pack
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range, Snapshot
from tierwise.core.error_reason import ErrorCode, ErrorReason
from tierwise.core.errors import ContextTooLarge, Ignored
from tierwise.core.request import Diagnostic, Request
from tierwise.syntax.positions import index_of

SELECTION_TOKENS: Final = 90_000
"""Tokens a selection may have by itself; it is sent whole or not at all."""
OUTLINE_FROM: Final = 1_000
"""Tokens from which a file gets an outline that is sent if the file does not fit. A smaller file
is sent whole or not at all."""
DIAGNOSTICS: Final = 40
"""Diagnostics sent at most."""
QUOTED: Final = 200
"""Characters at most that are shown of the line a diagnostic is about."""


@dataclass(frozen=True, slots=True)
class Materials:
    """The documents and files that a request may send pieces of. `name` gives a document's path as
    sent.

    `attached` were chosen by the operator, `open` are only open in the editor. `ignore` says what
    may be sent.
    """

    focus: Snapshot | None
    range: Range | None
    attached: Sequence[Snapshot]
    open: Sequence[Snapshot]
    name: Callable[[Snapshot], str]
    ignore: IgnoreRules
    changes: str | None = None
    """The diff that a commit message is asked for; nothing else of the document goes along."""
    tests: TestTarget | None = None
    """Where tests go, for a request that asks for some."""
    project: ProjectFiles | None = None
    """Files of the project that nobody has open; None where it is not asked about."""
    in_view: InView | None = None
    """What is before the operator, where they named no place."""


def needs_confirmation(materials: Materials) -> tuple[str, Literal["git", "outside"]] | None:
    """The path of the file that is worked on, and the rule that lets it be sent only after the
    operator says yes. None if no rule does.
    """
    focus = materials.focus
    if focus is None or focus.file is None:
        return None
    verdict = materials.ignore.judge(focus.file)
    if verdict.kind in ("git", "outside"):
        return materials.name(focus), verdict.kind
    return None


def collect(request: Request, materials: Materials) -> Pack:
    """Choose what is sent with a request: its pack of context pieces.

    The instruction is no part of it. To take secrets out of that, call `secrets.redact(instruction,
    pack.secrets)`. Raises `Ignored` if the selection or an attachment is in a file that must not be
    sent, and `ContextTooLarge` if the selection alone does not fit.
    """
    left_out: list[LeftOut] = []
    focus = materials.focus
    look = materials.ignore.look()
    for doc in (*((focus,) if focus else ()), *materials.attached):
        _refuse_hard(doc, look)
    if focus is not None and why_noise(None, focus.text) == "binary":
        raise Ignored(ErrorReason.of("binary", name=materials.name(focus)))
    attached = [d for d in materials.attached if _may_send(d, materials, look, left_out)]
    others = materials.open if materials.changes is None else ()
    opened = [d for d in others if _may_send(d, materials, look, left_out)]
    taking = ItemBuilder(materials.name, look.judge_shown, left_out)
    place, items = _of_focus(focus, materials.range, request.action, taking)
    items += _in_view(materials, look, taking)
    if materials.changes is not None:
        lines, text = materials.changes.count("\n"), materials.changes
        place, items = None, [taking.text("diff", "the changes", "diff", lines, text, "to commit")]
    selected = items[0].tokens if items and items[0].kind == "selection" else 0
    if selected > SELECTION_TOKENS:
        reason = ErrorReason.of("selection_too_large", tokens=selected, most=SELECTION_TOKENS)
        raise ContextTooLarge(reason)
    items += _of_tests(materials, look, taking, left_out)
    items += [_attached(doc, taking) for doc in attached]
    items += _of_project(request, materials, items, place, opened, taking, left_out, look)
    if materials.changes is None and (
        complaints := _diagnostics(request, materials, look, left_out)
    ):
        items.insert(1 if items else 0, _reported(complaints, materials, attached, opened, taking))
    tokens = sum(item.tokens for item in items)
    return Pack(tuple(items), tuple(left_out), taking.known, tokens)


def _of_project(
    request: Request,
    materials: Materials,
    items: Sequence[ContextItem],
    place: Focus | None,
    opened: Sequence[Snapshot],
    taking: ItemBuilder,
    left_out: list[LeftOut],
    look: IgnoreLook,
) -> list[ContextItem]:
    """The pieces from elsewhere that belong to the request: from open files, from files of the
    project, and from other places of the file that is worked on.
    """
    found = materials.project or ProjectFiles()
    closed = _sendable(found.all, materials, look, left_out)
    pieces: list[ContextItem] = []
    if found.everywhere:
        own = (materials.focus,) if materials.focus is not None else ()
        given = {doc.uri for doc in materials.attached}
        every = [d for d in (*own, *opened, *closed) if d.uri not in given]
        pieces += project.uses(found.names, every, items, taking)
    beside = opened if found.everywhere else [*opened, *(d for d in closed if d in found.docs)]
    more, unused = related(request, [*items, *pieces], place, beside, taking)
    pieces += more
    if place is None and not found.everywhere:
        pieces += project.answering(found, request.instruction, closed, taking)
    of_project, gave = {taking.name(doc) for doc in closed}, {piece.path for piece in pieces}
    left_out += [left for left in unused if left.path not in of_project | gave]
    return pieces


def _sendable(
    docs: Sequence[Snapshot], materials: Materials, look: IgnoreLook, left_out: list[LeftOut]
) -> list[Snapshot]:
    """The files of the project that may be sent.

    The others are counted and not named in `left_out`, because the operator did not bring them in.
    """
    kept_back: list[LeftOut] = []
    free = [doc for doc in docs if _may_send(doc, materials, look, kept_back)]
    if kept_back:
        left_out.append(LeftOut(f"{len(kept_back)} files", "ignored"))
    return free


def _refuse_hard(doc: Snapshot, look: IgnoreLook) -> None:
    if doc.file is None:
        return
    verdict = look.judge(doc.file)
    if verdict.kind == "hard":
        code: ErrorCode = "kept_back" if verdict.by.startswith(".") else "kept_back_by_rules"
        raise Ignored(ErrorReason.of(code, name=Path(doc.file).name, by=verdict.by))


def _may_send(
    doc: Snapshot, materials: Materials, look: IgnoreLook, left_out: list[LeftOut]
) -> bool:
    verdict = look.judge(doc.file) if doc.file is not None else None
    if verdict is not None and verdict.kind != "open":
        left_out.append(LeftOut(materials.name(doc), _kept_back(verdict)))
        return False
    noise = noise_of(doc)
    if noise is not None:
        left_out.append(LeftOut(materials.name(doc), noise))
    return noise is None


def _of_focus(
    focus: Snapshot | None, span: Range | None, action: Action, taking: ItemBuilder
) -> tuple[Focus | None, list[ContextItem]]:
    """The pieces of the document that is worked on, and the place in it."""
    if focus is None:
        return None, []
    if span is None:
        short = _outlined(focus, taking)
        numbered = action == "review"
        return None, [taking.whole(focus, "the document asked about", short, numbered=numbered)]
    place = focus_of(focus, span)
    return place, list(shown(place, action, taking))


def _in_view(materials: Materials, look: IgnoreLook, taking: ItemBuilder) -> Iterator[ContextItem]:
    """The piece that the operator has in view, unless it must not be sent without a question."""
    found = materials.in_view
    if found is None or not may_go(found, look):
        return
    index = index_of(found.doc.text)
    a, b = index.offset(found.span.start), index.offset(found.span.end)
    kind: ItemKind = "selection" if found.part == "selection" else "around"
    yield taking.piece(kind, found.doc, index, a, b, "before you")


def _of_tests(
    materials: Materials, look: IgnoreLook, taking: ItemBuilder, left_out: list[LeftOut]
) -> list[ContextItem]:
    target = materials.tests
    if target is None:
        return []
    named = [d for d in (target.doc, *target.helpers, target.example) if d is not None]
    given = {d.uri for d in materials.attached}
    may = [d for d in named if d.uri not in given and _may_send(d, materials, look, left_out)]
    return list(test_target.shown(target, taking, may))


def _attached(doc: Snapshot, taking: ItemBuilder) -> ContextItem:
    return taking.whole(doc, "attached", _outlined(doc, taking))


def _outlined(doc: Snapshot, taking: ItemBuilder) -> ContextItem | None:
    if window.tokens(doc.text) < OUTLINE_FROM or not (text := outline(doc)):
        return None
    name, lines = taking.name(doc), doc.text.count("\n") + 1
    return taking.text("outline", name, doc.language, lines, text, "its outline is sent")


def _diagnostics(
    request: Request, materials: Materials, look: IgnoreLook, left_out: list[LeftOut]
) -> list[Diagnostic]:
    """The diagnostics that may be sent: their messages often quote the file they are about."""
    own = materials.name(materials.focus) if materials.focus is not None else None
    shown = []
    for found in request.diagnostics or ():
        verdict = look.judge_shown(found.path)
        if verdict.kind == "open" or (verdict.kind != "hard" and found.path == own):
            shown.append(found)
        else:
            left_out.append(LeftOut(found.path, f"a diagnostic of it: {_kept_back(verdict)}"))
    return shown[:DIAGNOSTICS]


def _kept_back(verdict: IgnoreVerdict) -> str:
    return verdict.by if verdict.kind == "outside" else f"ignored by {verdict.by}"


def _reported(
    complaints: Sequence[Diagnostic],
    materials: Materials,
    attached: Sequence[Snapshot],
    opened: Sequence[Snapshot],
    taking: ItemBuilder,
) -> ContextItem:
    """The diagnostics as one item, each with the text of its line where the document is known."""
    focus = materials.focus
    known = {taking.name(d): d for d in (*opened, *attached, *((focus,) if focus else ()))}
    lines = []
    for found in complaints:
        code = f" {found.code}" if found.code else ""
        lines.append(f"{found.path}:{found.line}: {found.severity}{code}: {found.message}")
        doc = known.get(found.path)
        quoted = taking.line(doc, found.line - 1).strip() if doc is not None else ""
        if quoted:
            lines.append(f"  in: {quoted[:QUOTED]}")
    path, text = complaints[0].path, "\n".join(lines)
    return taking.text("diagnostics", path, None, len(complaints), text, "reported")
