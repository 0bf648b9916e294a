"""Malformed bytes: the server answers what can be answered and lives on."""

from __future__ import annotations

import pytest
from tests.support.rpc import Rpc


def framed(body: bytes, header: bytes = b"Content-Length: %d\r\n\r\n") -> bytes:
    return header % len(body) + body


DEEP = (
    b'{"jsonrpc":"2.0","id":77,"method":"tierwise/status","params":'
    + (b'{"a":' * 100_000 + b"1" + b"}" * 100_000)
    + b"}"
)

CASES: dict[str, bytes] = {
    "not json": framed(b"{nonsense"),
    "bad utf-8": framed(b'{"jsonrpc":"2.0","method":"\xff\xfe"}'),
    "lone surrogate": framed(b'{"jsonrpc":"2.0","id":9,"method":"tierwise/route/explain",'
                             b'"params":{"action":"chat","instruction":"\\ud800"}}'),
    "batch": framed(b'[{"jsonrpc":"2.0","id":1,"method":"tierwise/status"}]'),
    "number": framed(b"17"),
    "null": framed(b"null"),
    "text": framed(b'"text"'),
    "no version": framed(b'{"id":5,"method":"tierwise/status"}'),
    "wrong version": framed(b'{"jsonrpc":"1.0","id":5,"method":"tierwise/status"}'),
    "method is a number": framed(b'{"jsonrpc":"2.0","id":5,"method":5}'),
    "id is an object": framed(b'{"jsonrpc":"2.0","id":{},"method":"tierwise/status"}'),
    "id is null": framed(b'{"jsonrpc":"2.0","id":null,"method":"tierwise/status"}'),
    "response to nothing": framed(b'{"jsonrpc":"2.0","id":"x","result":1}'),
    "error to nothing": framed(b'{"jsonrpc":"2.0","id":"x","error":5}'),
    "deep": framed(DEEP),
    "huge length": b"Content-Length: 999999999999999\r\n\r\n",
    "negative length": b"Content-Length: -5\r\n\r\n",
    "length of letters": b"Content-Length: ten\r\n\r\n",
    "unknown header": framed(b"17", b"X-Other: 1\r\nContent-Length: %d\r\n\r\n"),
    "no header": b"\r\n\r\n\r\n",
    "long header": b"X: " + b"y" * 100_000 + b"\r\n\r\n",
    "cancel of nothing": framed(b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}'),
    "cancel without an id": framed(b'{"jsonrpc":"2.0","method":"$/cancelRequest","params":{}}'),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(CASES))
async def test_the_server_outlives_malformed_bytes(rpc: Rpc, case: str) -> None:
    await rpc.initialize()
    rpc.raw(CASES[case])
    await rpc.request("tierwise/status")
    assert rpc.process.returncode is None


async def test_a_deep_nest_is_answered_by_its_id(rpc: Rpc) -> None:
    await rpc.initialize()
    rpc.raw(CASES["deep"])
    await rpc.until(lambda: 77 in rpc.responses)
    assert "nested" in rpc.responses[77][0]["error"]["message"]


async def test_a_message_over_the_limit_is_answered_by_its_id(rpc: Rpc) -> None:
    await rpc.initialize()
    rpc.raw(framed(
        b'{"jsonrpc":"2.0","id":78,"method":"tierwise/route/explain","params":{"instruction":"'
        + b"x" * (33 * 1024 * 1024) + b'"}}'
    ))  # fmt: skip
    await rpc.until(lambda: 78 in rpc.responses)
    assert "32 MB" in rpc.responses[78][0]["error"]["message"]
    await rpc.request("tierwise/status")
