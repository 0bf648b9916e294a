"""Framing, byte by byte: a header that lies costs its own message and no other."""

from __future__ import annotations

import io
import json
import threading
import tracemalloc
from typing import BinaryIO, cast

import pytest

from tierwise.lsp.wire.framing import (
    LARGEST,
    MOST_VALUES,
    Ahead,
    Frame,
    loads,
    read_frames,
    sniff_id,
    values,
)
from tierwise.lsp.wire.writer import FULL, Writer


def frames(data: bytes, piece: int = 1 << 20) -> list[Frame]:
    found: list[Frame | None] = []
    read_frames(cast("io.BytesIO", Pieces(data, piece)), found.append)
    assert found.pop() is None, "the end is told once, last"
    return [f for f in found if f is not None]


class Pieces(io.BytesIO):
    """A stream that hands out at most `piece` bytes at once, as a pipe does."""

    def __init__(self, data: bytes, piece: int) -> None:
        super().__init__(data)
        self.piece = piece

    def read1(self, size: int | None = -1, /) -> bytes:
        most = self.piece if size is None or size < 0 else min(size, self.piece)
        return super().read1(most)


def message(number: int, **params: object) -> bytes:
    body = {"jsonrpc": "2.0", "id": number, "method": "m", "params": params}
    return json.dumps(body).encode()


def framed(body: bytes, length: int | None = None) -> bytes:
    return b"Content-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def ids(found: list[Frame]) -> list[object]:
    return [sniff_id(f.body) if f.body else f.id for f in found]


@pytest.mark.parametrize("junk", [b"", b"\xff\xfe\r\n", b"X-Odd: 1\r\n"])
@pytest.mark.parametrize("piece", [1, 1 << 20])
@pytest.mark.parametrize("off", [*range(-60, 60), 200, 5_000, 400_000])
def test_a_wrong_length_costs_one_message_at_most(off: int, piece: int, junk: bytes) -> None:
    first, second = message(1, text="a" * 80), message(2)
    data = framed(first, len(first) + off) + junk + framed(second) + framed(message(3))
    found = frames(data, piece)
    assert [i for i in ids(found) if i in (2, 3)] == [2, 3]
    assert json.loads(found[-1].body)["id"] == 3
    assert json.loads(found[-2].body)["id"] == 2


@pytest.mark.parametrize(
    "junk",
    [
        b"\r\n\r\n", b"X: 1\r\n", b"Content-Length: -5\r\n\r\n", b"Content-Length: ten\r\n\r\n",
        b"Content-Length: 99999999999999\r\n\r\n", b"\xff\xfe\x00", b"{}", b"X: " + b"y" * 70_000,
        b"Content-Length: 4000000000\r\n\r\nshort", b"Content-Type: a\r\n",
    ],
)  # fmt: skip
def test_junk_before_a_message_is_skipped(junk: bytes) -> None:
    found = frames(junk + framed(message(7)))
    assert 7 in ids(found)


@pytest.mark.parametrize("first", [b"POST / HTTP/1.1\r\n", b"OPTIONS /x HTTP/1.0\r\n"])
def test_a_web_page_cannot_speak_to_a_port(first: bytes) -> None:
    headers = b"Host: 127.0.0.1\r\nContent-Type: text/plain\r\n"
    assert frames(first + headers + framed(message(7))) == []


def test_a_message_that_quotes_a_header_is_one_message() -> None:
    quoted = message(1, text="Content-Length: 5\r\n\r\nhello")
    assert ids(frames(framed(quoted) + framed(message(2)))) == [1, 2]


def test_what_is_too_large_is_drained_and_named_without_being_kept() -> None:
    body = message(9, text="x" * (LARGEST + 4_000_000))
    data = framed(body) + framed(message(10))
    del body
    stream = cast("io.BytesIO", Pieces(data, 1 << 18))
    found: list[Frame | None] = []
    tracemalloc.start()
    read_frames(stream, found.append)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    first, second = found[0], found[1]
    assert first is not None
    assert first.id == 9
    assert "32 MB" in first.problem
    assert second is not None
    assert json.loads(second.body)["id"] == 10
    assert peak < 4_000_000, peak


def test_too_many_values_are_refused_before_they_are_read() -> None:
    bomb = b'{"jsonrpc":"2.0","id":11,"method":"m","params":[' + b"{}," * (MOST_VALUES * 2) + b"1]}"
    (found,) = frames(framed(bomb))
    assert found.id == 11
    assert "too many values" in found.problem


def test_a_text_full_of_brackets_is_no_bomb() -> None:
    code = '{"a": [1, 2, "\\\\"], "b\\"": {}},\n' * MOST_VALUES
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"text": code}}).encode()
    assert values(body) < 20
    (found,) = frames(framed(body))
    assert not found.problem


@pytest.mark.parametrize(
    ("text", "kept"),
    [(r'"\ud800"', "\ufffd"), (r'"a\udfffb"', "a\ufffdb"), (r'"\ud83d\ude00"', "😀"),
     (r'"\\ud800"', "\\ud800"), ('"é"', "é")],
)  # fmt: skip
def test_half_a_pair_becomes_a_character_of_the_same_length(text: str, kept: str) -> None:
    assert loads(b'{"a": [%s]}' % text.encode()) == {"a": [kept]}


def test_reading_ahead_stops_at_a_number_of_bytes() -> None:
    ahead = Ahead(messages=4, size=100)
    ahead.enter(1_000)
    thread = threading.Thread(target=ahead.enter, args=(50,), daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive(), "a large message is taken alone"
    ahead.leave(1_000)
    thread.join(5)
    assert not thread.is_alive()


def test_a_client_that_does_not_listen_is_not_read_from_either() -> None:
    gate = threading.Event()

    class Stopped(io.RawIOBase):
        def write(self, data: object, /) -> int:
            gate.wait(10)
            return 0

    writer = Writer(cast("BinaryIO", Stopped()))
    writer.write(b"x" * (FULL + 1))
    thread = threading.Thread(target=writer.wait_for_room, daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    gate.set()
    thread.join(5)
    assert not thread.is_alive()
    writer.close()


@pytest.mark.parametrize("broken", [False, True])
def test_what_waits_for_the_writing_returns_once_it_is_written_or_cannot_be(broken: bool) -> None:
    gate, said = threading.Event(), []

    class Slow(io.RawIOBase):
        def write(self, data: object, /) -> int:
            gate.wait(10)
            if broken:
                raise BrokenPipeError
            return 0

        def flush(self) -> None:
            said.append("written")

    writer = Writer(cast("BinaryIO", Slow()))
    writer.write(b"titles")
    thread = threading.Thread(target=writer.wait_until_written, args=(60,), daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    gate.set()
    thread.join(5)
    assert not thread.is_alive()
    assert said == ([] if broken else ["written"])
    writer.close()
