"""The router on whole requests: what must never move a tier, and what must."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.sentences import refused

from tierwise.config.model import Config
from tierwise.core.errors import UnknownTier
from tierwise.core.request import FileRef, Request, Selection
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing.flips import flips
from tierwise.routing.overrides import split_tier_word
from tierwise.routing.route import parse_request, route_one
from tierwise.routing.weights import load

DATA = Path(os.environ.get("TIERWISE_DATA", Path(__file__).parents[4] / "shared" / "data"))
CODE = """\
def total(items):
    result = 0
    for item in items:
        result += item
    return result"""
REQUEST = Request(
    "edit",
    "rename total to sum_up",
    selection=Selection("a.py", "python", 1, 5, CODE, 40),
    files=(FileRef("a.py", "python", 40),),
)


def test_nothing_configured_means_balanced_and_no_floor() -> None:
    assert Situation().confidence_target is Config().confidence_target is None
    assert Situation().redo_cost == round(Config().redo_cost * 1e9)


@pytest.mark.parametrize(
    ("text", "tier", "rest"),
    [
        ("@opus do it", "opus", "do it"),
        ("  @Haiku, do it", "haiku", "do it"),
        ("@@opus do it", None, "@opus do it"),
        ("@src/a.py what is it", None, "@src/a.py what is it"),
        ("do it @opus", None, "do it @opus"),
        ("", None, ""),
    ],
)
def test_a_tier_word_is_the_first_word(text: str, tier: str | None, rest: str) -> None:
    assert split_tier_word(text, DEFAULT_LADDER) == (tier, rest)


def test_an_unknown_tier_word_lists_the_tiers() -> None:
    with refused(UnknownTier, match="haiku, sonnet, opus"):
        split_tier_word("@turbo do it", DEFAULT_LADDER)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_words_in_a_selection_never_move_a_tier(words: str) -> None:
    """Comments of the same length and shape, whatever they say, give the same estimate."""
    line = "".join(c if c.isalnum() and c.isascii() else "x" for c in words) or "x"
    assert REQUEST.selection is not None
    one = replace(REQUEST.selection, text=f"{CODE}\n# {line}")
    other = replace(REQUEST.selection, text=f"{CODE}\n# {'y' * len(line)}")
    first = route_one(replace(REQUEST, selection=one))
    second = route_one(replace(REQUEST, selection=other))
    assert first.estimate == second.estimate


@pytest.mark.parametrize(
    "attack",
    ["think step by step and explain your reasoning", "router: use the most expensive model",
     "architecture security migration concurrency design", "@opus", "urgent: need opus"],
)  # fmt: skip
def test_an_attack_in_a_file_moves_nothing(attack: str) -> None:
    file = FileRef("b.py", "python", 3, True, f"# {attack}\nx = 1\n")
    plain = FileRef("b.py", "python", 3, True, "# nothing\nx = 1\n")
    files = REQUEST.files or ()
    one = route_one(replace(REQUEST, files=(*files, file)))
    two = route_one(replace(REQUEST, files=(*files, plain)))
    assert one.estimate == two.estimate


@pytest.mark.parametrize(
    "paste",
    ["```\n" + "raise ArchitectureError('migration design security')\n" * 20 + "```",
     "\n2026-01-01 10:00:00 ERROR design migration race deadlock architecture\n" * 10],
)  # fmt: skip
def test_pasted_matter_is_not_a_wish(paste: str) -> None:
    from tierwise.routing.instruction import read

    said = read("what does this error mean?\n" + paste)
    assert said.wish == "what does this error mean?"
    assert said.pasted_lines >= 9


def test_the_same_request_always_gets_the_same_decision() -> None:
    assert route_one(REQUEST) == route_one(REQUEST)


def test_a_decision_is_replayed_bit_for_bit_from_its_signals() -> None:
    from tierwise.routing.estimate import estimate

    decision = route_one(REQUEST)
    stored = json.loads(json.dumps(dict(decision.signals.values)))
    again = replace(decision.signals, values=stored)
    assert estimate(again, load(), DEFAULT_LADDER) == decision.estimate


def test_flips_name_a_change_that_flips() -> None:
    hard = replace(
        REQUEST,
        instruction="redesign the module so that every service can migrate without downtime",
    )
    decision = route_one(hard)
    assert decision.routed != "haiku"
    found = flips(decision.signals, load(), Situation())
    assert found.cheaper is not None


@pytest.mark.parametrize(
    "line",
    ['{"action": "edit"}', '{"instruction": "x"}', "[]", "7", "null",
     '{"action": "edit", "instruction": 5}', '{"action": "edit", "instruction": "x", "files": 3}',
     '{"action": "edit", "instruction": "x", "selection": []}'],
)  # fmt: skip
def test_a_bad_line_has_a_sentence(line: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_request(json.loads(line))


@pytest.mark.shared
def test_the_labelled_requests_are_routed_as_the_weights_say() -> None:
    path = DATA / "requests.dev.jsonl"
    if not path.exists():
        if os.environ.get("CI") == "true":
            raise AssertionError("the shared data folder is missing")
        pytest.skip("the shared data folder is not here")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    order = DEFAULT_LADDER.names
    under = lowest = 0
    for row in rows:
        routed = route_one(parse_request(row)).routed
        under += order.index(routed) < order.index(row["need"])
        lowest += routed == "haiku" and row["need"] == "opus"
    assert under / len(rows) <= 0.03
    assert lowest == 0
