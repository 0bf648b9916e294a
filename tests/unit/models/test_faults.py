"""Every way a model server is known to fail, over real HTTP, as one `ModelError` each."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
import pytest_asyncio
from tests.support.sentences import refused

from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.tiers import Tier
from tierwise.models.call import (
    CallTurn,
    Deadlines,
    Delta,
    Finished,
    Prompt,
    Result,
    Thinking,
    Trace,
)
from tierwise.models.client import ModelClient
from tierwise.models.failure import (
    FAILS_OVER,
    KINDS,
    RETRYABLE,
    failure,
    one_line,
)
from tierwise.models.refusals import classify, retry_after_seconds
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.models.transport import Transport
from tierwise.present.causes import cause
from tierwise.present.errors import sentence
from tierwise.present.failures import human_wait

TIER = Tier("haiku", "claude-haiku-5-5", 4096)
PROMPT = Prompt("Be brief.", (CallTurn("user", "hello"),))
SHORT = Deadlines(connect=2, first_event=1.5, between_events=1.0, attempt=8)
# A machine that stands still for a second is no fault of the model where none is sought.
LONG = Deadlines(connect=5, first_event=20, between_events=20, attempt=60)
LATE = ("timeout", "slow_first_event", "stalled")
TEXT = "word " * 60


@pytest.fixture(scope="module", autouse=True)
def sdk() -> None:
    """The SDK takes seconds to import on a busy machine; no deadline of a test counts that."""
    asyncio.run(ModelClient({}).ready())


@pytest_asyncio.fixture
async def server() -> AsyncIterator[RehearsalServer]:
    found = await RehearsalServer().start()
    found.faults.default = Fault(text=TEXT)
    yield found
    await found.close()


def client(url: str, key: str = "k", transport: Transport | None = None) -> ModelClient:
    env = {"ANTHROPIC_API_KEY": key, "ANTHROPIC_BASE_URL": url}
    return ModelClient(env, transport=transport)


async def ask(
    url: str,
    trace: Trace,
    deadlines: Deadlines = SHORT,
    tier: Tier = TIER,
    transport: Transport | None = None,
) -> Result:
    asked = client(url, transport=transport)
    events = asked.stream(tier, PROMPT, max_tokens=500, deadlines=deadlines, trace=trace)
    async with aclosing(events) as stream:
        async for event in stream:
            if isinstance(event, Finished):
                return event.result
    raise AssertionError("no end")


def status(code: int, kind: str = "api_error", **more: object) -> Fault:
    return Fault(status=code, kind=kind, **more)  # type: ignore[arg-type]


CASES: list[tuple[Fault, str, bool, bool]] = [
    # fault, kind, whether another attempt may cure it, whether the server may bill
    (status(400, "invalid_request_error"), "bad_request", False, False),
    (status(400, "invalid_request_error", message="prompt is too long: 2 > 1"), "too_large", False,
     False),
    (status(400, "invalid_request_error", message="Your credit balance is too low"), "no_credit",
     False, False),
    (status(401, "authentication_error"), "auth", False, False),
    (status(402, "billing_error"), "no_credit", False, False),
    (status(403, "permission_error"), "forbidden", False, False),
    (status(404, "not_found_error"), "unknown_model", False, False),
    (status(408, "timeout_error"), "server", True, True),
    (status(409, "conflict_error"), "server", True, False),
    (status(413, "request_too_large"), "too_large", False, False),
    (status(422, "invalid_request_error"), "bad_request", False, False),
    (status(429, "rate_limit_error"), "rate_limited", True, False),
    (status(429, "rate_limit_error", retry_after="7"), "rate_limited", True, False),
    (status(429, "rate_limit_error", retry_after="Wed, 25 Nov 2026 10:00:00 GMT"), "rate_limited",
     True, False),
    (status(429, "rate_limit_error", headers={"retry-after-ms": "1500"}), "rate_limited", True,
     False),
    (status(429, "rate_limit_error", headers={"x-should-retry": "false"}), "rate_limited", False,
     False),
    (status(400, "invalid_request_error", headers={"x-should-retry": "true"}), "bad_request", True,
     False),
    (status(500), "server", True, True),
    (status(502, body="<html>Bad Gateway</html>"), "server", True, True),
    (status(503), "server", True, True),
    (status(503, body=""), "overloaded", True, False),
    (status(504, "timeout_error"), "server", True, True),
    (status(529, "overloaded_error"), "overloaded", True, False),
    (status(529, "overloaded_error", retry_after="120"), "overloaded", True, False),
    (status(400, "invalid_request_error", message="max_tokens: 9 > 8, which is the maximum"),
     "output_cap", False, False),
    (status(418, body="{not json"), "bad_request", False, False),
    (Fault(after=0, how="error", kind="overloaded_error", framing="data"), "overloaded", True,
     True),
    (Fault(after=4, how="error", kind="api_error", framing="generic"), "server", True, True),
    (Fault(after=4, how="error_text", framing="data"), "server", True, True),
    (Fault(comments=40, delay=0.3, how="stall"), "timeout", False, True),
    (status(302, body="moved", headers={"location": "/login"}), "bad_stream", True, False),
    (Fault(after=0), "cut", True, True),
    (Fault(after=4), "cut", True, True),
    (Fault(after=-1), "cut", True, True),
    (Fault(after=-1, how="reset"), "cut", True, True),
    (Fault(after=0, how="reset"), "cut", True, True),
    (Fault(after=4, how="reset"), "cut", True, True),
    (Fault(after=4, how="short_chunk"), "cut", True, True),
    (Fault(first_delay=60), "slow_first_event", True, True),
    (Fault(after=-1, how="drip"), "slow_first_event", True, True),
    (Fault(after=0, how="stall"), "slow_first_event", True, True),
    (Fault(after=0, how="drip"), "slow_first_event", True, True),
    (Fault(after=4, how="stall"), "stalled", True, True),
    (Fault(after=4, how="drip"), "stalled", True, True),
    (Fault(after=4, how="bad_json"), "bad_stream", True, True),
    (Fault(after=4, how="bad_utf8"), "bad_stream", True, True),
    (Fault(after=4, how="bad_shape"), "bad_stream", True, True),
    (Fault(after=-1, how="html"), "bad_stream", True, True),
    (Fault(after=-1, how="json"), "bad_stream", True, True),
    (Fault(after=0, how="error", kind="overloaded_error"), "overloaded", True, True),
    (Fault(after=4, how="error", kind="overloaded_error"), "overloaded", True, True),
    (Fault(after=4, how="error", kind="api_error"), "server", True, True),
    (Fault(after=4, how="error", kind="invalid_request_error"), "bad_request", False, True),
    (Fault(stop_reason="refusal"), "refused", False, True),
    (Fault(text=""), "empty", True, True),
    (Fault(text=" \n"), "empty", True, True),
]  # fmt: skip


def named(case: tuple[Fault, str, bool, bool]) -> str:
    fault, kind = case[0], case[1]
    what = f"{fault.status}" if fault.status else f"{fault.how}@{fault.after}"
    return f"{what}-{kind}"


@pytest.mark.parametrize("case", CASES, ids=named)
async def test_every_fault_is_one_model_error(
    server: RehearsalServer, case: tuple[Fault, str, bool, bool]
) -> None:
    fault, kind, retryable, billed = case
    server.faults.queue.append(fault)
    trace, began = Trace(), time.monotonic()
    deadlines = SHORT if kind in LATE else LONG
    with pytest.raises(ModelError) as raised:
        await ask(server.base_url, trace, deadlines)
    error = raised.value
    assert (error.kind, error.retryable, trace.sent) == (kind, retryable, billed)
    assert sentence(error).startswith("Haiku")
    assert sentence(error).endswith(".")
    assert "Error" not in sentence(error), "no class names for the operator"
    assert time.monotonic() - began < deadlines.attempt + 1
    if kind in ("refused", "empty"):
        assert trace.bill is not None, "an answer that says no is billed as told"
    assert (await ask(server.base_url, Trace(), LONG)).text == TEXT, (
        "nothing is remembered for ever"
    )


def test_there_are_as_many_cases_as_were_measured() -> None:
    assert len(CASES) >= 40
    assert {kind for _, kind, _, _ in CASES} >= set(KINDS) - {
        "network",
        "slow",
        "proxy",
        "certificate",
        "lost",
        "team_paused",
    }, "what is left out has tests of its own"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://127.0.0.1:9", "network"),
        ("http://localhost.invalid", "network"),
        ("ftp://127.0.0.1", "network"),
        ("not an address", "network"),
        ("http://[::1", "network"),
        ("http://127.0.0.1:99999", "network"),
    ],
)
async def test_a_server_that_is_not_there_was_never_asked(url: str, kind: str) -> None:
    trace = Trace()
    with refused(ModelError, match="cannot be reached") as raised:
        await ask(url, trace)
    assert raised.value.kind == kind
    assert not trace.sent


async def test_a_server_that_speaks_no_tls_was_never_asked(server: RehearsalServer) -> None:
    trace = Trace()
    with pytest.raises(ModelError) as raised:
        await ask(server.base_url.replace("http:", "https:"), trace)
    assert raised.value.kind in ("network", "cut", "slow_first_event")


async def test_a_server_that_takes_the_connection_and_says_nothing_is_late() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        began = time.monotonic()
        with pytest.raises(ModelError) as raised:
            await ask(f"http://127.0.0.1:{deaf.getsockname()[1]}", Trace())
    assert raised.value.kind == "slow_first_event"
    assert time.monotonic() - began < SHORT.attempt


@pytest.mark.parametrize("key", ["two\nlines", "ключ", "tab\tkey"])
async def test_a_key_no_header_can_hold_is_named(server: RehearsalServer, key: str) -> None:
    calls = client(server.base_url, key).stream(
        TIER, PROMPT, max_tokens=9, deadlines=SHORT, trace=Trace()
    )
    with refused(ModelError, match="ANTHROPIC_API_KEY"):
        await anext(calls)
    assert server.requests == []


async def test_no_key_says_the_ways_on() -> None:
    for env in ({}, {"ANTHROPIC_API_KEY": "  "}):
        with refused(NotConfigured, match="rehearsal"):
            ModelClient(env).require_key(TIER)
    own = replace(TIER, base_url="http://127.0.0.1:1", api_key_env="")
    assert ModelClient({}).require_key(own), "a server of one's own may need none"


async def test_a_call_that_goes_on_and_on_is_ended(server: RehearsalServer) -> None:
    server.faults.queue.append(Fault(text="x" * 2000, delay=0.1))
    with refused(ModelError, match=r"timeouts\.attempt") as raised:
        await ask(server.base_url, Trace(), replace(SHORT, between_events=5, attempt=1))
    assert (raised.value.kind, raised.value.retryable) == ("timeout", False)


async def test_a_slow_model_is_told_from_a_dead_one(server: RehearsalServer) -> None:
    server.faults.queue.append(Fault(pings=6, delay=0.2, text=TEXT))
    patient = replace(SHORT, attempt=10)
    assert (await ask(server.base_url, Trace(), patient)).text == TEXT, "a ping is an event"
    server.faults.queue.append(Fault(pings=6, delay=0.2, text=TEXT))
    with refused(ModelError, match="slower than usual") as raised:
        await ask(server.base_url, Trace(), replace(patient, first_token=0.5))
    assert raised.value.kind == "slow"


async def test_comments_are_signs_of_life(server: RehearsalServer) -> None:
    server.faults.queue.append(Fault(comments=6, delay=0.4, text="late"))
    began = time.monotonic()
    assert (await ask(server.base_url, trace := Trace())).text == "late"
    assert time.monotonic() - began > SHORT.first_event, "longer than the first event may take"
    assert trace.first_event_ms is not None
    assert trace.first_event_ms > 2_000


@pytest.mark.parametrize("framing", ["named", "data", "generic"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [False, True])
async def test_a_stream_is_read_however_its_events_are_framed(
    server: RehearsalServer, framing: str, newline: str, bom: bool
) -> None:
    server.faults.queue.append(Fault(text=TEXT, framing=framing, newline=newline, bom=bom))
    result = await ask(server.base_url, trace := Trace())
    assert result.text == TEXT
    assert trace.bill is not None
    assert trace.bill.output_tokens == len(TEXT) / 3
    assert trace.bill.prompt_tokens > 0, "the first event was read"


async def test_what_a_model_thinks_is_not_its_answer(server: RehearsalServer) -> None:
    server.faults.queue.append(Fault(thinking="secret plan", text=TEXT))
    events = client(server.base_url).stream(
        TIER, PROMPT, max_tokens=500, deadlines=SHORT, trace=(trace := Trace())
    )
    found = [event async for event in events]
    assert sum(isinstance(event, Thinking) for event in found) == 1
    assert trace.streamed == TEXT


async def test_an_answer_without_room_is_told_apart(server: RehearsalServer) -> None:
    server.faults.queue.append(Fault(text=TEXT, stop_reason="max_tokens"))
    assert (await ask(server.base_url, Trace())).cut_off
    server.faults.queue.append(Fault(text=TEXT, stop_reason="model_context_window_exceeded"))
    assert not (await ask(server.base_url, Trace())).cut_off, "more room would not help"


@pytest.mark.parametrize("moment", ["before the head", "before an event", "in the middle"])
async def test_a_cancel_closes_the_connection_at_once(server: RehearsalServer, moment: str) -> None:
    long = Fault(text=TEXT * 50, delay=0.01)
    early = {
        "before the head": Fault(first_delay=60),
        "before an event": Fault(after=0, how="stall"),
    }
    server.faults.queue.append(early.get(moment, long))
    slow = Deadlines(first_event=60, between_events=60)
    streamed = asyncio.Event()

    async def call() -> None:
        events = client(server.base_url).stream(
            TIER, PROMPT, max_tokens=5000, deadlines=slow, trace=Trace()
        )
        async with aclosing(events) as stream:
            async for event in stream:
                if isinstance(event, Delta):
                    streamed.set()

    asking = asyncio.ensure_future(call())
    if moment == "in the middle":
        await asyncio.wait_for(streamed.wait(), 20)
    else:
        while not server.requests:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.wait({asking}, timeout=20)
    assert asking.cancelled(), "how soon is measured in the bench"
    async with asyncio.timeout(20):
        while not server.gone:
            await asyncio.sleep(0.001)


def test_every_kind_has_a_sentence_a_word_and_a_place_in_the_policy() -> None:
    own = replace(TIER, base_url="http://127.0.0.1:1", api_key_env="")
    for kind in KINDS:
        for tier in (TIER, own):
            said = failure(kind, tier, sent=True, seconds=1.5, retry_after=90, detail="a\nb.")
            assert sentence(said).startswith("Haiku")
            assert "{" not in sentence(said)
            assert "  " not in sentence(said)
        assert 0 < len(cause(kind)) <= 20
    assert RETRYABLE < FAILS_OVER < set(KINDS)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (8, "8 s"), (99, "99 s"), (120, "2 min"), (3600, "1 h"), (3900, "1 h 5 min")],
)
def test_a_wait_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert human_wait(seconds) == said


def test_what_a_server_asks_for_is_read_with_care() -> None:
    assert retry_after_seconds({"retry-after": "120"}) == 120
    assert retry_after_seconds({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    for odd in ("soon", "-1", "inf", "nan", ""):
        assert retry_after_seconds({"retry-after": odd}) is None
    assert classify(200, "overloaded_error", None, "") == "overloaded"
    assert classify(None, None, None, "") == "server"
    assert classify(400, None, "prompt_too_long", "") == "too_large"
    assert classify(429, None, "enforced_spend_limit_reached", "") == "no_credit"
    assert one_line("a\x00b\n c. ") == "a b c"
