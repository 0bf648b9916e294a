"""The table of commands says the truth, and a command imports nothing but its own."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tierwise import __version__
from tierwise.cli.command_table import COMMANDS, CommandEntry
from tierwise.cli.commands import app, load

RUNNER = CliRunner()
HEAVY = ("sqlalchemy", "anthropic", "tree_sitter", "lsprotocol", "pygls", "pydantic")


@pytest.mark.parametrize("entry", COMMANDS, ids=lambda e: e.name)
def test_the_sentence_of_the_table_is_the_first_of_the_command(entry: CommandEntry) -> None:
    own = " ".join((load(entry).help or "").split())
    assert own.startswith(entry.help), own


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_help_lists_every_command(flag: str) -> None:
    told = RUNNER.invoke(app, [flag])
    assert told.exit_code == 0
    for entry in COMMANDS:
        assert entry.name in told.output


# `serve` is dispatched before the command framework; tests/e2e/test_cli.py starts it.
FRAMED = [entry for entry in COMMANDS if entry.name != "serve"]


@pytest.mark.parametrize("entry", FRAMED, ids=lambda e: e.name)
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_every_command_answers_a_short_and_a_long_help(entry: CommandEntry, flag: str) -> None:
    told = RUNNER.invoke(app, [entry.name, flag])
    assert told.exit_code == 0, told.output
    assert "Usage" in told.output


def test_the_version_is_printed() -> None:
    assert RUNNER.invoke(app, ["--version"]).output.strip() == f"tierwise {__version__}"


def test_a_misspelt_command_is_wrong_usage_and_names_the_nearest() -> None:
    told = RUNNER.invoke(app, ["bugdet"])
    assert told.exit_code == 2
    assert "budget" in told.output


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_nothing_heavy_is_imported_to_answer_at_once(arguments: list[str]) -> None:
    code = (
        "import sys\n"
        "from tierwise.cli.commands import app\n"
        f"try: app({arguments!r})\n"
        "except SystemExit: pass\n"
        f"print('LOADED', [n for n in {HEAVY!r} if n in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "LOADED []" in told.stdout
