"""The idea's own examples: each kind gets the tier the idea names, whatever the words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.bench.router import idea, variations

from tierwise.routing.route import route_one

SPARED = 0.1
"""Two of twenty: a guard, where the page has the figures."""
MET = {found.kind.name: found for found in idea.met()}
AGAIN = {found.kind.name: found for found in idea.met(idea.AGAIN)}


@pytest.mark.parametrize("name", MET)
def test_an_example_of_the_idea_gets_its_tier(name: str) -> None:
    found = MET[name]
    assert found.asked == 20
    assert found.enough, f"{found.within} of {found.asked}, {found.below} below what may be"


@pytest.mark.parametrize("name", AGAIN)
def test_an_example_in_other_words_or_another_language_gets_its_tier(name: str) -> None:
    found = AGAIN[name]
    assert found.asked == 20
    assert found.within >= (found.kind.share - SPARED) * found.asked
    assert not found.below


def test_what_stands_around_an_example_moves_few_and_none_too_low() -> None:
    """Courtesy, stories and pasted matter; slips of the keys and actions are figures alone."""
    around = ("courtesy", "a story before", "a story after", "pasted before", "pasted after")
    every = variations.met(("as written", *around))
    for name in around:
        for kind, found in every[name].items():
            plain = every["as written"][kind]
            assert found.within >= plain.within - 2, (name, kind)
            assert found.below <= plain.below, (name, kind)


@pytest.mark.parametrize("path", [idea.EXAMPLES, idea.AGAIN])
def test_an_agent_that_has_tools_gets_its_tier_as_a_chat_does(path: Path) -> None:
    """Every turn of an agent may use its tools, a summary of an e-mail like a change of files."""
    few = [(kind, asked) for kind, asked in idea.requests(path) if idea.KINDS[kind].most == 0]
    low: dict[str, list[bool]] = {}
    for kind, asked in few:
        turn = replace(asked, action="agent", tools=idea.AGENT_TOOLS)
        low.setdefault(kind, []).append(route_one(turn).routed == "haiku")
    for kind, found in low.items():
        share = idea.KINDS[kind].share - (SPARED if path == idea.AGAIN else 0.0)
        assert sum(found) >= share * len(found), kind
