"""What a server tells of usage, in every odd way, and what is booked for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierwise.budget import settlement
from tierwise.budget.prices import PriceTable
from tierwise.budget.reservation import Reservation
from tierwise.budget.settlement import CallEnd
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.models.call import CacheLife, Trace
from tierwise.models.reading import StreamReader
from tierwise.models.usage import UsageCounts
from tierwise.store.reservations import ReservationRow

NOW = datetime(2026, 11, 28, tzinfo=UTC)
OPUS = "claude-opus-5-5"
PRICES = PriceTable.load()
LOCAL = {"base_url": "http://127.0.0.1:1", "input": "0", "output": "0"}
SENT, TEXT = 6_000, "word " * 60
TRUE = {
    "input_tokens": 1_500,
    "cache_read_input_tokens": 400,
    "cache_creation_input_tokens": 100,
    "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 0},
}
WHOLE = Usage(1_500, 90, 400, 100, 0)


def reservation(base_url: str | None = None, max_tokens: int = 4_096) -> Reservation:
    bound = 3_814
    row = ReservationRow(
        "r", "r", "t", 0, 0, "o", "2026-11-28", "2026-11", "p", "chat", None, "opus", OPUS,
        base_url, SENT, bound, max_tokens, 10**9, 0, False, True, False,
    )  # fmt: skip
    return Reservation("r", 10**9, max_tokens, bound, OPUS, NOW, row)


def told(start: Any, ends: Sequence[Any], cache: CacheLife = "5m", text: str = TEXT) -> Trace:
    """A whole answer that tells usage so."""
    trace = Trace(sent=True)
    reader = StreamReader(Tier("opus", OPUS, 4_096), trace, cache)
    opening: dict[str, Any] = {"type": "message_start", "message": {"usage": start}}
    if start == "absent":
        opening = {"type": "message_start", "message": {}}
    events: list[dict[str, Any]] = [opening]
    delta = {"type": "text_delta", "text": text}
    events.append({"type": "content_block_delta", "index": 0, "delta": delta})
    for end in ends:
        last: dict[str, Any] = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
        events.append(last if end == "absent" else {**last, "usage": end})
    events.append({"type": "message_stop"})
    for event in events:
        reader.take(event["type"], json.dumps(event))
    return trace


def booked(trace: Trace, prices: PriceTable = PRICES, at: str | None = None) -> tuple[Usage, int]:
    end = CallEnd(trace.bill, trace.known, trace.streamed, trace.thought)
    return settlement.booked(reservation(at), end, prices)


EXACT: list[tuple[str, Any, list[Any]]] = [
    ("as the API tells it", {**TRUE, "output_tokens": 1}, [{"output_tokens": 90}]),
    ("all of it at the end", "absent", [{**TRUE, "output_tokens": 90}]),
    ("all of it at the start", {**TRUE, "output_tokens": 90}, ["absent"]),
    ("a zero later", {**TRUE, "output_tokens": 1}, [{"output_tokens": 90, "input_tokens": 0}]),
    ("null later", {**TRUE, "output_tokens": 1},
     [{"output_tokens": 90, "input_tokens": None, "cache_creation": None}]),
    ("told twice", {**TRUE, "output_tokens": 1}, [{"output_tokens": 90}, {"output_tokens": 90}]),
    ("counted up", {**TRUE, "output_tokens": 1}, [{"output_tokens": 40}, {"output_tokens": 90}]),
    ("falling", {**TRUE, "output_tokens": 1}, [{"output_tokens": 90}, {"output_tokens": 4}]),
    ("negative later", {**TRUE, "output_tokens": 1},
     [{"output_tokens": 90, "input_tokens": -1_500, "cache_read_input_tokens": -4}]),
    ("an empty end after it", {**TRUE, "output_tokens": 1}, [{"output_tokens": 90}, {}, None]),
    ("writes in the breakdown alone",
     {k: v for k, v in TRUE.items() if k != "cache_creation_input_tokens"},
     [{"output_tokens": 90}]),
    ("writes without a breakdown", {k: v for k, v in TRUE.items() if k != "cache_creation"},
     [{"output_tokens": 90}]),
    ("writes of zero beside a breakdown", {**TRUE, "cache_creation_input_tokens": 0},
     [{"output_tokens": 90}]),
    ("a breakdown that is a list", {**TRUE, "cache_creation": [1]}, [{"output_tokens": 90}]),
    ("floats", {**TRUE, "input_tokens": 1_500.0}, [{"output_tokens": 89.5}]),
    ("truth as a count", {**TRUE, "output_tokens": True}, [{"output_tokens": 90}]),
]  # fmt: skip

BOUND: list[tuple[str, Any, list[Any]]] = [
    ("absent", "absent", ["absent"]),
    ("null", None, [None]),
    ("empty", {}, [{}]),
    ("all zero", dict.fromkeys(TRUE, 0), [{"output_tokens": 0}]),
    ("a list", [], [[]]),
    ("a text", "many", ["many"]),
    ("no usage at the end", {**TRUE, "output_tokens": 1}, ["absent"]),
    ("null at the end", {**TRUE, "output_tokens": 3}, [{"output_tokens": None}]),
    ("only negative", dict.fromkeys(TRUE, -5_000), [{"output_tokens": -9}]),
    ("output negative", {**TRUE, "output_tokens": 1}, [{"output_tokens": -90}]),
    ("input below a twelfth", {"input_tokens": 499}, [{"output_tokens": 90}]),
    ("output below a twelfth", {**TRUE}, [{"output_tokens": 24}]),
    ("input above its bound", {"input_tokens": 3_815}, [{"output_tokens": 90}]),
    ("output above its bound", {**TRUE}, [{"output_tokens": 4_097}]),
    ("beyond all columns", {"input_tokens": 10**30}, [{"output_tokens": 10**30}]),
    ("counts as text", {"input_tokens": "1500"}, [{"output_tokens": "90"}]),
]


@pytest.mark.parametrize(("start", "ends"), [c[1:] for c in EXACT], ids=[c[0] for c in EXACT])
def test_counts_that_can_be_true_are_booked_as_they_are(start: Any, ends: list[Any]) -> None:
    used, cost = booked(told(start, ends))
    assert used == WHOLE
    assert cost == PRICES.cost(OPUS, WHOLE, NOW)


@pytest.mark.parametrize(("start", "ends"), [c[1:] for c in BOUND], ids=[c[0] for c in BOUND])
def test_counts_that_cannot_be_true_are_booked_at_their_bound(start: Any, ends: list[Any]) -> None:
    used, cost = booked(told(start, ends))
    assert used.assumed
    assert used.prompt_tokens == 3_814
    assert len(TEXT) / 1.6 <= used.output_tokens <= 4_096
    assert cost >= PRICES.cost(OPUS, WHOLE, NOW)
    free = PriceTable.load([LOCAL])
    assert booked(told(start, ends), free, LOCAL["base_url"])[1] == 0, "a price written as 0"


def test_the_kind_of_cache_that_was_asked_for_is_what_unnamed_writes_are() -> None:
    for cache, used in (("5m", Usage(10, 0, 0, 700, 0)), ("1h", Usage(10, 0, 0, 0, 700))):
        counts = UsageCounts("1h" if cache == "1h" else "5m")
        counts.hear({"input_tokens": 10, "cache_creation_input_tokens": 700})
        assert counts.usage() == used
    counts.hear({"cache_creation": {"ephemeral_1h_input_tokens": 500}})
    assert counts.usage() == Usage(10, 0, 0, 0, 700)
    counts.hear({"cache_creation": {"ephemeral_5m_input_tokens": 900}})
    assert counts.usage() == Usage(10, 0, 0, 900, 500), "more than the sum is more"


def test_a_first_small_count_of_output_is_no_bill() -> None:
    for first, bill in ((1, 0), (49, 0), (50, 50), (90, 90)):
        counts = UsageCounts()
        counts.hear({"input_tokens": 1_500, "output_tokens": first}, start=True)
        assert counts.final(len(TEXT)).output_tokens == bill
    counts.hear({"output_tokens": 26})
    assert counts.final(len(TEXT)).output_tokens == 90, "no count falls"


def test_thinking_that_was_streamed_was_used() -> None:
    trace = Trace(sent=True)
    reader = StreamReader(Tier("opus", OPUS, 4_096), trace)
    reader.take("message_start", json.dumps({"message": {"usage": TRUE}}))
    delta = {"type": "thinking_delta", "thinking": "hm " * 400}
    reader.take("content_block_delta", json.dumps({"delta": delta}))
    reader.take("content_block_delta", json.dumps({"delta": {"type": "text_delta", "text": "Yes"}}))
    reader.take("message_delta", json.dumps({"delta": {}, "usage": {"output_tokens": 20}}))
    reader.take("message_stop", "{}")
    used, _ = booked(trace)
    assert used.assumed
    assert used.output_tokens >= 750


counts = st.one_of(st.none(), st.integers(-(10**6), 10**6), st.floats(), st.text(max_size=3),
                   st.booleans(), st.lists(st.integers(), max_size=1))  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from([*TRUE, "output_tokens"]), counts), max_size=6))
def test_whatever_is_told_nothing_is_below_zero_or_above_what_was_set_aside(
    usages: list[dict[str, Any]],
) -> None:
    heard, before = UsageCounts(), Usage()
    for one in usages:
        heard.hear(one)
        now = heard.usage()
        assert now.input_tokens >= before.input_tokens
        assert now.output_tokens >= before.output_tokens
        assert now.prompt_tokens >= before.prompt_tokens
        before = now
    end = CallEnd(heard.final(len(TEXT)), before, TEXT)
    used, cost = settlement.booked(reservation(), end, PRICES)
    held = reservation()
    rate = PRICES.dearest_band(OPUS, NOW, held.prompt_tokens)
    most = held.prompt_tokens * rate.dearest_input + held.max_tokens * rate.output
    assert 0 < cost <= most
    assert used.assumed or used == heard.final(len(TEXT))
