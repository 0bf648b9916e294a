"""Makes a request (what the router sees) and its scene (the frozen documents) from what the client
sent. It checks the ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tierwise.context import facts
from tierwise.context.in_view import InView
from tierwise.context.project_wish import split_project_word
from tierwise.core.actions import IN_EDITOR, KINDS
from tierwise.core.document import Position, Range, Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.core.folders import folder_name
from tierwise.core.request import FileRef, Request, Selection, ThreadState
from tierwise.core.tiers import Ladder
from tierwise.routing.overrides import split_tier_word
from tierwise.syntax import usages
from tierwise.syntax.around import enclosing
from tierwise.syntax.extent import last_line, settled
from tierwise.syntax.parse import LARGEST
from tierwise.syntax.per_document import per_document
from tierwise.syntax.positions import index_of
from tierwise.tasks.api import Attachment, ChatParams, Documents, Location, TaskParams
from tierwise.tasks.task.scene import Scene


def of_task(
    params: TaskParams, documents: Documents, ladder: Ladder, *, thread: ThreadState | None = None
) -> tuple[Request, Scene]:
    """The request and the scene of a task. The scene holds the documents as they are now.

    Raises `BadRequest` for a document or range that does not exist, for an unknown action, and for
    an action that needs code where there is none. Raises `UnknownTier` for an unknown tier in the
    words or the override.
    """
    if params.action not in IN_EDITOR:
        reason = ErrorReason.of("unknown_action", action=params.action, known=", ".join(IN_EDITOR))
        raise BadRequest(reason)
    with_project, words = split_project_word(params.instruction)
    word, instruction = split_tier_word(words, ladder)
    tier = params.tier or word
    if tier is not None:
        ladder.rank(tier)
    focus = documents.snapshot(params.uri) if params.uri else None
    span = selected(params, focus)
    scene = Scene(
        focus=focus,
        range=span,
        attached=_attached(params.files, documents, focus),
        open=_others(documents, focus),
        comment=params.comment,
        with_project=params.project if params.project is not None else with_project or None,
    )
    request = Request(
        action=params.action,
        instruction=instruction,
        id=params.task_id or "",
        selection=selection(scene, documents.roots()),
        files=files(scene, documents.roots(), instruction),
        diagnostics=params.diagnostics,
        tools=params.tools,
        turn=0,
        thread=thread,
        tier=tier,
    )
    return enriched(request, scene), scene


def of_chat(
    params: ChatParams,
    documents: Documents,
    ladder: Ladder,
    *,
    turn: int,
    thread: ThreadState,
    in_view: InView | None = None,
) -> tuple[Request, Scene]:
    """The request and the scene of a chat turn. Raises `BadRequest` or `UnknownTier`, as `of_task`
    does.

    `turn` is its number in the conversation. `in_view` is the code that the operator has on
    the screen; it is sent if they named nothing.
    """
    with_project, words = split_project_word(params.prompt)
    word, prompt = split_tier_word(words, ladder)
    tier = params.tier or word
    if tier is not None:
        ladder.rank(tier)
    where = params.selection
    focus = documents.snapshot(where.uri) if where else None
    attached = tuple(
        documents.snapshot(uri)
        for uri in dict.fromkeys(location.uri for location in params.references)
        if focus is None or uri != focus.uri
    )
    scene = Scene(
        focus=focus,
        range=_meant(where, focus),
        attached=attached,
        open=_others(documents, focus, attached),
        with_project=params.project if params.project is not None else with_project or None,
        in_view=in_view,
        runs_later=params.waits,
    )
    request = Request(
        action="chat",
        instruction=prompt,
        id=params.task_id or "",
        selection=selection(scene, documents.roots()),
        files=files(scene, documents.roots(), prompt),
        tools=params.tools,
        turn=turn,
        thread=thread,
        tier=tier,
    )
    return enriched(request, scene), scene


def enriched(request: Request, scene: Scene) -> Request:
    """The request, with what the documents show of the selected code: its symbol, and how often
    that is used.
    """
    focus, span = scene.focus, scene.range
    if focus is None and scene.in_view is not None:
        focus, span = scene.in_view.doc, scene.in_view.span
    return facts.enrich(request, focus, span, tuple(scene.documents.values()))


def _meant(where: Location | None, focus: Snapshot | None) -> Range | None:
    """The whole lines that are meant by a location."""
    if where is None or where.range is None or focus is None:
        return None
    index = index_of(focus.text)
    return settled(index, index.clamp(where.range))


def require_matter(request: Request, scene: Scene, roots: Sequence[Path]) -> None:
    """Refuse a request that has nothing to read, before it costs anything.

    An attached file is something to read, and so are the operator's words if they may be about the
    project. Raises `BadRequest` if there is neither such a thing nor code in the document.
    """
    kind, focus = KINDS[request.action], scene.focus
    if not kind.reads_code or any(doc.text.strip() for doc in scene.attached):
        return
    if kind.of_project and request.instruction.strip():
        return
    if focus is None:
        raise BadRequest(ErrorReason("no_file_open"))
    if not focus.text.strip():
        raise BadRequest(ErrorReason.of("nothing_to_read", name=relative(focus, roots)))


def selected(params: TaskParams, focus: Snapshot | None) -> Range | None:
    """The range a task acts on: the selection or the cursor. For an action that needs code, a
    cursor means the symbol around it, else its line. None without a document or a range.

    Raises `BadRequest` for a range that starts past the end of the document, and for an action that
    needs code without a document or with a cursor on a blank line outside of any symbol.
    """
    if focus is None:
        if KINDS[params.action].needs_code:
            raise BadRequest(ErrorReason("no_file_open"))
        return None
    index = index_of(focus.text)
    if params.range is None:
        return None
    if params.range.start.line >= index.line_count:
        reason = ErrorReason.of(
            "past_the_end", line=params.range.start.line + 1, lines=index.line_count
        )
        raise BadRequest(reason)
    span = settled(index, index.clamp(params.range))
    if span.start != span.end or not KINDS[params.action].needs_code:
        return span
    symbol = enclosing(focus.text, focus.language, span.start)
    if symbol is not None:
        return settled(index, symbol.range)
    if index.line(span.start.line).strip():
        line = span.start.line
        return Range(Position(line, 0), Position(line, len(index.line(line))))
    raise BadRequest(ErrorReason("nothing_at_cursor"))


def selection(scene: Scene, roots: Sequence[Path]) -> Selection | None:
    """The selected code as the router and the prompt see it. Without a selection it is the code
    that the operator has in view. Lines count from 1.
    """
    focus, span = scene.focus, scene.range
    if focus is None and scene.in_view is not None:
        focus, span = scene.in_view.doc, scene.in_view.span
    if focus is None or span is None:
        return None
    index = index_of(focus.text)
    return Selection(
        path=relative(focus, roots),
        language=focus.language,
        start_line=span.start.line + 1,
        end_line=last_line(span) + 1,
        text=index.slice(span),
        file_lines=index.line_count,
    )


def files(scene: Scene, roots: Sequence[Path], words: str) -> tuple[FileRef, ...]:
    """The files of a request, attached ones first. Their texts stay in the scene.

    `words` is the instruction. An open file is related to a request that names it.
    """
    focus, attached, others = scene.focus, scene.attached, scene.open
    given = [*([focus] if focus else []), *attached]
    anchors = [usages.naming_of(relative(doc, roots), doc) for doc in given]
    wanted, opened = {s.uri for s in attached}, {s.uri for s in others}
    found = []
    for doc in {s.uri: s for s in (*given, *others)}.values():
        path, related = relative(doc, roots), None
        if doc.uri in opened:
            related = usages.related(path, usages.naming_of(path, doc), anchors, words)
        found.append(FileRef(path, doc.language, _lines(doc), doc.uri in wanted, related=related))
    return tuple(found)


@per_document
def _lines(doc: Snapshot) -> int | None:
    """The lines of a document. None if the document is so large that counting takes noticeably
    long.
    """
    return doc.text.count("\n") + 1 if len(doc.text) <= LARGEST else None


def relative(doc: Snapshot, roots: Sequence[Path]) -> str:
    """The path of a document as it is shown and sent: relative to its workspace folder, or its name
    if it lies in none. With several folders it begins with the folder's name.
    """
    if doc.path is None:
        return doc.uri.rsplit("/", 1)[-1] or "untitled"
    known, given = _shown(doc), tuple(roots)
    if given not in known:
        known[given] = _relative(Path(doc.path), given)
    return known[given]


@per_document
def _shown(doc: Snapshot) -> dict[tuple[Path, ...], str]:
    """A cache of how a document is shown, by the workspace folders."""
    return {}


def _relative(path: Path, roots: tuple[Path, ...]) -> str:
    around = [root for root in roots if path.is_relative_to(root)]
    if not around:
        return path.name
    root = max(around, key=lambda r: len(r.parts))
    inside = path.relative_to(root).as_posix()
    return inside if len(roots) == 1 else f"{folder_name(root, roots)}/{inside}"


def _attached(
    wanted: Sequence[Attachment] | None, documents: Documents, focus: Snapshot | None
) -> tuple[Snapshot, ...]:
    return tuple(
        documents.snapshot(item.uri)
        for item in wanted or ()
        if item.attached and (focus is None or item.uri != focus.uri)
    )


def _others(
    documents: Documents, focus: Snapshot | None, attached: Sequence[Snapshot] = ()
) -> tuple[Snapshot, ...]:
    taken = {s.uri for s in attached} | ({focus.uri} if focus else set())
    return tuple(doc for doc in documents.open_documents() if doc.uri not in taken)
