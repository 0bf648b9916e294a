"""Signals: numbers measured from a request. Pure. Words are counted in the instruction alone.

Units: words, lines, files, usages and diagnostics are counts, kept as log(1 + n). Shares and flags
lie in [0, 1]. Nesting depth and what was asked again or rejected are plain counts. What a request
did not say is named in `unknown` and has value zero.
"""

from __future__ import annotations

from functools import lru_cache

from tierwise.core.actions import KINDS, TABLE
from tierwise.core.decision import Signals
from tierwise.core.request import Request
from tierwise.core.structure import Structure
from tierwise.routing import grams, reach, surroundings, untaught, words
from tierwise.routing.ask import Ask, apart
from tierwise.routing.canonical import canonical
from tierwise.routing.instruction import read, shape
from tierwise.routing.scale import log
from tierwise.routing.weights import Weights, load


def measure(
    request: Request, structure: Structure | None = None, weights: Weights | None = None
) -> Signals:
    """Measure a request: counts, shares and flags, and what its wording says as scores.

    `structure` is that of its selection; if not given, it is measured here.
    """
    values, unknown = quantities(request, structure)
    return with_text(values, unknown, plain_text(request), weights or load())


def with_text(
    values: dict[str, float], unknown: frozenset[str], text: str, weights: Weights
) -> Signals:
    """The signals, with those of the text added.

    These are its scores, the share of its words of which not even letters are known (`novel`), and
    how surely it is in a language that the weights were not fitted on (`novel.words`).
    """
    known = {
        **values,
        "novel": grams.novelty(text, weights),
        "novel.words": untaught.new_words(text, weights),
    }
    return Signals(known, unknown, grams.scores(text, weights))


def quantities(
    request: Request, structure: Structure | None = None, *, whole: bool = False
) -> tuple[dict[str, float], frozenset[str]]:
    """The signals without the text scores, and the names of those that are unknown.

    With `whole` small talk and pasted prose are left in the instruction.
    """
    wordless = not KINDS[request.action].needs_words
    values = dict(_of_instruction(request.instruction, whole, wordless)[0])
    unknown: set[str] = set()
    read_as = KINDS[request.action].read_as or request.action
    for kind in TABLE:
        if kind.read_as is None:
            values[f"action.{kind.name}"] = float(read_as == kind.name)
    surroundings.of_selection(values, unknown, request, structure)
    reach.of_reach(values, unknown, request)
    surroundings.of_language(values, request)
    surroundings.of_files(values, unknown, request)
    surroundings.of_diagnostics(values, unknown, request)
    surroundings.of_thread(values, unknown, request)
    replaces = float(KINDS[request.action].answer == "replacement")
    values["goal.edit"] = values["goal"] * replaces
    values["hard.edit"] = values["hard"] * replaces
    return values, frozenset(unknown)


def plain_text(request: Request, *, whole: bool = False) -> str:
    """The text that is asked, as the text score reads it. With `whole` small talk and pasted prose
    stay in it.
    """
    wordless = not KINDS[request.action].needs_words
    return _of_instruction(request.instruction, whole, wordless)[1]


@lru_cache(maxsize=128)
def _of_instruction(instruction: str, whole: bool, wordless: bool) -> tuple[dict[str, float], str]:
    ask = Ask(instruction) if whole else apart(instruction, wordless=wordless)
    instruction = ask.text
    said = read(instruction)
    text = words.plain(said.wish)
    values = words.measure(said.wish, text)
    bare = words.bare(instruction)
    values["chars"] = log(len(bare))
    for name, count in shape(bare).items():
        values[f"form.{name}"] = log(count)
    values["pasted"] = log(said.pasted_lines)
    values["logs"] = log(said.log_lines)
    values["prose"] = log(ask.prose)
    return values, canonical(text)
