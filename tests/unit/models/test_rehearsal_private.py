"""Beside a user the rehearsal server keeps nothing and obeys nobody: any program could ask it."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tierwise.models.rehearsal.server import RehearsalServer


def call(url: str, data: Any = None) -> Any:
    body = None if data is None else json.dumps(data).encode()
    asked = urllib.request.Request(url, data=body, headers={"x-api-key": "k"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)


@pytest.mark.parametrize("watched", [True, False])
async def test_bodies_are_kept_and_faults_taken_for_tests_alone(watched: bool) -> None:
    server = await RehearsalServer(watched=watched).start()
    asked = {"model": "m", "max_tokens": 50, "messages": [{"role": "user", "content": "private"}]}
    try:
        reply = await asyncio.to_thread(call, server.base_url + "/v1/messages", asked)
        assert reply["type"] == "message"
        assert bool(server.requests) is watched
        for path, data in (("/_requests", None), ("/_faults", {"default": {"text": "x"}})):
            if watched:
                await asyncio.to_thread(call, server.base_url + path, data)
                continue
            with pytest.raises(urllib.error.HTTPError, match="404"):
                await asyncio.to_thread(call, server.base_url + path, data)
        assert (server.faults.default.text == "x") is watched
    finally:
        await server.close()
