"""Lets a task that waited, or that is done again, work on the current text."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tierwise.context.in_view import InView
from tierwise.core.document import Position, Range
from tierwise.core.errors import BadRequest
from tierwise.edits import matching
from tierwise.tasks.api import Documents
from tierwise.tasks.intake import requests
from tierwise.tasks.task.scene import Question, Scene
from tierwise.tasks.task.task import Task

MOST_LINES: Final = 2_000
"""The most changed lines among which a selection is searched. With more it is given up."""


def refresh(task: Task, documents: Documents) -> None:
    """Let a task work on the current documents, if the selected lines are still in them.

    If not, the task keeps its old text. Its proposal is then placed in the current text or refused,
    like any other.
    """
    scene = _now(task.scene, documents)
    if scene is None or scene == task.scene:
        return
    roots = documents.roots()
    request = replace(
        task.request,
        selection=requests.selection(scene, roots),
        files=requests.files(scene, roots, task.request.instruction),
    )
    task.asks_now(Question(requests.enriched(request, scene), scene))


def rebased(old: str, now: str, span: Range) -> Range | None:
    """Where the lines of `span` in the text `old` are in the text `now`. None if they changed or
    are gone.
    """
    before, after = old.split("\n"), now.split("\n")
    last = span.end.line
    if span.end.character == 0 and last > span.start.line:
        last -= 1
    where = _line_map(before, after, span.start.line, last)
    if where is None:
        return None
    shift = where - span.start.line
    return Range(
        Position(where, span.start.character), Position(span.end.line + shift, span.end.character)
    )


def _now(scene: Scene, documents: Documents) -> Scene | None:
    try:
        focus = documents.snapshot(scene.focus.uri) if scene.focus is not None else None
        attached = tuple(documents.snapshot(doc.uri) for doc in scene.attached)
    except BadRequest:
        return None
    taken = {doc.uri for doc in attached} | ({focus.uri} if focus is not None else set())
    others = tuple(doc for doc in documents.open_documents() if doc.uri not in taken)
    span, comment = scene.range, scene.comment
    if focus is not None and scene.focus is not None and focus.text != scene.focus.text:
        if span is not None:
            span = rebased(scene.focus.text, focus.text, span)
            if span is None:
                return None
        if comment is not None:
            comment = rebased(scene.focus.text, focus.text, comment)
    return Scene(
        focus,
        span,
        attached,
        others,
        comment,
        with_project=scene.with_project,
        in_view=_in_view_now(scene.in_view, documents),
        runs_later=scene.runs_later,
    )


def _in_view_now(found: InView | None, documents: Documents) -> InView | None:
    """What the operator saw, in the current text. None if its lines are gone."""
    if found is None:
        return None
    try:
        doc = documents.snapshot(found.doc.uri)
    except BadRequest:
        return None
    span = rebased(found.doc.text, doc.text, found.span)
    return replace(found, doc=doc, span=span) if span is not None else None


def _line_map(old: list[str], now: list[str], first: int, last: int) -> int | None:
    """The line in `now` where the lines `first` to `last` of `old` begin. None if they are not all
    there in one piece.
    """
    head = 0
    while head < min(len(old), len(now)) and old[head] == now[head]:
        head += 1
    if last < head:
        return first
    tail = 0
    while tail < min(len(old), len(now)) - head and old[-1 - tail] == now[-1 - tail]:
        tail += 1
    if first >= len(old) - tail:
        return first + len(now) - len(old)
    middle, there = old[head : len(old) - tail], now[head : len(now) - tail]
    if len(middle) > MOST_LINES or len(there) > MOST_LINES:
        return None
    lines = {i: i for i in range(head)}
    lines |= {i: i + len(now) - len(old) for i in range(len(old) - tail, len(old))}
    for a, b, size in matching.blocks(middle, there):
        lines |= {head + a + k: head + b + k for k in range(size)}
    found = [lines.get(i) for i in range(first, last + 1)]
    start = found[0]
    if start is None or found != list(range(start, start + len(found))):
        return None
    return start
