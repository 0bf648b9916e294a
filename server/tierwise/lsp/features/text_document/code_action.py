"""Code actions: the tasks that can be started at a place, with the forecast in each title.

An explicit request lists everything that makes sense. If the server is still starting, the
request waits, because people read an empty list as "there is nothing". An automatic request (the
light bulb) waits only a moment. It gets at most four tasks to start, and all actions of a pending
proposal. A code action only carries a command that starts the task later, so listing is fast.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from tierwise.core.actions import Action, offered
from tierwise.core.document import Position, Range
from tierwise.core.errors import TierwiseError
from tierwise.core.request import Diagnostic, Severity
from tierwise.core.views import TaskView
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.features.text_document.code_lens import command, offers
from tierwise.lsp.session.client import Client
from tierwise.lsp.session.session import BUILD_WITHIN, Session
from tierwise.present import errors
from tierwise.present.titles import (
    NO_COMMENT_TITLE,
    SENT_TITLE,
    action_title,
    comment_title,
    problem_title,
    tonight_title,
)
from tierwise.syntax.around import enclosing
from tierwise.syntax.positions import LineIndex
from tierwise.tasks.deciding.menu import Menu
from tierwise.tasks.window.disk import path_of

if TYPE_CHECKING:
    from tierwise.tasks.engine import TaskEngine

REWRITE: Final = "refactor.rewrite.tierwise"
QUICKFIX: Final = "quickfix.tierwise"
"""Kinds of code actions; those of `REWRITE` end in the action's name."""
QUIET: Final = 4
"""The most actions that an automatic request gets, beside those of a pending proposal."""
QUIET_WITHIN: Final = 0.3
"""Seconds an automatic request waits for a server that is still starting."""
_COMMENT: Final = re.compile(r"^\s*(?:#|//|--|;|%|/\*|<!--|\"|')+\s*tw:\s*(.+?)\s*(?:\*/|-->)?\s*$")
ABOVE: Final = 3
"""How many lines above a selection are searched for a `tw:` comment, and how many blank lines may
be between the comment and its code.
"""
_SEVERITY: Final[dict[int, Severity]] = {1: "error", 2: "warning", 3: "information", 4: "hint"}


async def code_action(session: Session, params: types.CodeActionParams) -> list[types.CodeAction]:
    """List the tasks that can be started at a place, and the actions of the proposals there."""
    automatic = params.context.trigger_kind == types.CodeActionTriggerKind.Automatic
    within = QUIET_WITHIN if automatic else BUILD_WITHIN
    async with session.titles(within) as known:
        if known is None or session.docs.known(params.text_document.uri) is None:
            return []
        return _listed(Menu(known, params.text_document.uri), session, params, automatic=automatic)


def _listed(
    menu: Menu, session: Session, params: types.CodeActionParams, *, automatic: bool
) -> list[types.CodeAction]:
    uri, docs, engine = params.text_document.uri, session.docs, session.ready
    span = docs.from_wire(uri, params.range)
    lines = range(span.start.line, span.end.line + 1)
    found = [_diagnostic(uri, d) for d in params.context.diagnostics]
    if engine is not None:
        engine.diagnosed(uri, lines, found)
    only = params.context.only
    waiting = _pending(engine, uri, span) if engine is not None else []
    pending = [a for a in waiting if _wanted(str(a.kind), only)]
    possible = _asked(docs, menu, session.client, uri, span, params.context.diagnostics)
    made = (make() for kind, make in possible if _wanted(kind, only))
    asked = (action for action in made if action is not None)
    listed = [*pending, *islice(asked, QUIET if automatic else None)]
    night = None if automatic else _tonight(docs, uri, span, params.context.diagnostics)
    # A task that cannot run now cannot run at night either.
    if night is not None and any(a.kind == night.kind and a.disabled is None for a in listed):
        listed.append(night)
    return listed


def _wanted(kind: str, only: Sequence[str] | None) -> bool:
    return not only or any(kind == want or kind.startswith(f"{want}.") for want in only)


def _pending(engine: TaskEngine, uri: str, span: Range) -> list[types.CodeAction]:
    """Offer as code actions what the lenses of the tasks at a range offer. One more shows what was
    sent for the task.
    """
    found = []
    for view in engine.tasks_at(uri):
        if not _touches(view, span):
            continue
        for offer in offers(engine, view):
            found.append(
                types.CodeAction(
                    title=f"Tierwise: {offer.title}",
                    kind=f"{REWRITE}.{view.action}",
                    command=command(offer),
                )
            )
        found.append(_sent(view))
    return found


