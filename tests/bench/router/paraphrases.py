"""The same wish in other words: how many tiers that flips, on pairs of our own.

Two files of pairs: one that is looked into when the router is made, and one that was written
before any of it was routed and of which nobody looks at more than these totals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from tests.bench.router import report

from tierwise.core.actions import Action
from tierwise.core.request import FileRef, Request, Selection
from tierwise.routing.fit.judge import Held
from tierwise.routing.fit.train import Corpus
from tierwise.routing.route import route_one

LOOKED_INTO: Final = Path(__file__).with_name("paraphrases.tsv")
HELD: Final = Path(__file__).with_name("paraphrases_held.tsv")
ORDER: Final = ("haiku", "sonnet", "opus")

CHANGES: Final[dict[str, tuple[Callable[[str], str], ...]]] = {
    "white space": (lambda t: f"  {t.replace(' ', '   ')}\n\n", lambda t: f"{t}\t"),
    "case": (str.upper, str.title),
    "courtesy": (
        lambda t: f"please {t}",
        lambda t: f"{t}, thank you very much in advance",
        lambda t: f"Hi! Could you {t}",
    ),
}
"""What else leaves a wish as it is, each in some ways."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A wish in two wordings, with the same selection beside it."""

    language: str
    one: Request
    other: Request


def pairs(path: Path = HELD) -> list[Pair]:
    """The pairs of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_pair(line) for line in lines if line[:1] != "#"]


def steps(one: Request, other: Request) -> int:
    """Tiers between what two requests are routed to."""
    return abs(ORDER.index(route_one(one).routed) - ORDER.index(route_one(other).routed))


def flipped(path: Path = HELD) -> list[tuple[Pair, int]]:
    """The pairs whose tiers differ, with the steps between them."""
    found = ((pair, steps(pair.one, pair.other)) for pair in pairs(path))
    return [(pair, apart) for pair, apart in found if apart]


def table(corpus: Corpus, estimated: Sequence[Held]) -> str:
    """Pairs, the share that flips, and by how far at most: by kind of change, then by action and
    language of the held-out pairs. `estimated` are the rows of the fit, each by weights that never
    saw it in any wording."""
    held = pairs()
    differ = flipped()
    other = _moved_by_form([pair.one for pair in held])
    looked_into = [apart for _, apart in flipped(LOOKED_INTO)]
    lines = [
        _line("other words, rows of the fit", len(corpus.twins), _of_twins(corpus, estimated)),
        _line("other words, pairs looked into", len(pairs(LOOKED_INTO)), looked_into),
        _line("other words, held-out pairs", len(held), [apart for _, apart in differ]),
    ]
    lines += [_line(kind, tried, found) for kind, (tried, found) in other.items()]
    shares = [len(differ) / len(held), *(len(found) / tried for tried, found in other.values())]
    lines.append(["mean of the four kinds", "", f"{100 * sum(shares) / len(shares):.1f}", ""])
    for name, of in (("action", _action), ("language", _language)):
        every = Counter(of(pair) for pair in held)
        lines += [
            _line(f"held-out, {name} {value}", count, [n for p, n in differ if of(p) == value])
            for value, count in sorted(every.items())
        ]
    return report.table(["what changes", "pairs", "tiers flipped, %", "most steps"], lines)


def _of_twins(corpus: Corpus, estimated: Sequence[Held]) -> list[int]:
    apart = (abs(estimated[one].routed - estimated[other].routed) for one, other in corpus.twins)
    return [n for n in apart if n]


def _moved_by_form(requests: Sequence[Request]) -> dict[str, tuple[int, list[int]]]:
    """Per kind of change: how many were tried, and the steps of those that moved a tier."""
    found = {}
    for kind, changes in CHANGES.items():
        apart = [
            steps(request, replace(request, instruction=change(request.instruction)))
            for request in requests
            for change in changes
        ]
        found[kind] = len(apart), [n for n in apart if n]
    return found


def _line(name: str, tried: int, apart: Sequence[int]) -> list[str]:
    return [name, str(tried), f"{100 * len(apart) / tried:.1f}", str(max(apart, default=0))]


def _action(pair: Pair) -> str:
    return pair.one.action


def _language(pair: Pair) -> str:
    return pair.language


def _pair(line: str) -> Pair:
    action, language, selected, one, other = line.split("\t")
    lines = int(selected)
    selection = None
    if lines:
        text = "\n".join(["x = f(y)"] * lines)
        selection = Selection("src/a.py", "python", 1, lines, text, 200)
    files = (FileRef("src/a.py", "python", 200),)
    asked = (
        Request(cast(Action, action), wish, selection=selection, files=files, diagnostics=(),
                tools=(), turn=0)
        for wish in (one, other)
    )  # fmt: skip
    return Pair(language, *asked)
