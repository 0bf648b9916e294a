"""Signals: numbers measured from a request. Pure, and no words but the instruction's own.

Counts enter as log(1 + n), so that the step from one file to three weighs like the one from
ten to thirty. What a request did not say is named in `unknown` and has value zero.

Units: words, lines, files, usages and diagnostics are counts; shares lie in [0, 1].
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from tierwise.core.decision import Signals
from tierwise.core.request import ACTIONS, Request
from tierwise.core.structure import Structure
from tierwise.routing import lexicon
from tierwise.routing.instruction import read
from tierwise.routing.weights import Weights, load
from tierwise.syntax import structure as syntax

GRAMS: Final = (2, 3, 4, 5)
"""Lengths of the character n-grams of the text score."""

_SENTENCE: Final = re.compile(r"[.!?。！？]+(?:\s|$)|[;；]|\n")
_STEP: Final = re.compile(
    r"(?i)\b(?:and|then|also|after that|finally|plus|und|dann|außerdem|luego|además|et|puis|"
    r"então|depois|и|затем)\b|(?:^|\s)(?:[-*•]|\d+[.)])\s|、|，|そして|然后|并且"
)
_IDENTIFIER: Final = re.compile(
    r"`[^`]+`|\b\w+_\w+\b|\b[a-z]+[A-Z]\w+\b|\b\w+\(\)|\b\w+\.\w{1,5}\b"
)
_UNSPACED: Final = re.compile(r"[぀-ヿ㐀-鿿가-힯฀-๿]")


def measure(
    request: Request, structure: Structure | None = None, weights: Weights | None = None
) -> Signals:
    """The signals of a request; `structure` is of its selection, measured here if not given."""
    weights = weights or load()
    said = read(request.instruction)
    values: dict[str, float] = {}
    unknown: set[str] = set()
    for action in ACTIONS:
        values[f"action.{action}"] = float(request.action == action)
    _of_words(values, said.wish)
    values["pasted"] = _log(said.pasted_lines)
    values["logs"] = _log(said.log_lines)
    _of_selection(values, unknown, request, structure)
    _of_files(values, unknown, request)
    _of_diagnostics(values, unknown, request)
    _of_thread(values, unknown, request)
    return Signals(values, frozenset(unknown), text_scores(said.wish, weights))


def text_scores(wish: str, weights: Weights) -> tuple[float, ...]:
    """One score per cut: the summed weights of the wish's n-grams, length taken out."""
    return _scores(wish, weights.hash, weights)


@lru_cache(maxsize=256)
def _scores(wish: str, _key: str, weights: Weights) -> tuple[float, ...]:
    found = grams(wish)
    if not found:
        return (0.0,) * weights.cuts
    squares = 0.0
    sums = [0.0] * weights.cuts
    for gram, count in found.items():
        entry = weights.grams.get(gram)
        if entry is None:
            continue
        value = (1.0 + math.log(count)) * entry[0]
        squares += value * value
        for cut in range(weights.cuts):
            sums[cut] += value * entry[1 + cut]
    norm = math.sqrt(squares) or 1.0
    return tuple(round(s / norm, 9) for s in sums)


def grams(wish: str) -> dict[str, int]:
    """Character n-grams inside words, word edges marked by a space, case folded."""
    found: dict[str, int] = {}
    text = re.sub(r"\d+", "0", wish.casefold())
    for word in text.split():
        padded = f" {word} "
        for n in GRAMS:
            if len(padded) < n:
                break
            for i in range(len(padded) - n + 1):
                gram = padded[i : i + n]
                found[gram] = found.get(gram, 0) + 1
    return found


def _of_words(values: dict[str, float], wish: str) -> None:
    unspaced = len(_UNSPACED.findall(wish))
    words = len(re.findall(r"\w+", wish)) + unspaced // 2
    letters = sum(c.isalpha() for c in wish) or 1
    foreign = sum(c.isalpha() and not c.isascii() for c in wish) / letters
    values["words"] = _log(words)
    values["terse"] = float(0 < words <= 4)
    values["empty"] = float(words == 0)
    values["sentences"] = _log(len(_SENTENCE.findall(wish)))
    values["steps"] = _log(len(_STEP.findall(wish)))
    values["questions"] = _log(wish.count("?") + wish.count("？"))
    values["identifiers"] = _log(len(_IDENTIFIER.findall(wish)))
    values["numbers"] = _log(len(re.findall(r"\d+", wish)))
    values["foreign"] = foreign
    for name, pattern in lexicon.PATTERNS.items():
        values[f"says.{name}"] = _log(len(pattern.findall(wish)))