def _sent(view: TaskView) -> types.CodeAction:
    """Offer to show what was sent to models.

    This is no lens, because a further lens would take room from the code.
    """
    title = SENT_TITLE
    return types.CodeAction(
        title=title,
        kind=f"{REWRITE}.{view.action}",
        command=types.Command(
            title=title, command="tierwise.task.showSent", arguments=[{"taskId": view.task_id}]
        ),
    )


def _asked(
    docs: DocumentStore,
    menu: Menu,
    client: Client,
    uri: str,
    span: Range,
    diagnostics: Sequence[types.Diagnostic],
) -> Iterator[tuple[str, Callable[[], types.CodeAction | None]]]:
    """Yield the tasks that can be started at a range: a kind and a function that makes the action.

    The action is made only if it is shown, because its forecast takes time.
    """
    index = docs.index(uri)
    if (comment := _comment(index, span)) is not None:
        where, instruction = comment
        target = _after_comment(docs, uri, index, span, where)
        shows_reasons = client.disabled_actions
        made = partial(_comment_action, docs, menu, uri, target, where, instruction, shows_reasons)
        yield f"{REWRITE}.edit", made
    for diagnostic in diagnostics[:3]:
        yield QUICKFIX, partial(_fix, docs, menu, uri, span, diagnostic)
    empty = span.start == span.end
    has_symbol = not empty or _symbol(docs, uri, span.start)
    kinds = offered(selection=not empty)
    if not client.flags.task:
        # Such a client never asks for an instruction. So an action that needs one comes last and
        # is not the one that Enter picks.
        kinds = tuple(sorted(kinds, key=lambda kind: kind.needs_words))
    for kind in kinds:
        if kind.needs_symbol and not has_symbol:
            continue
        if kind.takes_diagnostics and diagnostics:
            continue
        yield f"{REWRITE}.{kind.name}", partial(_action, docs, menu, uri, span, kind.name)


def _action(
    docs: DocumentStore, menu: Menu, uri: str, span: Range, kind: Action
) -> types.CodeAction | None:
    given = {
        "action": kind,
        "textDocument": {"uri": uri},
        "range": _wire(docs, uri, span),
    }
    try:
        decision = menu.forecast(kind, span)
    except TierwiseError:
        return None
    title = action_title(kind, decision, rehearsal=menu.rehearsal)
    return types.CodeAction(
        title=title,
        kind=f"{REWRITE}.{kind}",
        command=types.Command(title=title, command="tierwise.task.start", arguments=[given]),
    )


def _tonight(
    docs: DocumentStore, uri: str, span: Range, diagnostics: Sequence[types.Diagnostic]
) -> types.CodeAction | None:
    """Offer to queue a task for the night: that of a `tw:` comment, else a fix of the problem here,
    else documentation of the selection. None if there is none of these.
    """
    comment = _comment(docs.index(uri), span)
    given: dict[str, Any] = {"textDocuments": [{"uri": uri}]}
    if comment is not None:
        target = _after_comment(docs, uri, docs.index(uri), span, comment[0])
        given |= {"action": "edit", "instruction": comment[1], "range": _wire(docs, uri, target)}
    elif diagnostics:
        target = _around(docs, uri, docs.from_wire(uri, diagnostics[0].range))
        problem = {**asdict(_diagnostic(uri, diagnostics[0])), "path": path_of(uri) or uri}
        given |= {"action": "fix", "range": _wire(docs, uri, target), "diagnostics": [problem]}
    else:
        kind = next((k for k in offered(selection=True) if k.documentation_only), None)
        if kind is None or span.start == span.end:
            return None
        given |= {"action": kind.name, "range": _wire(docs, uri, span)}
    title = tonight_title(given["action"], comment=comment is not None)
    return types.CodeAction(
        title=title,
        kind=f"{REWRITE}.{given['action']}",
        command=types.Command(title=title, command="tierwise.queue.add", arguments=[given]),
    )


def _fix(
    docs: DocumentStore, menu: Menu, uri: str, span: Range, diagnostic: types.Diagnostic
) -> types.CodeAction | None:
    where = docs.from_wire(uri, diagnostic.range)
    target = span if span.start != span.end else _around(docs, uri, where)
    problem = _diagnostic(uri, diagnostic)
    try:
        decision = menu.forecast("fix", target, diagnostics=(problem,))
    except TierwiseError:
        return None
    title = problem_title(decision, problem.message, problem.code, rehearsal=menu.rehearsal)
    given = {
        "action": "fix",
        "textDocument": {"uri": uri},
        "range": _wire(docs, uri, target),
        "diagnostics": [asdict(problem)],
    }
    return types.CodeAction(
        title=title,
        kind=QUICKFIX,
        diagnostics=[diagnostic],
        command=types.Command(title=title, command="tierwise.task.start", arguments=[given]),
    )


