from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.sentences import refused
from typer.testing import CliRunner

from tierwise.cli.budget import app
from tierwise.core.errors import BadRequest, UnknownTask

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config.toml").write_text("[budget]\nday_usd = 5.0\ntimezone = 'UTC'\n")
    monkeypatch.setenv("TIERWISE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TIERWISE_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def facts(*words: str) -> dict[str, object]:
    result = RUNNER.invoke(app, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    assert isinstance(found, dict)
    return found


def test_the_figures_of_the_contract() -> None:
    found = facts()
    assert found["dayUsd"] == 5.0
    assert found["projectUsd"] is None
    assert (found["spentTodayUsd"], found["reservedUsd"], found["spentProjectUsd"]) == (0, 0, 0)
    assert found["state"] == "ok"


def test_set_and_raise_are_kept_in_the_ledger() -> None:
    assert facts("set", "--day", "7", "--project", "50")["dayUsd"] == 7.0
    assert facts("raise", "1.50")["dayUsd"] == 8.5
    assert facts("raise", "$10", "--project")["projectUsd"] == 60.0
    assert facts("set", "--day", "config")["dayUsd"] == 6.5, "the raise holds for today"
    assert facts("set", "--day", "0")["dayUsd"] == 1.5
    assert facts("resume")["state"] == "ok"


@pytest.mark.parametrize("usd", ["-1", "nan", "inf", "x", "1e40"])
def test_what_is_no_amount_is_wrong_usage(usd: str) -> None:
    assert RUNNER.invoke(app, ["set", "--day", usd]).exit_code == 2
    assert RUNNER.invoke(app, ["raise", "--", usd]).exit_code == 2


def test_set_without_a_cap_and_a_raise_of_nothing_are_wrong_usage() -> None:
    assert RUNNER.invoke(app, ["set"]).exit_code == 2
    assert RUNNER.invoke(app, ["raise", "0"]).exit_code == 2


def test_what_cannot_be_done_is_said() -> None:
    with refused(UnknownTask, match="no task 'nix'"):
        RUNNER.invoke(app, ["allow", "nix"], catch_exceptions=False)
    with refused(BadRequest, match="no cap on the project"):
        RUNNER.invoke(app, ["raise", "1", "--project"], catch_exceptions=False)


def test_prices_are_listed_with_their_dates() -> None:
    result = RUNNER.invoke(app, ["prices", "--json"])
    rows = json.loads(result.output)
    sonnet = [row for row in rows if row["model"] == "claude-sonnet-5-5"]
    assert [(row["from"], row["cacheReadUsd"]) for row in sonnet] == [
        ("2026-10-01", 0.2),
        ("2026-10-07", 0.1),
    ]
    shown = RUNNER.invoke(app, ["prices"]).output
    assert ">100,000" in shown
    assert "2026-10-07" in shown
