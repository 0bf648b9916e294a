"""Retries, breakers, learned latency and who may stand in: tables and properties, no network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.core.errors import ModelError
from tierwise.core.tiers import DEFAULT_LADDER, Ladder, Tier
from tierwise.models import retry
from tierwise.models.breaker import FAILURES, OPEN_FOR, SWITCH_STAYS, Breakers
from tierwise.models.candidates import others
from tierwise.models.latency import ENOUGH, REMEMBERED, Latency, step_of, top_of


def wait(error: ModelError, here: int, total: int, left: float, elsewhere: bool = False) -> object:
    return retry.wait_before_another(error, here, total, left, elsewhere=elsewhere)


def test_retries_are_bounded_and_a_long_wait_is_not_slept() -> None:
    soft = ModelError("x", "server", retryable=True)
    assert wait(soft, 1, 1, 60) is not None
    assert wait(soft, 2, 2, 60) is None
    assert wait(soft, 1, 3, 60) is None
    assert wait(ModelError("x", "auth"), 1, 1, 60) is None
    late = ModelError("x", "rate_limited", retryable=True, retry_after=120)
    assert wait(late, 1, 1, 600) is None
    assert wait(ModelError("x", "rate_limited", retryable=True, retry_after=2), 1, 1, 60) == 2
    assert wait(ModelError("x", "rate_limited", retryable=True, retry_after=2), 1, 1, 3) is None
    stalled = ModelError("x", "stalled", retryable=True)
    assert wait(stalled, 1, 1, 60, elsewhere=True) is None, "it was waited for once"
    assert wait(stalled, 1, 1, 60) is not None, "nowhere else: once more"


def test_a_breaker_opens_on_the_fifth_and_lets_one_trial_through() -> None:
    breakers = Breakers()
    opened = [breakers.failed("m", float(n), "overloaded") for n in range(FAILURES)]
    assert opened == [False] * 4 + [True]
    assert not breakers.allows("m", 4.001)
    assert breakers.why("m") == "overloaded"
    assert not breakers.allows("m", 4 + OPEN_FOR - 0.001)
    assert breakers.allows("m", 4 + OPEN_FOR)
    breakers.trying("m", 4 + OPEN_FOR)
    assert not breakers.allows("m", 4 + OPEN_FOR), "one trial, not two"
    breakers.failed("m", 40.0)
    assert breakers.state("m", 40 + OPEN_FOR - 1) == "open", "a failed trial starts over"
    breakers.trying("m", 40 + OPEN_FOR)
    breakers.dropped("m")
    assert breakers.state("m", 40 + OPEN_FOR) == "trial", "a cancelled trial told nothing"


def test_a_switch_stays_for_five_minutes_whatever_the_trial_says() -> None:
    breakers = Breakers()
    for _ in range(FAILURES):
        breakers.failed("m", 0.0)
    breakers.trying("m", OPEN_FOR)
    breakers.succeeded("m", OPEN_FOR + 1)
    assert breakers.state("m", OPEN_FOR + 1) == "held"
    assert not breakers.allows("m", SWITCH_STAYS - 1)
    assert breakers.state("m", SWITCH_STAYS) == "closed"
    breakers.succeeded("m", SWITCH_STAYS)
    assert breakers.by_place == {}, "and is then forgotten"


@given(st.lists(st.sampled_from(["ok", "bad", "wait"]), max_size=60))
def test_a_breaker_never_opens_before_five_failures_in_a_row(events: list[str]) -> None:
    breakers, now, row = Breakers(), 0.0, 0
    for event in events:
        if event == "wait":
            now += 1.0
        elif event == "ok":
            breakers.succeeded("m", now)
            row = 0
        else:
            breakers.failed("m", now)
            row += 1
        if row < FAILURES and breakers.state("m", now) == "closed":
            assert breakers.allows("m", now)
        if row >= FAILURES:
            assert not breakers.allows("m", now)


def test_a_place_is_judged_by_its_own_past_once_there_is_enough_of_it() -> None:
    latency = Latency()
    for _ in range(ENOUGH - 1):
        latency.took("m", 400)
    assert latency.usual("m") is None
    latency.took("m", 400)
    usual = latency.usual("m")
    assert usual is not None
    assert 0.4 <= usual < 0.5
    assert latency.slow_after("m", 3, 0.1) == pytest.approx(3 * usual)
    assert latency.slow_after("m", 3, 10) == 10
    assert latency.slow_after("m", 0, 1) is None
    assert latency.slow_after("other", 3, 1) is None


def test_what_is_usual_follows_the_model() -> None:
    latency = Latency()
    for _ in range(REMEMBERED):
        latency.took("m", 300)
    for _ in range(2 * REMEMBERED):
        latency.took("m", 2_000)
    usual = latency.usual("m")
    assert usual is not None
    assert usual >= 2.0
    assert sum(latency.counts["m"].values()) <= REMEMBERED + 1


@given(st.floats(1, 1e6))
def test_a_step_holds_its_duration(ms: float) -> None:
    assert ms <= top_of(step_of(ms)) * (1 + 1e-9)
    assert top_of(step_of(ms)) <= ms * 2 ** (1 / 4) * (1 + 1e-9)


def place(found: object) -> list[str]:
    return [tier.endpoint_id for tier in found]  # type: ignore[attr-defined]


def test_the_chain_is_same_tier_elsewhere_then_one_up_and_never_down() -> None:
    haiku, sonnet, opus = DEFAULT_LADDER.tiers
    second = Tier("sonnet", "claude-sonnet-5", 8192)
    local = Tier("sonnet", "own", 8192, base_url="http://127.0.0.1:1")
    ladder = Ladder((haiku, replace(sonnet, elsewhere=(second, local)), opus))
    chain = place(others(ladder.get("sonnet"), ladder, lambda t: True))
    assert chain == ["claude-sonnet-5", "own at http://127.0.0.1:1", "claude-opus-5-5"]
    assert place(others(second, ladder, lambda t: True))[0] == "claude-sonnet-5-5"
    only = place(others(ladder.get("sonnet"), ladder, lambda t: True, same_tier=True))
    assert "claude-opus-5-5" not in only
    assert place(others(opus, ladder, lambda t: True)) == [], "the top has nowhere to go unasked"
    free = place(others(ladder.get("sonnet"), ladder, lambda t: t.model != "claude-sonnet-5"))
    assert free[0] == "own at http://127.0.0.1:1"


def test_a_lower_tier_stands_in_only_where_it_is_listed() -> None:
    haiku, sonnet, opus = DEFAULT_LADDER.tiers
    ladder = Ladder((haiku, sonnet, replace(opus, fallback=("sonnet", "nobody"))))
    assert place(others(ladder.get("opus"), ladder, lambda t: True)) == ["claude-sonnet-5-5"]
    none = Ladder((haiku, replace(sonnet, fallback=()), opus))
    assert place(others(none.get("sonnet"), none, lambda t: True)) == []


def test_no_listed_tier_above_the_dearest_that_may_answer_stands_in() -> None:
    haiku, sonnet, opus = DEFAULT_LADDER.tiers
    second = Tier("opus", "claude-opus-5", 8192)
    listed = replace(haiku, fallback=("opus", "sonnet"))
    ladder = Ladder((listed, sonnet, replace(opus, elsewhere=(second,))))
    assert place(others(listed, ladder, lambda t: True, dearest="sonnet")) == ["claude-sonnet-5-5"]
    assert place(others(listed, ladder, lambda t: True, dearest="haiku")) == []
    chosen = place(others(ladder.get("opus"), ladder, lambda t: True, dearest="haiku"))
    assert chosen == ["claude-opus-5"], "what answers already may go on at its other places"
