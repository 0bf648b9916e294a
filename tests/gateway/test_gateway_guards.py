"""Who may ask the gateway: tokens, hosts, origins."""

from __future__ import annotations

import os
import stat

import pytest
from tests.support.agent import Agent


async def test_the_tokens_are_for_their_owner_alone(agent: Agent) -> None:
    tokens = agent.listening.gateway.tokens
    assert tokens.models != tokens.operator
    for file in (tokens.models_file, tokens.operator_file):
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/hello"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_liveness_needs_no_token(agent: Agent, path: str, method: str) -> None:
    answer = await agent.send(method, path, headers={"authorization": ""})
    assert answer.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ""},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic {models}"},
        {"authorization": "", "x-api-key": "wrong"},
    ],
)
async def test_without_the_token_nothing_is_answered(agent: Agent, headers: dict[str, str]) -> None:
    token = agent.listening.gateway.tokens.models
    given = {name: value.format(models=token) for name, value in headers.items()}
    answer = await agent.ask("hello", headers=given)
    assert (answer.status, answer.data["error"]["type"]) == (401, "authentication_error")
    assert "ANTHROPIC_AUTH_TOKEN" in answer.message
    assert token not in answer.message


async def test_either_header_and_the_operators_token_are_good(agent: Agent) -> None:
    tokens = agent.listening.gateway.tokens
    for headers in (
        {"authorization": "", "x-api-key": tokens.models},
        {"authorization": f"bearer {tokens.operator}"},
    ):
        assert (await agent.ask("hello", headers=headers)).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8484", "127.0.0.1.evil.example", "localhost@evil", ""]
)
async def test_a_foreign_host_is_refused(agent: Agent, host: str) -> None:
    answer = await agent.ask("hello", headers={"host": host})
    assert answer.status in (400, 403)
    assert answer.status == 403 or host == ""


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "[::1]:99", "LOCALHOST:80"])
async def test_every_name_of_this_machine_is_good(agent: Agent, host: str) -> None:
    assert (await agent.ask("hello", headers={"host": host})).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8484", "null"])
async def test_a_page_in_a_browser_is_refused(agent: Agent, origin: str) -> None:
    for path in ("/v1/messages", "/healthz"):
        answer = await agent.ask("hello", path=path, headers={"origin": origin})
        assert answer.status == 403
