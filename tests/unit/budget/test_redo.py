"""What a wrong answer costs: in step with what the task reads and writes, steps included."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.budget import forecast
from tierwise.budget.prices import PriceTable
from tierwise.budget.redo import redo_cost
from tierwise.cli.route import situation
from tierwise.config.model import Config
from tierwise.core.request import Request
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing.route import parse_request, route_one

PRICES = PriceTable.load()
NOW = datetime(2026, 11, 28, tzinfo=UTC)
BASE = 28_000_000


@settings(deadline=None)
@given(st.integers(0, 400_000), st.integers(1, 4_000), st.integers(1, 40))
def test_a_redo_grows_with_every_step(read: int, output: int, steps: int) -> None:
    here = redo_cost(BASE, 0, output, input_tokens=read, steps=steps)
    more = redo_cost(BASE, 0, output, input_tokens=read, steps=steps + 1)
    assert here < more <= 2 * here + 1


def test_more_steps_leave_the_redo_in_step_with_the_spend() -> None:
    """Otherwise long turns would drift to the cheapest tier, or all to the top."""
    top = DEFAULT_LADDER.get(DEFAULT_LADDER.top)
    shares = []
    for steps in (1, 4, 16, 40):
        spend = forecast.expected_spend(
            top, "agent", 0, PRICES, at=NOW, input_tokens=20_000, steps=steps
        )
        shares.append(redo_cost(BASE, 0, 300, input_tokens=20_000, steps=steps) / spend)
    assert max(shares) <= 1.5 * min(shares)


def test_steps_are_paid_from_the_cache() -> None:
    """A second step costs its answer and a cache read, no second prompt."""
    tier = DEFAULT_LADDER.get("opus")
    one, two, three = (
        forecast.expected_spend(tier, "agent", 0, PRICES, at=NOW, input_tokens=50_000, steps=n)
        for n in (1, 2, 3)
    )
    assert one < two < 2 * one
    assert three - two < one


def test_an_agent_turn_is_routed_by_its_words_and_sized_by_its_steps() -> None:
    config = Config()
    asked = {"action": "agent", "instruction": "rename total to amount", "input_tokens": 30_000}
    few = situation(parse_request(asked | {"steps": 2}), config, PRICES)
    many = situation(parse_request(asked | {"steps": 20}), config, PRICES)
    assert many.redo_cost > 3 * few.redo_cost
    assert all(many.cost[name] > few.cost[name] for name in few.cost)
    chat = route_one(Request("chat", asked["instruction"]))  # type: ignore[arg-type]
    turn = route_one(parse_request(asked))
    assert turn.estimate == chat.estimate


def test_nonsense_in_size_and_project_is_no_crash() -> None:
    asked = {"action": "agent", "instruction": "go on", "input_tokens": -5, "steps": -1,
             "project": {"usages": -3, "defined": -7}}  # fmt: skip
    request = parse_request(asked)
    assert (request.input_tokens, request.steps) == (0, 0)
    assert request.project is not None
    assert (request.project.usages, request.project.defined) == (0, 0)
    assert situation(request, Config(), PRICES).redo_cost > 0
