"""What is told of the models behind the tiers, from the server's list and from the table."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest
import pytest_asyncio

from tierwise.core.tiers import DEFAULT_LADDER, Ladder, Tier
from tierwise.models.client import ModelClient
from tierwise.models.model_list import ModelFacts, find, judge, successor
from tierwise.models.rehearsal.catalog import MODELS
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.tasks.window.model_check import inspect, warnings

TODAY = date(2026, 11, 26)
LISTED = tuple(ModelFacts.of(entry) for entry in MODELS)


def tier(model: str, **more: object) -> Tier:
    return replace(Tier("sonnet", model, 4096), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "listed", "level", "said"),
    [
        ("claude-sonnet-5-5", LISTED, None, ""),
        ("claude-sonnet-4-5", LISTED, "warning", "(in 4 days). Set claude-sonnet-5-5."),
        ("claude-sonnet-4-5", (), "warning", "(in 4 days). Set claude-sonnet-5-5."),
        ("claude-opus-4-20250514", LISTED, "warning", "longer answers. Set claude-opus-5-5."),
        ("claude-3-5-sonnet-20241022", (), "warning", "longer answers. Set claude-sonnet-5-5."),
        ("claude-3-5-sonnet-latest", LISTED, "warning", "-latest. Set claude-sonnet-5-5."),
        ("claude-sonet-5-5", LISTED, "warning", "sonet-5-5. Check the tier's model."),
        ("claude-opus-4-5", (), "hint", "retires on 2027-01-22"),
        ("claude-opus-5", LISTED, "hint", "claude-opus-5-5 replaced claude-opus-5."),
        ("own-model", (), None, ""),
    ],
)  # fmt: skip
def test_a_model_that_is_gone_leaving_or_unknown_is_said_with_what_to_set(
    model: str, listed: tuple[ModelFacts, ...], level: str | None, said: str
) -> None:
    remarks = judge(tier(model), TODAY, listed)
    assert [r.level for r in remarks] == ([level] if level else [])
    assert said in "".join(r.text for r in remarks)


def test_a_retirement_is_a_warning_from_thirty_days_before() -> None:
    listed = (replace(LISTED[4], retires=date(2027, 3, 1)),)
    for day, level in ((date(2027, 1, 29), "hint"), (date(2027, 1, 30), "warning")):
        assert judge(tier("claude-sonnet-4-5"), day, listed)[0].level == level
    overdue = judge(tier("claude-sonnet-4-5"), date(2027, 3, 2), listed)[0].text
    assert "overdue" in overdue, "the lifecycle tells that a model is gone, not its date"
    assert "is retired" in judge(tier("claude-sonnet-4-5"), date(2026, 12, 1))[0].text


def test_limits_and_efforts_are_held_against_the_list() -> None:
    (big,) = judge(tier("claude-opus-5-5", max_tokens=200_000), TODAY, LISTED)
    assert "128,000 at most" in big.text
    (odd,) = judge(tier("claude-opus-5-5", effort="xhigh"), TODAY, LISTED)
    assert "knows no effort 'xhigh'" in odd.text
    assert judge(tier("claude-opus-5-5", effort="max"), TODAY, LISTED) == ()


def test_an_alias_stands_for_the_newest_dated_id() -> None:
    assert find("claude-sonnet-4-5", LISTED) is LISTED[4]
    assert find("claude-sonnet-4", LISTED) is None
    assert successor("claude-opus-4-5-20251101") == successor("claude-opus-4-5")
    assert successor("claude-opus-5-5") is None


def test_a_list_of_another_maker_is_read_as_far_as_it_goes() -> None:
    found = ModelFacts.of({"id": "qwen3:8b", "object": "model", "created": 1, "owned_by": "x"})
    assert (found.id, found.line, found.efforts, found.retires) == ("qwen3:8b", None, None, None)
    assert judge(Tier("local", "qwen3:8b", 4096), TODAY, (found,)) == ()
    odds: tuple[dict[str, object], ...] = (
        {},
        {"id": None, "capabilities": [], "retires_at": "soon"},
    )
    for odd in odds:
        assert ModelFacts.of(odd).retires is None


@pytest_asyncio.fixture
async def server() -> AsyncIterator[RehearsalServer]:
    found = await RehearsalServer().start()
    yield found
    await found.close()


async def test_every_server_is_asked_once_and_only_with_a_key(server: RehearsalServer) -> None:
    local = Tier("local", "own", 4096, base_url=server.base_url, api_key_env="")
    lost = Tier("lost", "own", 4096, base_url="http://127.0.0.1:9", api_key_env="")
    keyless = Tier("keyless", "claude-3-opus", 4096, api_key_env="NOBODY")
    old = Tier("old", "claude-sonnet-4-5", 4096)
    ladder = Ladder((*DEFAULT_LADDER.tiers, local, lost, keyless, old))
    env = {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": server.base_url}
    found = {one.tier.name: one for one in await inspect(ladder, ModelClient(env), TODAY)}
    assert found["opus"].facts is not None
    assert found["opus"].facts.line == "opus"
    assert found["opus"].remarks == ()
    assert "lists no model own" in found["local"].remarks[0].text
    assert "cannot be reached" in found["lost"].unlisted
    assert found["keyless"].unlisted == "not asked"
    assert not found["keyless"].key
    told = warnings(list(found.values()))
    assert [text.split(":")[0] for text in told] == ["Local", "Keyless", "Old"]
    quiet = await inspect(DEFAULT_LADDER, ModelClient(env), TODAY, ask=False)
    assert {one.unlisted for one in quiet} == {"not asked"}


async def test_a_list_that_fails_is_no_failure(server: RehearsalServer) -> None:
    env = {"ANTHROPIC_API_KEY": "k", "ANTHROPIC_BASE_URL": server.base_url + "/nowhere"}
    found = await inspect(DEFAULT_LADDER, ModelClient(env), TODAY)
    assert all(one.unlisted and not one.remarks for one in found)
    server.faults.default = Fault(status=500)
