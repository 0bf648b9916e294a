"""Splicing: on any body only the value that was asked for changes; streams pass untouched."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.gateway import splice
from tierwise.gateway.tap import Tap

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
BLANKS = st.sampled_from(["", " ", "\n", "\t ", "\r\n  "])


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """A JSON object as some client may write it, and where each value stands in its text."""
    members: dict[str, Any] = draw(st.dictionaries(st.text(max_size=8), VALUES, max_size=8))
    members["model"] = draw(st.text(min_size=1, max_size=12))
    if draw(st.booleans()):
        members["max_tokens"] = draw(st.integers(1, 128_000))
    if draw(st.booleans()):
        members["temperature"] = draw(st.floats(0, 1))
    names = draw(st.permutations(sorted(members)))
    text, places = draw(BLANKS) + "{", {}
    for number, name in enumerate(names):
        ascii_only = draw(st.booleans())
        value = json.dumps(members[name], ensure_ascii=ascii_only)
        text += ("," if number else "") + draw(BLANKS) + json.dumps(name, ensure_ascii=ascii_only)
        text += draw(BLANKS) + ":" + draw(BLANKS)
        places[name] = (len(text), len(text) + len(value))
        text += value + draw(BLANKS)
    text += "}" + draw(BLANKS)
    return text.encode("utf-8", "surrogatepass"), places


@settings(max_examples=400, deadline=None)
@given(bodies())
def test_only_the_asked_values_change(made: tuple[bytes, dict[str, tuple[int, int]]]) -> None:
    raw, places = made
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return
    read = splice.read(raw)
    assert splice.spliced(read, {}) == raw
    begin, end = places["model"]
    text = raw.decode()
    expected = text[:begin] + '"claude-haiku-5-5"' + text[end:]
    assert splice.spliced(read, {"model": "claude-haiku-5-5"}) == expected.encode()
    dropped = splice.spliced(read, {}, frozenset({"temperature"}))
    left = {k: v for k, v in json.loads(text).items() if k != "temperature"}
    assert json.loads(dropped) == left


@settings(max_examples=100, deadline=None)
@given(st.sets(st.integers(0, 5)))
def test_any_members_may_be_dropped(which: set[int]) -> None:
    names = [f"k{n}" for n in range(6)]
    raw = json.dumps({name: n for n, name in enumerate(names)}).encode()
    dropped = frozenset(names[n] for n in which)
    found = json.loads(splice.spliced(splice.read(raw), {}, dropped))
    assert found == {name: n for n, name in enumerate(names) if name not in dropped}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=20),
    st.lists(st.integers(1, 60), min_size=1, max_size=40),
    st.integers(1, 10**6),
    st.integers(1, 10**5),
)
def test_a_usage_is_read_however_the_stream_is_cut(
    pieces: list[str], cuts: list[int], read: int, written: int
) -> None:
    usage = {"input_tokens": read, "output_tokens": written, "cache_read_input_tokens": 7}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"usage": {**usage, "output_tokens": 1}}},
        {"type": "future", "usage": {"output_tokens": 10**9}},
        *(
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": piece}}
            for piece in pieces
        ),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
        {"type": "message_stop"},
    ]
    raw = "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()
    tap, at = Tap("5m", streamed=True), 0
    while at < len(raw):
        size = cuts[at % len(cuts)]
        tap.hear(raw[at : at + size])
        at += size
    tap.end()
    assert tap.bill is not None
    assert (tap.bill.input_tokens, tap.bill.output_tokens) == (read, written)
    assert (tap.bill.cache_read_tokens, tap.stop_reason) == (7, "end_turn")
    assert tap.chars >= sum(len(json.dumps(p)) - 2 for p in pieces) - len(pieces)
