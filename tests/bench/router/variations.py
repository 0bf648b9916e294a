"""The idea's examples put otherwise: slips of the keys, courtesy, stories, pastes, other actions.

What an example needs stays the same, whatever stands around it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from tests.bench.router import idea, report

from tierwise.core.request import Request
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing.route import route_one

STORIES: Final = (
    "Our product owner quit in October and since then I have three bosses, each with another "
    "opinion about my calendar.",
    "I sat in a train without wifi the whole morning and just opened the laptop again.",
    "You know how it is before the holidays, everybody is in a hurry and the coffee machine is "
    "broken again. I had promised this to a colleague last week and forgot about it, he was kind "
    "enough not to mention it in front of everyone.",
)
PASTED: Final = (
    "2026-11-12 08:00:01 INFO started\n2026-11-12 08:00:02 INFO listening on 8080\n"
    "2026-11-12 08:00:09 WARN slow disk",
    "```python\ndef total(rows):\n    return sum(r.price for r in rows)\n```",
    "$ git status\nOn branch main\nnothing to commit, working tree clean",
)
SLIPS: Final = 2
"""Words of a wish that are mistyped."""


Change = Callable[[Request, random.Random], Request]


def _said(change: Callable[[str, random.Random], str]) -> Change:
    return lambda request, r: replace(request, instruction=change(request.instruction, r))


def mistyped(text: str, r: random.Random) -> str:
    """Two letters in the wrong order in some of the first words."""
    words = text.split(" ")
    long = [i for i, word in enumerate(words[:12]) if len(word) > 4 and word.isalpha()]
    for i in r.sample(long, min(SLIPS, len(long))):
        word, at = words[i], r.randrange(1, len(words[i]) - 2)
        words[i] = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return " ".join(words)


VARIATIONS: Final[Mapping[str, Change]] = {
    "as written": lambda request, r: request,
    "two slips of the keys": _said(mistyped),
    "courtesy": _said(
        lambda text, r: (
            f"Good afternoon! Could you please help me with this: {text} Many thanks "
            "and kind regards"
        )
    ),
    "a story before": _said(lambda text, r: f"{r.choice(STORIES)} {text}"),
    "a story after": _said(lambda text, r: f"{text.rstrip('.?!')}. {r.choice(STORIES)}"),
    "pasted before": _said(lambda text, r: f"{r.choice(PASTED)}\n\n{text}"),
    "pasted after": _said(lambda text, r: f"{text}\n\n{r.choice(PASTED)}\n"),
    "in capitals": _said(lambda text, r: text.upper()),
    "as chat": lambda request, r: replace(request, action="chat"),
    "as an edit": lambda request, r: replace(request, action="edit"),
    "as an agent's turn": lambda request, r: replace(
        request, action="agent", tools=idea.AGENT_TOOLS
    ),
}


def met(names: Iterable[str] = VARIATIONS) -> dict[str, dict[str, idea.Met]]:
    """Per variation, how each kind fared."""
    return {name: _met(VARIATIONS[name]) for name in names}


def table() -> str:
    """Per variation and kind the share within the tiers wanted, and how many lie too low."""
    kinds = list(idea.KINDS)
    lines = []
    for name, found in met().items():
        lines.append([name, *(_cell(found[kind]) for kind in kinds)])
    return report.table(["put otherwise", *kinds], lines)


def _cell(found: idea.Met) -> str:
    share = f"{100 * found.within / found.asked:.0f}"
    return f"{share}, {found.below} too low" if found.below else share


def _met(change: Change) -> dict[str, idea.Met]:
    r = random.Random(5)
    routed: dict[str, list[int]] = {name: [] for name in idea.KINDS}
    for name, request in idea.requests():
        routed[name].append(DEFAULT_LADDER.rank(route_one(change(request, r)).routed))
    return {name: idea.judged(idea.KINDS[name], tiers) for name, tiers in routed.items()}
