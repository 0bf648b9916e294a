"""Wishes of few words whose kind says how hard they are: which way to go, and what to clean up.

Generated from words that teach nothing, so that the kind is read and not the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pytest

from tierwise.core.actions import Action
from tierwise.core.request import Request
from tierwise.routing.route import route_one

SWAPS = (
    ("mongodb", "postgres"), ("mysql", "cockroachdb"), ("redis", "kafka"), ("rest", "grpc"),
    ("cassandra", "dynamodb"), ("cron", "temporal"), ("a monolith", "microservices"),
)  # fmt: skip
CHANGES = (
    "is it time to leave {a} for {b}?", "is it time to move from {a} to {b}",
    "do we move from {a} to {b}?", "do we stay on {a} or go to {b}?", "should we swap {a} for {b}?",
    "{a} or {b}?", "would you take {a} or {b} for us?", "shall we give up {a} for {b}?",
    "are we ready to leave {a} for {b}?",
)  # fmt: skip
FILES = ("parser.py", "cart.ts", "src/server/session.go", "Ledger.java", "importer.rb")
CLEANUPS = (
    "refactor {f}", "refactor {f} to make it easier to test", "clean up {f}", "restructure {f}",
    "refactor {f} into smaller functions", "refactor the code in {f}, it has grown too long",
)  # fmt: skip
SMALL = (
    "rename the variable x to count in {f}", "remove the unused imports in {f}", "delete {f}",
    "add a newline at the end of {f}", "fix the typo in the comment of {f}",
)  # fmt: skip
LINE_THINGS = (
    ("tabs", "spaces"), ("let", "const"), ("single", "double quotes"), ("a list", "a tuple"),
    ("camelCase", "snake_case"), ("null", "undefined"), ("LF", "CRLF"), ("px", "rem"),
    ("varchar", "text"), ("a ternary", "a loop"), ("semicolons", "not"),
)  # fmt: skip
LINE_QUESTIONS = (
    "{a} or {b}?", "{a} or {b} here?", "better {a} or {b} in this file?", "should I use {a} or {b}",
)  # fmt: skip


def routed(action: Action, wishes: Sequence[str]) -> list[str]:
    return [route_one(Request(action, wish, files=())).routed for wish in wishes]


@pytest.mark.parametrize("template", CHANGES)
def test_a_question_whether_to_change_what_all_stands_on_is_not_for_the_cheapest(
    template: str,
) -> None:
    for action in ("chat", "agent"):
        found = routed(action, [template.format(a=a, b=b) for a, b in SWAPS])
        assert "haiku" not in found
        assert found.count("opus") >= len(found) // 2


@pytest.mark.parametrize("template", CLEANUPS)
def test_a_clean_up_of_a_file_is_for_the_middle(template: str) -> None:
    found = routed("agent", [template.format(f=file) for file in FILES])
    assert "haiku" not in found
    assert "opus" not in found


def test_a_small_change_in_a_file_stays_on_the_cheapest() -> None:
    wishes = [template.format(f=file) for template, file in product(SMALL, FILES)]
    found = routed("agent", wishes)
    assert found.count("haiku") >= 0.9 * len(found)


@pytest.mark.parametrize("template", LINE_QUESTIONS)
def test_a_question_between_two_things_of_a_line_is_not_for_the_top(template: str) -> None:
    for action in ("chat", "agent"):
        found = routed(action, [template.format(a=a, b=b) for a, b in LINE_THINGS])
        assert "opus" not in found


def test_a_word_of_a_line_makes_no_small_question_of_a_design() -> None:
    wishes = (
        "one table per tenant or a list of schemas?", "a queue or a map of locks for the sessions?",
        "design: strings or enums for the states of the protocol?",
        "optimistic or pessimistic locking for bookings?", "one database per tenant or one schema?",
    )  # fmt: skip
    assert routed("chat", wishes) == ["opus"] * len(wishes)
