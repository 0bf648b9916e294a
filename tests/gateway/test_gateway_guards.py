"""Who may ask the gateway: tokens, hosts, origins."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from tests.support.agent import Agent

from tierwise.gateway.hosts import CannotListen
from tierwise.gateway.serve import listen


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
    "host",
    [
        "evil.example", "evil.example:8484", "127.0.0.1.evil.example", "localhost@evil", "",
        "0.0.0.0", "0.0.0.0:8484", "[::]", "[::]:8484", "evil.localdomain", "evil.localhost",
        "evil.localdomain:80", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]",
        "[::1%25lo]", "localhost.", "@127.0.0.1", "127.0.0.1/x", "192.168.0.1", "169.254.0.1",
    ],
)  # fmt: skip
async def test_a_foreign_host_is_refused(agent: Agent, host: str) -> None:
    answer = await agent.ask("hello", headers={"host": host})
    assert answer.status == 403


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "", "evil.localdomain", "evil.localhost", "example.com", "192.168.0.1",
     "127.1", "0", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "localhost.", "::1%lo", "[::1]"],
)  # fmt: skip
async def test_only_this_machine_is_listened_on(gateway_env: dict[str, str], host: str) -> None:
    with pytest.raises(CannotListen, match=r"127\.0\.0\.1, ::1 or localhost"):
        await listen(gateway_env, host, 0)
    assert not Path(gateway_env["TIERWISE_STATE_DIR"]).exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.53", "localhost"])
async def test_every_spelling_of_this_machine_is_listened_on(
    gateway_env: dict[str, str], host: str
) -> None:
    listening = await listen(gateway_env, host, 0)
    assert {address[0] for address in listening.runner.addresses} <= {host, "127.0.0.1", "::1"}
    await listening.close()


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "127.9.9.9", "localhost", "[::1]:99", "LOCALHOST:80", "[::1]"]
)
async def test_every_name_of_this_machine_is_good(agent: Agent, host: str) -> None:
    assert (await agent.ask("hello", headers={"host": host})).status == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:8484", "null"])
async def test_a_page_in_a_browser_is_refused(agent: Agent, origin: str) -> None:
    for path in ("/v1/messages", "/healthz"):
        answer = await agent.ask("hello", path=path, headers={"origin": origin})
        assert answer.status == 403
