"""The maker's own SDK through the gateway: whole answers, streams, tools, counts, lists, errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest
import pytest_asyncio
from tests.gateway.conftest import StartGateway
from tests.support.agent import TOOLS
from tests.support.plan_server import Call, PlanServer, Refusal

from tierwise.gateway.serve import Listening


def client_of(listening: Listening) -> anthropic.AsyncAnthropic:
    """The SDK as its documentation says: an address and a key."""
    return anthropic.AsyncAnthropic(
        base_url=listening.url, api_key=listening.gateway.tokens.models, max_retries=0
    )


@pytest_asyncio.fixture
async def sdk(listening: Listening) -> AsyncIterator[anthropic.AsyncAnthropic]:
    client = client_of(listening)
    yield client
    await client.close()


def asked(words: str, **more: Any) -> dict[str, Any]:
    return {
        "model": "auto",
        "max_tokens": 1_000,
        "messages": [{"role": "user", "content": words}],
        **more,
    }


async def test_a_whole_answer(sdk: anthropic.AsyncAnthropic, plan: PlanServer) -> None:
    raw = await sdk.messages.with_raw_response.create(**asked("fix the typo in README"))
    assert raw.headers["x-tierwise-kind"] == "other"
    assert raw.headers["x-tierwise-task"]
    message = await raw.parse()
    assert message.content[0].text == "Done."
    assert message.usage.output_tokens == plan.bills[0]["output_tokens"]
    assert plan.messages[0].data["model"] == "claude-haiku-5-5"


async def test_a_stream_with_thinking_and_a_tool(
    sdk: anthropic.AsyncAnthropic, plan: PlanServer
) -> None:
    plan.thinking, plan.plan, plan.strict = "let me see", [Call("Read", {"file_path": "a"})], True
    said: list[Any] = [{"role": "user", "content": "fix the typo in README"}]
    kinds = []
    for _ in range(2):
        async with sdk.messages.stream(**asked("", messages=said, tools=TOOLS)) as stream:
            async for event in stream:
                kinds.append(event.type)
            message = await stream.get_final_message()
        content = [block.model_dump(exclude_none=True) for block in message.content]
        said.append({"role": "assistant", "content": content})
        uses = [block for block in content if block["type"] == "tool_use"]
        if uses:
            result = {"type": "tool_result", "tool_use_id": uses[0]["id"], "content": "text"}
            said.append({"role": "user", "content": [result]})
    assert message.stop_reason == "end_turn"
    assert {"thinking", "text", "input_json"} <= set(kinds)
    assert said[1]["content"][0]["signature"] == "sig-10"


async def test_counts_and_lists(sdk: anthropic.AsyncAnthropic) -> None:
    body = asked("hello")
    del body["max_tokens"]
    counted = await sdk.messages.count_tokens(**body)
    assert counted.input_tokens > 0
    listed = [model.id async for model in sdk.models.list()]
    assert listed[0] == "auto"


async def test_errors_have_the_types_the_sdk_knows(start: StartGateway, plan: PlanServer) -> None:
    listening = await start()
    sdk = client_of(listening)
    plan.refusals = [Refusal(429, "rate_limit_error", headers={"retry-after": "3"})]
    with pytest.raises(anthropic.RateLimitError) as limited:
        await sdk.messages.create(**asked("hello", model="claude-opus-5-5"))
    assert limited.value.response.headers["retry-after"] == "3"
    with pytest.raises(anthropic.BadRequestError, match=r"thinking\.type"):
        await sdk.messages.create(
            **asked("find the race condition in the billing service and prove it is gone",
                    thinking={"type": "disabled"})
        )  # fmt: skip
    await sdk.close()
    wrong = anthropic.AsyncAnthropic(base_url=listening.url, api_key="wrong", max_retries=0)
    with pytest.raises(anthropic.AuthenticationError):
        await wrong.messages.create(**asked("hello"))
    await wrong.close()
    poor = client_of(await start("[budget]\nday_usd = 0\n"))
    with pytest.raises(anthropic.APIStatusError) as paused:
        await poor.messages.create(**asked("hello"))
    assert paused.value.status_code == 402
    await poor.close()
