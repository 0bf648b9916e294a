"""One style of help over all commands: every option and argument says what it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tierwise.cli.command_table import COMMANDS
from tierwise.cli.commands import app, load

RUNNER = CliRunner()


def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """A command and every subcommand of it."""
    yield path, command
    for name, one in getattr(command, "commands", {}).items():
        yield from below(one, (*path, name))


ALL = [
    pair
    for entry in COMMANDS
    if entry.name != "serve"
    for pair in below(load(entry), (entry.name,))
]
NAMES = [" ".join(path) for path, _ in ALL]


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
def test_every_option_and_argument_is_explained_in_a_sentence(
    path: tuple[str, ...], command: Any
) -> None:
    assert command.help, f"{path} has no sentence"
    for parameter in command.params:
        said = parameter.help or ""
        assert re.fullmatch(r"[A-Z`].*\.", said, re.DOTALL), (path, parameter.name, said)


@pytest.mark.parametrize(("path", "command"), ALL, ids=NAMES)
@pytest.mark.parametrize("columns", ["40", "64", "80"])
def test_every_help_fits_and_knows_h(
    path: tuple[str, ...], command: Any, columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    told = RUNNER.invoke(app, [*path, "-h"], env={"COLUMNS": columns, "NO_COLOR": "1"})
    assert told.exit_code == 0, told.output
    assert "\x1b" not in told.output
    lines = told.output.splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert not re.search(r"<(bool|int range|float range)>", told.output)
    # A word in square brackets would be taken for a colour, and vanish.
    shown = set(re.findall(r"\w+", told.output))
    texts = [command.help, *(one.help for one in command.params)]
    assert {word for text in texts for word in re.findall(r"\w+", text or "")} <= shown
    cut_off = [line for line in lines if "…" in line or re.search(r"[a-z,:]\.\.\.$", line)]
    assert not cut_off


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("history", "--limit", "abc"), "'--limit': it must be a whole number"),
        (("stats", "--days", "-3"), "'--days': it must be 0 or more"),
        (("stats", "--by", "mood"), "'--by': 'mood' is not one of"),
        (("index", "find"), "Missing argument 'QUERY'"),
        (("replay", "nowhere.jsonl"), "There is no file nowhere.jsonl."),
    ],
)
def test_wrong_usage_is_said_in_plain_words(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    env = {"TIERWISE_STATE_DIR": str(tmp_path), "TIERWISE_CONFIG": str(tmp_path / "none")}
    done = RUNNER.invoke(app, list(words), env={**env, "COLUMNS": "120", "NO_COLOR": "1"})
    assert said in done.output + str(done.exception)
    assert "Value error" not in done.output


def test_serve_knows_h_too() -> None:
    done = subprocess.run([sys.executable, "-m", "tierwise", "serve", "-h"], capture_output=True,
                          text=True, check=True)  # fmt: skip
    assert "--tcp" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("stats", "--days", "-3"), ("history", "--limit", "0"), ("history", "--state", "odd"),
        ("stats", "--by", "mood"), ("replay", "--ledger", "--days", "-1"),
        ("budget", "raise", "-4"),
        ("replay", "x.jsonl", "--redo-cost", "-1"), ("budget", "set", "--day", "nan"),
        ("dial", "sideways"), ("index", "find", "x", "--limit", "0"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_nonsense_is_wrong_usage(words: tuple[str, ...], tmp_path: Any) -> None:
    env = {"TIERWISE_STATE_DIR": str(tmp_path), "TIERWISE_CONFIG": str(tmp_path / "none")}
    assert RUNNER.invoke(app, list(words), env=env).exit_code == 2


def test_bash_completes_with_the_script_it_was_given() -> None:
    script = """
    source <(_TIERWISE_COMPLETE=source_bash tierwise)
    COMP_WORDS=(tierwise stats --by ""); COMP_CWORD=3
    _tierwise_completion tierwise; echo "${COMPREPLY[@]}"
    """
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True,
                          env={**os.environ, "PATH": path})  # fmt: skip
    assert {"day", "tier", "client"} <= set(done.stdout.split()), done.stderr


@pytest.mark.parametrize(("line", "found"), [("tierwise ", "history"), ("tierwise his", "history"),
                                             ("tierwise budget ", "raise"),
                                             ("tierwise stats --", "--days")])  # fmt: skip
def test_a_shell_completes_commands_and_their_options(line: str, found: str) -> None:
    words = line.split(" ")
    env = {**os.environ, "_TIERWISE_COMPLETE": "complete_bash", "COMP_WORDS": line,
           "COMP_CWORD": str(len(words) - 1)}  # fmt: skip
    script = Path(sys.executable).with_name("tierwise")
    done = subprocess.run([script], capture_output=True, text=True, env=env, check=False)
    assert "Usage" not in done.stdout
    assert found in done.stdout.split(), done.stderr