def _diagnostic(uri: str, diagnostic: types.Diagnostic) -> Diagnostic:
    return Diagnostic(
        path=uri.rsplit("/", 1)[-1],
        line=diagnostic.range.start.line + 1,
        severity=_SEVERITY.get(int(diagnostic.severity or 1), "error"),
        code=None if diagnostic.code is None else str(diagnostic.code),
        message=_plain(diagnostic.message),
    )


def _comment_action(
    docs: DocumentStore,
    menu: Menu,
    uri: str,
    span: Range,
    comment: Range,
    text: str,
    shows_reasons: bool,
) -> types.CodeAction:
    """The action for the task that a `tw:` comment asks for.

    If the task cannot run now, a client that shows reasons gets a disabled action with the reason.
    For any other client the action stays enabled, and starting it says why it fails.
    """
    given = {
        "action": "edit",
        "textDocument": {"uri": uri},
        "range": _wire(docs, uri, span),
        "instruction": text,
        "comment": _wire(docs, uri, comment),
    }
    try:
        decision = menu.forecast("edit", span, text)
    except TierwiseError as error:
        title, reason = NO_COMMENT_TITLE, errors.sentence(error)
    else:
        title, reason = comment_title(decision, rehearsal=menu.rehearsal), ""
    return types.CodeAction(
        title=title,
        kind=f"{REWRITE}.edit",
        disabled=types.CodeActionDisabled(reason) if reason and shows_reasons else None,
        command=types.Command(title=title, command="tierwise.task.start", arguments=[given]),
    )


def _comment(index: LineIndex, span: Range) -> tuple[Range, str] | None:
    """Find the last `tw:` comment in the selection or up to `ABOVE` lines above it. Returns the
    range of its line, and its text.
    """
    first = max(0, span.start.line - ABOVE)
    for number in range(min(span.end.line, index.line_count - 1), first - 1, -1):
        found = _COMMENT.match(index.line(number))
        if found is not None:
            return Range(Position(number, 0), Position(number + 1, 0)), found.group(1)
    return None


def _after_comment(
    docs: DocumentStore, uri: str, index: LineIndex, span: Range, comment: Range
) -> Range:
    """The range that a `tw:` comment is about: the selection, else the symbol or line below it."""
    if span.start != span.end:
        return span
    last = index.line_count - 1
    near = range(comment.end.line, min(comment.end.line + ABOVE, last) + 1)
    first = next((n for n in near if index.line(n).strip()), comment.end.line)
    below = Position(min(first, last), 0)
    line = index.line(below.line)
    at = Position(below.line, len(line) - len(line.lstrip()))
    snapshot = docs.snapshot(uri)
    symbol = enclosing(snapshot.text, snapshot.language, at)
    if symbol is not None:
        return Range(Position(symbol.range.start.line, 0), symbol.range.end)
    return Range(below, Position(below.line, len(line)))


def _around(docs: DocumentStore, uri: str, where: Range) -> Range:
    """The symbol around a diagnostic. If there is none, or it has more than about 60 lines, the
    range is the lines of the diagnostic and five on each side.
    """
    index = docs.index(uri)
    snapshot = docs.snapshot(uri)
    symbol = enclosing(snapshot.text, snapshot.language, where.start)
    if symbol is not None and symbol.range.end.line - symbol.range.start.line <= 60:
        return symbol.range
    first = max(0, where.start.line - 5)
    last = min(index.line_count - 1, where.end.line + 5)
    return Range(Position(first, 0), Position(last, len(index.line(last))))


def _symbol(docs: DocumentStore, uri: str, at: Position) -> bool:
    snapshot = docs.snapshot(uri)
    return enclosing(snapshot.text, snapshot.language, at) is not None


def _touches(view: TaskView, span: Range) -> bool:
    own = view.range
    return own is None or (own.start.line <= span.end.line and span.start.line <= own.end.line)


def _wire(docs: DocumentStore, uri: str, span: Range) -> dict[str, Any]:
    found = docs.to_wire(uri, span)
    return {
        "start": {"line": found.start.line, "character": found.start.character},
        "end": {"line": found.end.line, "character": found.end.character},
    }


def _plain(message: Any) -> str:
    return message if isinstance(message, str) else str(getattr(message, "value", ""))
