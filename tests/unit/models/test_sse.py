"""Server-sent events, however their bytes are cut and their lines end, beside the SDK's reader."""

from __future__ import annotations

from itertools import pairwise

import pytest
from anthropic._streaming import SSEDecoder
from hypothesis import given
from hypothesis import strategies as st

from tierwise.models.sse import COMMENT, LARGEST_LINE, EventDecoder, NotEvents, ServerEvent


def decoded(raw: bytes, cuts: list[int] | None = None) -> list[ServerEvent]:
    decoder, found = EventDecoder(), []
    at = sorted({0, len(raw), *(cut % (len(raw) + 1) for cut in cuts or [])})
    for start, end in pairwise(at):
        found += list(decoder.feed(raw[start:end]))
    return found


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("event: a\ndata: 1\n\n", [("a", "1")]),
        ("data: 1\n\n", [("", "1")]),
        ("\ufeffevent: a\ndata: 1\n\n", [("a", "1")]),
        ("\ufeffdata: 1\n\n", [("", "1")]),
        (": ping\n\ndata: 1\n\n", [None, ("", "1")]),
        ("data: 1\n: in the middle\ndata: 2\n\n", [None, ("", "1\n2")]),
        ("data:1\ndata:  2\n\n", [("", "1\n 2")]),
        ("id: 7\nretry: 5\nevent: a\ndata: x\n\n\n\n", [("a", "x")]),
        ("event: a\n\ndata: 1\n\n", [("", "1")]),
        ("nonsense\ndata\ndata: ü€\n\n", [("", "\nü€")]),
        ("data: half", []),
        ("data: half\n", []),
    ],
)
def test_a_stream_is_read_as_the_standard_says(
    text: str, events: list[tuple[str, str] | None], line_end: str
) -> None:
    raw = text.replace("\n", line_end).encode()
    wanted = [COMMENT if event is None else ServerEvent(*event) for event in events]
    assert decoded(raw) == wanted
    assert decoded(raw, list(range(len(raw)))) == wanted, "byte by byte"


pieces = st.lists(
    st.sampled_from(
        ["event: a", "data: x", "data: ü", "data:", ": c", "id: 1", "", "odd", "data: \ufeff"]
    ),
    max_size=12,
)  # fmt: skip


@given(pieces, st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 400), max_size=9))
def test_it_reads_what_the_sdk_reads(lines: list[str], end: str, cuts: list[int]) -> None:
    raw = (end.join(lines) + end + end).encode()
    theirs = [
        (sse.event or "", sse.data) for sse in SSEDecoder().iter_bytes(iter([raw])) if sse.data
    ]
    ours = [(e.name, e.data) for e in decoded(raw, cuts) if not e.comment]
    assert ours == theirs


def test_what_is_no_text_or_has_no_end_is_refused() -> None:
    with pytest.raises(NotEvents):
        decoded(b"data: \xff\xfe\n\n")
    with pytest.raises(NotEvents):
        decoded(b"x" * (LARGEST_LINE + 1))
