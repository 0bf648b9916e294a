"""One price for every spelling of a model, and no price for what may be another."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tierwise.budget.model_ids import normal
from tierwise.budget.prices import PriceTable
from tierwise.core.money import Usage

NOW = datetime(2026, 11, 28, tzinfo=UTC)
USED = Usage(1_000, 200, 300, 40, 50)
PRICES = PriceTable.load()

SPELLINGS = [
    "{}", "{}-20261001", "{}-2026-10-01", "{}@20261001", "{}-latest", "{}@default", "{}-v1",
    "{}-20261001-v1:0", "{}-v1:0", "{}:0", "anthropic/{}", "anthropic.{}",
    "anthropic.{}-20261001-v1:0", "us.anthropic.{}-20261001-v1:0", "eu.anthropic.{}-v1:0",
    "apac.anthropic.{}-v2:0", "global.anthropic.{}-20261001-v1:0", "us-gov.anthropic.{}",
    "bedrock/us.anthropic.{}-v1:0", "bedrock/converse/anthropic.{}", "vertex_ai/{}@20261001",
    "azure_ai/{}", "openrouter/anthropic/{}", "anthropic/{}:beta", "anthropic/{}:thinking",
    "{}[1m]", "{}-20261001[1m]", " {} ", "litellm_proxy/anthropic/{}",
    "publishers/anthropic/models/{}@20261001",
    "projects/p-1/locations/us-east5/publishers/anthropic/models/{}@20261001",
    "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.{}-20261001-v1:0",
]  # fmt: skip
MODELS = ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-sonnet-4-6"]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("model", MODELS)
def test_every_spelling_costs_what_the_model_costs(model: str, spelling: str) -> None:
    for name in (model, model.upper(), dotted(model), model.replace("-", "_")):
        written = spelling.format(name)
        assert normal(written) == model, written
        assert PRICES.known(written), written
        assert PRICES.cost(written, USED, NOW) == PRICES.cost(model, USED, NOW)
        assert PRICES.dearest_band(written, NOW, 900_000) == PRICES.dearest_band(
            model, NOW, 900_000
        )
        assert PRICES.known(written, "http://127.0.0.1:1"), "behind a gateway too"


def dotted(model: str) -> str:
    """The version as gateways write it: "claude-opus-5.5"."""
    head, minor = model.rsplit("-", 1)
    return f"{head}.{minor}"


@pytest.mark.parametrize(
    "model",
    [
        "claude-opus-5-5-fast", "claude-opus-5-5:nitro", "claude-opus-9", "claude-opus-5-5-1",
        "claude", "qwen3:8b", "gpt-5.1-2026-10-01", "claude-opus-5-50", "anthropic/claude-mini",
        "claude-opus-5-5-20261001-preview", "openrouter/auto", "notclaude-opus-5-5",
    ],
)  # fmt: skip
def test_what_may_be_another_model_is_unknown_and_costs_the_dearest_rate(model: str) -> None:
    assert not PRICES.known(model)
    dearest = max(PRICES.cost(row.model, USED, NOW) for row in PRICES.rows if row.model)
    assert PRICES.cost(model, USED, NOW) >= dearest


def test_another_makers_id_stays_as_it_is() -> None:
    for model in ("qwen2.5-coder:7b", "Llama_3.1-v2:0", "gpt-5.1-2026-10-01"):
        assert normal(model) == model


def test_the_operators_own_price_counts_for_every_spelling_and_the_exact_one_first() -> None:
    own = {"model": "claude-opus-5-5", "input": "7", "output": "7"}
    exact = {"model": "us.anthropic.claude-opus-5-5-v1:0", "input": "9", "output": "9"}
    table = PriceTable.load([own, exact])
    assert table.rate("anthropic/claude-opus-5.5", NOW, 1).output == 7_000
    assert table.rate("us.anthropic.claude-opus-5-5-v1:0", NOW, 1).output == 9_000
    assert table.rate("eu.anthropic.claude-opus-5-5-v1:0", NOW, 1).output == 7_000
    server = {"model": "claude-opus-5-5", "base_url": "http://h/v1/", "input": "1", "output": "1"}
    table = PriceTable.load([server])
    for url in ("http://h", "http://h/", "http://h/v1", "HTTP://H/v1/messages"):
        assert table.rate("anthropic/claude-opus-5.5", NOW, 1, url).output == 1_000
    assert table.rate("anthropic/claude-opus-5.5", NOW, 1).output == 20_000
