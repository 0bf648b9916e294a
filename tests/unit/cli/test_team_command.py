"""`tierwise team` as a team lead meets it: each answer is a clear sentence, and nothing silent."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tierwise.cli.commands import app
from tierwise.core.errors import TierwiseError

RUNNER = CliRunner()
Team = Callable[..., Result]


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    monkeypatch.setenv("TIERWISE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("TIERWISE_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.chdir(tmp_path)
    return lambda *words: RUNNER.invoke(app, ["team", *words])


def refused(result: Result) -> str:
    """The sentence of a refusal, whether the command line or the program says it."""
    assert result.exit_code != 0
    if isinstance(result.exception, TierwiseError):
        return str(result.exception)
    found = re.search(r"Invalid value[^:]*: (.*?)\s*│?\n", result.output + result.stderr)
    assert found is not None, result.output
    return found.group(1).strip()


def told(result: Result) -> Any:
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.output)


@pytest.mark.parametrize(
    "words",
    [("budget",), ("budget", "--day", "5"), ("policy",), ("policy", "--max-tier", "opus"),
     ("sums",), ("revoke", "Max"), ("invite", "Max")],
    ids=" ".join,
)  # fmt: skip
def test_without_a_team_each_command_says_how_to_begin_one(
    team: Team, words: tuple[str, ...]
) -> None:
    assert "tierwise team init NAME" in refused(team(*words))
    assert told(team("members", "--json")) == {"members": []}
    assert told(team("init", "Olga", "--json"))["role"] == "owner", "nothing was left behind"
    assert told(team("policy", "--json"))["maxTier"] is None


def test_a_server_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    env = {**os.environ, "TIERWISE_STATE_DIR": str(tmp_path / "state"),
           "TIERWISE_STORE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tierwise", "team", "init", "Olga"],
        env=env, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("tierwise: The ledger's database server does not answer")


@pytest.mark.parametrize("name", ["", "  ", "each", "a\nb", "x" * 41, "\x1b[31m"])
def test_a_name_is_one_that_can_be_named(team: Team, name: str) -> None:
    assert refused(team("init", name)).startswith("A name has 1 to 40 characters")
    team("init", "Olga")
    assert refused(team("invite", name)).startswith("A name has 1 to 40 characters")
    assert len(told(team("members", "--json"))["members"]) == 1


def test_a_name_is_one_members_until_that_one_is_revoked(team: Team) -> None:
    team("init", "Olga")
    team("invite", " Max ")
    assert refused(team("invite", "Max")) == (
        "There is a member Max already. Give this one another name."
    )
    assert team("revoke", "Max").exit_code == 0
    assert refused(team("revoke", "Max")) == "Max was revoked already."
    assert team("invite", "Max").exit_code == 0


def test_the_only_owner_stays_so_that_the_team_does(team: Team) -> None:
    team("init", "Olga")
    assert refused(team("revoke", "Olga")).startswith("Olga is the only owner.")
    team("invite", "Otto", "--role", "owner")
    assert team("revoke", "Olga").exit_code == 0
    assert refused(team("revoke", "Otto")).startswith("Otto is the only owner.")
    assert told(team("members", "--json"))["members"][1]["revoked"] is False


def test_an_invitation_says_whose_configuration_is_meant(team: Team, tmp_path: Path) -> None:
    team("init", "Olga")
    said = team("invite", "Max").output
    assert "In Max's own configuration file" in said
    assert str(tmp_path) not in said, "the owner's files are not the member's"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("budget", "--day", "1e30"), "must be"),
        (("budget", "--day", "-1"), "must be"),
        (("budget", "--day", "nan"), "must be"),
        (("budget", "--drop", "--day", "5"), "goes without an amount"),
        (("budget", "--member", "each", "--project", "each", "--day", "1"), "name one of them"),
        (("policy", "--max-tier", "gpt"), "There is no tier 'gpt'."),
        (("policy", "--floor", "reviw=sonnet"), "There is no action 'reviw'."),
        (("policy", "--floor", "review=gpt"), "There is no tier 'gpt'."),
        (("policy", "--floor", "review"), "'review' is no floor."),
        (("policy", "--floor", "review="), "'review=' is no floor."),
        (("sums", "--since", "yesterday"), "'yesterday' is no day."),
        (("sums", "--by", "tiers"), "Sums are by"),
        (("reconcile", "nothing.csv"), "There is no text file nothing.csv."),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else "",
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    team: Team, words: tuple[str, ...], said: str
) -> None:
    team("init", "Olga")
    assert said in refused(team(*words))
    assert told(team("budget", "--json")) == {"caps": []}
    rules = told(team("policy", "--json"))
    assert (rules["maxTier"], rules["floors"]) == (None, {})


def test_one_wrong_rule_of_several_changes_none(team: Team) -> None:
    team("init", "Olga")
    refused(team("policy", "--floor", "review=sonnet", "--floor", "fix=gpt"))
    assert told(team("policy", "--json"))["floors"] == {}


def test_what_is_empty_says_so(team: Team) -> None:
    team("init", "Olga")
    assert "No caps are set." in team("budget").output
    assert "Nothing was spent" in team("sums").output


def test_a_floor_above_the_highest_tier_is_told_as_what_it_comes_to(team: Team) -> None:
    team("init", "Olga")
    said = team("policy", "--floor", "review=opus", "--max-tier", "sonnet").output
    assert "review from opus (so sonnet, the highest)" in said
    assert "(so" not in team("policy", "--max-tier", "opus").output


@pytest.mark.parametrize(
    ("amount", "said"),
    [("1,5", None), ("1.234,56", None), ("1,23", None), ("1,234.56", "$1234.56"),
     ("-1.00", "-$1.00"), ("1234567,890", None), ("12", "$12.00")],
)  # fmt: skip
def test_an_amount_of_an_export_is_read_for_sure_or_refused(
    team: Team, tmp_path: Path, amount: str, said: str | None
) -> None:
    team("init", "Olga")
    file = tmp_path / "export.csv"
    file.write_text(f"date;model;cost_usd\n2026-11-28;claude-haiku-5-5;{amount}\n")
    if said is None:
        assert f"The export holds '{amount}'" in refused(team("reconcile", str(file)))
    else:
        found = team("reconcile", str(file)).output.replace("$1,234.56", "$1234.56")
        assert f"invoice {said}\n" in found
