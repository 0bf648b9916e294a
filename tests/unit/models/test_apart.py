"""The SDK in a process of its own: the same answers and failures, and nothing lost with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.unit.models.test_faults import (
    CASES,
    LATE,
    LONG,
    PROMPT,
    SHORT,
    TEXT,
    TIER,
    ask,
    client,
    named,
)

from tierwise.core.errors import ModelError
from tierwise.core.tiers import Ladder, Tier
from tierwise.models import apart, frames
from tierwise.models.apart import ModelProcess
from tierwise.models.call import Delta, Event, Trace
from tierwise.models.failure import KINDS, failure
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.models.transport import CallPlace, WantedCall

QUICK = [case for case in CASES if case[1] not in LATE]
SLOW = [case for case in CASES if case[1] == "slow_first_event"][:2]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[RehearsalServer]:
    found = await RehearsalServer().start()
    found.faults.default = Fault(text=TEXT)
    yield found
    await found.close()


@pytest_asyncio.fixture
async def process() -> AsyncIterator[ModelProcess]:
    found = ModelProcess()
    await found.ready()
    yield found
    await found.close()


async def test_every_fault_is_the_same_model_error_as_in_this_process(
    server: RehearsalServer, process: ModelProcess
) -> None:
    for case in (*QUICK, *SLOW):
        fault, kind, retryable, billed = case
        server.faults.queue.append(fault)
        trace = Trace()
        with pytest.raises(ModelError) as raised:
            await ask(server.base_url, trace, LONG if case in QUICK else SHORT, transport=process)
        found = (raised.value.kind, raised.value.retryable, trace.sent)
        assert found == (kind, retryable, billed), named(case)
    assert (await ask(server.base_url, Trace(), LONG, transport=process)).text == TEXT


async def test_what_was_streamed_is_known_when_the_process_dies(
    server: RehearsalServer, process: ModelProcess
) -> None:
    for _ in range(3):
        server.faults.queue.append(Fault(text=TEXT, after=12, how="stall"))
        await process.ready()
        trace = Trace()
        events = client(server.base_url, transport=process).stream(
            TIER, PROMPT, max_tokens=500, deadlines=LONG, trace=trace
        )
        with pytest.raises(ModelError) as raised:
            await _killed_at(5, events, trace, process)
        assert (raised.value.kind, raised.value.retryable, trace.sent) == ("lost", True, True)
        assert TEXT.startswith(trace.streamed)
        assert len(trace.text) >= 5
        assert trace.known is not None, "the input that was told is known"
    assert (await ask(server.base_url, Trace(), LONG, transport=process)).text == TEXT


async def _killed_at(
    pieces: int, events: AsyncGenerator[Event, None], trace: Trace, process: ModelProcess
) -> None:
    async with aclosing(events) as stream:
        async for event in stream:
            if isinstance(event, Delta) and len(trace.text) == pieces:
                assert process.process_id is not None
                os.kill(process.process_id, signal.SIGKILL)


async def test_a_cancelled_call_closes_its_connection_and_no_other(
    server: RehearsalServer, process: ModelProcess
) -> None:
    server.faults.default = Fault(text="word " * 40_000, delay=0.02)
    streaming: set[str] = set()

    async def run(name: str) -> None:
        events = client(server.base_url, transport=process).stream(
            TIER, PROMPT, max_tokens=500, deadlines=LONG, trace=Trace()
        )
        async with aclosing(events) as stream:
            async for _ in stream:
                streaming.add(name)

    cancelled, other = asyncio.ensure_future(run("one")), asyncio.ensure_future(run("other"))
    while len(streaming) < 2:
        await asyncio.sleep(0.005)
    cancelled.cancel()
    while not server.gone:
        await asyncio.sleep(0.005)
    assert len(server.gone) == 1
    assert not other.done()
    other.cancel()
    await asyncio.gather(cancelled, other, return_exceptions=True)


async def test_a_reader_that_does_not_keep_up_holds_its_own_stream(
    server: RehearsalServer, process: ModelProcess
) -> None:
    server.faults.queue.append(Fault(text="word " * 50 * frames.AHEAD))
    body = {"model": TIER.model, "max_tokens": 50_000}
    place = CallPlace(TIER, server.base_url, "k", custom_headers=True, own_header=True)
    wanted = WantedCall(place, {**body, "messages": [_turn()]}, 5, 60)
    async with process.opened(wanted) as answer:
        assert process._pipes is not None
        ((_, call),) = process._pipes.calls.items()
        while len(call._frames) < frames.AHEAD:
            await asyncio.sleep(0.005)
        assert (await ask(server.base_url, Trace(), LONG, transport=process)).text == TEXT
        assert len(call._frames) == frames.AHEAD, "no more came while nobody took it"
        taken = [event async for event in answer.events]
    assert len(taken) > 3 * frames.AHEAD


def _turn() -> dict[str, Any]:
    return {"role": "user", "content": "hello"}


async def test_the_process_is_gone_when_nothing_was_asked_and_back_with_the_next_call(
    server: RehearsalServer, process: ModelProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "IDLE_S", 0.02)
    assert (await ask(server.base_url, Trace(), LONG, transport=process)).text == TEXT
    first = process.process_id
    while process.process_id is not None:
        await asyncio.sleep(0.005)
    monkeypatch.setattr(apart, "IDLE_S", 60.0)
    assert (await ask(server.base_url, Trace(), LONG, transport=process)).text == TEXT
    assert process.process_id not in (None, first)


async def test_the_process_has_no_key_but_that_of_a_call(
    server: RehearsalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "of-the-server")
    process = ModelProcess()
    await process.ready()
    assert "of-the-call" not in repr(CallPlace(TIER, "u", "of-the-call", True, True))
    told = Path(f"/proc/{process.process_id}/environ")
    if told.exists():
        assert b"of-the-server" not in told.read_bytes()
    asked = client(server.base_url, "of-the-call", transport=process)
    events = asked.stream(TIER, PROMPT, max_tokens=9, deadlines=LONG, trace=Trace())
    async with aclosing(events) as stream:
        assert [event async for event in stream]
    await process.close()
    assert process.process_id is None


async def test_the_models_of_a_server_are_listed_through_it(
    server: RehearsalServer, process: ModelProcess
) -> None:
    here = await client(server.base_url).models(TIER)
    assert await client(server.base_url, transport=process).models(TIER) == here != ()


async def test_a_process_that_cannot_be_started_fails_the_call_unsent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    trace = Trace()
    with pytest.raises(ModelError) as raised:
        await ask("http://127.0.0.1:9", trace, transport=ModelProcess())
    assert raised.value.kind == "lost"
    assert not trace.sent


async def test_a_key_that_a_server_says_back_is_blanked(
    server: RehearsalServer, process: ModelProcess
) -> None:
    key = "a-key-of-no-known-shape"
    server.faults.queue.append(Fault(status=400, kind="invalid_request_error", message=f"no {key}"))
    events = client(server.base_url, key, transport=process).stream(
        TIER, PROMPT, max_tokens=9, deadlines=LONG, trace=Trace()
    )
    with pytest.raises(ModelError) as raised:
        async with aclosing(events) as stream:
            assert [event async for event in stream]
    assert raised.value.kind == "bad_request"
    assert key not in str(vars(raised.value))
    assert "[key]" in str(vars(raised.value))


async def test_a_call_that_another_version_wrote_is_answered_as_unsent(
    server: RehearsalServer, process: ModelProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_later(wanted: WantedCall) -> dict[str, Any]:
        data = frames_of(wanted)
        return {**data, "place": {**data["place"], "tier": {"named": "otherwise"}}}

    frames_of = frames.of_wanted
    monkeypatch.setattr(frames, "of_wanted", of_later)
    trace = Trace()
    with pytest.raises(ModelError) as raised:
        await ask(server.base_url, trace, LONG, transport=process)
    assert (raised.value.kind, trace.sent) == ("lost", False)
    monkeypatch.undo()
    assert (await ask(server.base_url, Trace(), LONG, transport=process)).text == TEXT


@pytest.mark.parametrize(
    ("library", "within"),
    [("raise RuntimeError('broken')", 60.0), ("import time; time.sleep(60)", 0.5)],
)
async def test_a_library_that_breaks_or_hangs_fails_each_call_unsent(
    library: str, within: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "anthropic.py").write_text(library, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(apart, "STARTS_WITHIN_S", within)
    process = ModelProcess()
    for _ in range(2):
        trace = Trace()
        with pytest.raises(ModelError) as raised:
            await ask("http://127.0.0.1:9", trace, transport=process)
        assert (raised.value.kind, trace.sent) == ("lost", False)
    while process.process_id is not None:
        await asyncio.sleep(0.005)
    await process.close()


def test_no_variable_that_a_tier_names_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Tier(
        "haiku", "m", 10, api_key_env="MY_HAIKU", elsewhere=(replace(TIER, api_key_env="Mine"),)
    )
    names = Ladder((there,)).key_names
    for name in ("MY_HAIKU", "MINE", "ANTHROPIC_API_KEY", "KEPT"):
        monkeypatch.setenv(name, "value")
    inherited = apart._environment(names)
    assert {"MY_HAIKU", "MINE", "ANTHROPIC_API_KEY"}.isdisjoint(inherited)
    assert inherited["KEPT"] == "value"


@pytest.mark.parametrize("kind", KINDS)
def test_a_failure_is_the_same_behind_the_pipe(kind: str) -> None:
    made = failure(kind, TIER, sent=True, status=429, retry_after=2.5, seconds=3.0, host="h")
    again = frames.error(frames.of_error(made))
    assert vars(again) == vars(made)
    place = CallPlace(TIER, "http://h", "key", True, False)
    assert frames.place(frames.of_place(place)) == place
