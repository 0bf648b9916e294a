"""Routes without an editor or a ledger: a request in, a decision out. The command line, replay and
the bench use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar, get_args

from tierwise.core.actions import ACTIONS
from tierwise.core.decision import Decision
from tierwise.core.request import (
    Diagnostic,
    FileRef,
    ProjectSignals,
    Request,
    Selection,
    Severity,
    ThreadState,
)
from tierwise.core.situation import Choice, Situation
from tierwise.routing import explain, policy
from tierwise.routing.estimate import estimate
from tierwise.routing.overrides import split_tier_word
from tierwise.routing.signals import measure
from tierwise.routing.weights import Weights, load

T = TypeVar("T")


def route_one(
    request: Request, situation: Situation | None = None, weights: Weights | None = None
) -> Decision:
    """Decide one request without an editor or a ledger.

    Raises `UnknownTier` for a tier that does not exist.
    """
    weights = weights or load()
    situation = situation or Situation()
    word, instruction = split_tier_word(request.instruction, situation.ladder)
    tier = request.tier or word
    request = replace(request, instruction=instruction)
    if tier is not None:
        situation.ladder.rank(tier)
        situation = replace(situation, choices=(Choice("task", tier), *situation.choices))
    signals = measure(request, weights=weights)
    signs = explain.why(signals, weights)
    found = estimate(signals, weights, situation.ladder)
    return policy.decide(
        signals, found, situation, id=request.id, weights=weights.hash, signs=signs
    )


def parse_request(data: object, warn: Callable[[str], None] = lambda _: None) -> Request:
    """A request from its JSON object. Raises `ValueError` with a sentence if it is not valid.

    `warn` is called with each unknown key.
    """
    if not isinstance(data, Mapping):
        raise ValueError("a request is a JSON object")
    known = {f.name for f in fields(Request)}
    for key in data:
        if key not in known:
            warn(str(key))
    action, instruction = data.get("action"), data.get("instruction")
    if action not in ACTIONS:
        raise ValueError(f"'action' is one of {', '.join(ACTIONS)}")
    if not isinstance(instruction, str):
        raise ValueError("'instruction' is a text")
    return Request(
        action=action,
        instruction=instruction,
        id=str(data.get("id") or ""),
        selection=_selection(data.get("selection")),
        files=_list(data, "files", _file),
        diagnostics=_list(data, "diagnostics", _diagnostic),
        tools=_list(data, "tools", str),
        turn=_whole(data, "turn"),
        thread=_thread(data.get("thread")),
        tier=_text(data, "tier"),
        project=_project(data.get("project")),
        input_tokens=_count(data, "input_tokens"),
        steps=_count(data, "steps"),
    )


def _project(data: object) -> ProjectSignals | None:
    if data is None:
        return None
    item = _object(data, "project")
    return ProjectSignals(
        usages=_count(item, "usages"),
        usage_files=_count(item, "usage_files"),
        fan_in=_count(item, "fan_in"),
        defined=_count(item, "defined"),
        files=_count(item, "files"),
        clear=_count(item, "clear"),
    )


def _selection(data: object) -> Selection | None:
    if data is None:
        return None
    item = _object(data, "selection")
    return Selection(
        path=_text(item, "path") or "",
        language=_text(item, "language"),
        start_line=_whole(item, "start_line"),
        end_line=_whole(item, "end_line"),
        text=_text(item, "text"),
        file_lines=_whole(item, "file_lines"),
        symbol=_text(item, "symbol"),
        usages=_whole(item, "usages"),
        usage_files=_whole(item, "usage_files"),
    )


def _file(data: object) -> FileRef:
    item = _object(data, "files")
    return FileRef(
        path=_text(item, "path") or "",
        language=_text(item, "language"),
        lines=_whole(item, "lines"),
        attached=bool(item.get("attached", False)),
        text=_text(item, "text"),
    )


def _diagnostic(data: object) -> Diagnostic:
    item = _object(data, "diagnostics")
    severity = item.get("severity", "error")
    code = item.get("code")
    return Diagnostic(
        path=_text(item, "path") or "",
        line=_whole(item, "line") or 1,
        severity=severity if severity in get_args(Severity) else "error",
        code=None if code is None else str(code),
        message=_text(item, "message") or "",
    )


def _thread(data: object) -> ThreadState | None:
    if data is None:
        return None
    item = _object(data, "thread")
    return ThreadState(
        _text(item, "last_tier"),
        _whole(item, "reasks") or 0,
        _whole(item, "rejected") or 0,
        _text(item, "need"),
    )


def _object(data: object, name: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ValueError(f"'{name}' holds objects")
    return data


def _text(item: Mapping[str, Any], key: str) -> str | None:
    value = item.get(key)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"'{key}' is a text")
    return value


def _whole(item: Mapping[str, Any], key: str) -> int | None:
    value = item.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        raise ValueError(f"'{key}' is a number")
    return int(max(-(2**53), min(2**53, value)))


def _count(item: Mapping[str, Any], key: str) -> int | None:
    value = _whole(item, key)
    return None if value is None else max(0, value)


def _list(data: Mapping[str, Any], key: str, make: Callable[[object], T]) -> tuple[T, ...] | None:
    value = data.get(key)
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError(f"'{key}' is a list")
    return tuple(make(item) for item in value)