def _of_selection(
    values: dict[str, float],
    unknown: set[str],
    request: Request,
    structure: Structure | None,
) -> None:
    selection = request.selection
    names = ("sel.lines", "sel.depth", "sel.branches", "sel.definitions", "sel.calls", "sel.whole")
    values.update(dict.fromkeys((*names, "sel.share", "file.lines", "usages", "usage.files"), 0.0))
    values["sel.none"] = float(selection is None)
    if selection is None:
        return
    if structure is None and selection.text:
        structure = syntax.measure(selection.text, selection.language)
    lines = structure.lines if structure is not None else None
    if lines is None and selection.start_line and selection.end_line:
        lines = selection.end_line - selection.start_line + 1
    if lines is None:
        unknown.add("sel.lines")
    else:
        values["sel.lines"] = _log(lines)
    if structure is None:
        unknown.add("sel.structure")
    else:
        values["sel.depth"] = float(min(structure.depth, 12))
        values["sel.branches"] = _log(structure.branches)
        values["sel.definitions"] = _log(structure.definitions)
        values["sel.calls"] = _log(structure.calls)
        values["sel.whole"] = float(bool(structure.whole_symbol))
    file_lines = selection.file_lines
    if file_lines is None:
        named = [f.lines for f in request.files or () if f.path == selection.path and f.lines]
        file_lines = named[0] if named else None
    if file_lines is None:
        unknown.add("file.lines")
    else:
        values["file.lines"] = _log(file_lines)
        values["sel.share"] = min(1.0, (lines or 0) / max(file_lines, 1))
    for name, count in (("usages", selection.usages), ("usage.files", selection.usage_files)):
        if count is None:
            unknown.add(name)
        else:
            values[name] = _log(count)


def _of_files(values: dict[str, float], unknown: set[str], request: Request) -> None:
    values.update(
        {"files.attached": 0.0, "files.open": 0.0, "files.lines": 0.0, "files.kinds": 0.0}
    )
    if request.files is None:
        unknown.add("files")
        return
    own = request.selection.path if request.selection else None
    attached = [f for f in request.files if f.attached and f.path != own]
    values["files.attached"] = _log(len(attached))
    values["files.open"] = _log(len(request.files) - len(attached))
    values["files.lines"] = _log(sum(f.lines or 0 for f in attached))
    values["files.kinds"] = _log(len({f.language for f in attached if f.language}))


def _of_diagnostics(values: dict[str, float], unknown: set[str], request: Request) -> None:
    values.update({"diag.errors": 0.0, "diag.others": 0.0, "diag.spread": 0.0})
    if request.diagnostics is None:
        unknown.add("diagnostics")
        return
    errors = [d for d in request.diagnostics if d.severity == "error"]
    values["diag.errors"] = _log(len(errors))
    values["diag.others"] = _log(len(request.diagnostics) - len(errors))
    values["diag.spread"] = _log(len({d.path for d in request.diagnostics}))


def _of_thread(values: dict[str, float], unknown: set[str], request: Request) -> None:
    values.update({"tools": 0.0, "turn": 0.0, "thread.reasks": 0.0, "thread.rejected": 0.0})
    if request.tools is None:
        unknown.add("tools")
    else:
        values["tools"] = _log(len(request.tools))
    if request.turn is None:
        unknown.add("turn")
    else:
        values["turn"] = _log(min(request.turn, 20))
    if request.thread is not None:
        values["thread.reasks"] = float(min(request.thread.reasks, 3))
        values["thread.rejected"] = float(min(request.thread.rejected, 3))


def _log(count: float) -> float:
    return round(math.log1p(max(count, 0)), 9)


def names(rows: Sequence[Signals]) -> list[str]:
    """All signal names of some rows, sorted: the columns of a fit."""
    return sorted({name for row in rows for name in row.values})
