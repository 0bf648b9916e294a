"""Odd requests: whatever stands in one, the decision is pure and comes again bit for bit."""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.core.actions import ACTIONS
from tierwise.core.decision import Decision, Signals
from tierwise.core.request import Request, Selection
from tierwise.core.situation import Situation
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing import ask, policy, signals
from tierwise.routing.estimate import estimate
from tierwise.routing.instruction import shape
from tierwise.routing.signals import measure
from tierwise.routing.weights import load

PIECES = (
    "", " ", "\n", "\0", "\ufeff", "\ud800", "x", "a-b", "a/b/", "fooBar", "a_b", "1,2.3 ", ". ",
    "a: ", '" ', "```\n", "🎉", "👨‍👩‍👧", "e\u0301", "\u202e", "أعد تسمية ", "עצב ", "ออกแบบ",
    "関数を直して。", "    if x: {y};\n", "2026-01-01 10:00:00 ERROR x\n", "summarize this email: ",
    "Hi there. ", "rename a to b", "what x ", "a -> b ", "@opus ",
)  # fmt: skip
LONG = 100_000
"""Characters of a request that somebody pastes a whole file into."""

odd = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=6).map("".join)


def decided(measured: Signals) -> Decision:
    found = estimate(measured, load(), DEFAULT_LADDER)
    return policy.decide(measured, found, Situation())


def forget() -> None:
    """Let nothing that was worked out before answer for what is worked out now."""
    ask.apart.cache_clear()
    signals._of_instruction.cache_clear()


@settings(deadline=None)
@given(st.sampled_from(ACTIONS), odd, odd | st.none())
def test_a_decision_on_odd_words_is_pure_and_comes_again_from_what_is_kept(
    action: str, words: str, selected: str | None
) -> None:
    selection = None if selected is None else Selection("a.py", "python", text=selected)
    request = Request(action, words, selection=selection)  # type: ignore[arg-type]  # sampled
    first = measure(request)
    forget()
    assert measure(request) == first
    told = decided(first)
    assert told.routed in DEFAULT_LADDER
    kept = json.loads(json.dumps(asdict(first) | {"unknown": sorted(first.unknown)}))
    again = Signals(kept["values"], frozenset(kept["unknown"]), tuple(kept["text_scores"]))
    assert decided(again) == told


@pytest.mark.parametrize("piece", [piece for piece in PIECES if piece])
def test_100_kb_of_one_line_are_read_by_their_ends(piece: str) -> None:
    """What is measured of a long text stays within what a short one may have."""
    text = (piece * (LONG // len(piece) + 1))[:LONG]
    measured = measure(Request("chat", text))
    assert decided(measured).routed in DEFAULT_LADDER
    assert len(signals.plain_text(Request("chat", text))) <= 2_000
    assert all(abs(value) < 20 for value in measured.values.values())


@given(st.text("ab./-_ (A1é", max_size=20))
def test_names_with_an_ending_are_counted_run_by_run(text: str) -> None:
    """As by one pattern over the text, which takes a square of the time on a run of slashes."""
    assert shape(text)["paths"] == len(re.findall(r"\b[\w/.-]+\.[a-z]{1,4}\b", text))
