"""What commands print keeps within the terminal, at 40 columns as at 80; a pipe has no width."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from tests.support.full_ledger import fill
from typer.testing import CliRunner

from tierwise.cli import commands
from tierwise.cli.commands import app
from tierwise.cli.lines import broken
from tierwise.cli.page import shared
from tierwise.cli.screen import Screen
from tierwise.store.ledger import Ledger

COMMANDS = (
    ("budget",), ("dial",), ("doctor",), ("history",), ("index", "status"), ("learn", "diff"),
    ("learn", "status"), ("queue", "list"), ("queue", "report"), ("replay", "--ledger"),
    ("report", "--since", "2025-01-01"), ("stats", "--days", "0"), ("stats", "--by", "tier"),
    ("team", "list"), ("why", "t0001"), ("why", "t0001", "--sent"),
)  # fmt: skip


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    ledger = Ledger.open(folder)
    fill(ledger)
    ledger.close_sync()
    return folder


def told(state: Path, *words: str, **env: str) -> str:
    own = {"TIERWISE_STATE_DIR": str(state), "TIERWISE_CONFIG": str(state / "no"), **env}
    return CliRunner().invoke(app, list(words), env=own).output


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_line_is_wider_than_the_terminal(
    state: Path, command: tuple[str, ...], width: int
) -> None:
    said = told(state, *command, COLUMNS=str(width), NO_COLOR="1")
    assert said.strip()
    wide = [line for line in said.split("\n") if cell_len(line) > width]
    # A word that is longer than the line stays whole.
    assert [line for line in wide if " " in line.strip()] == []


def test_an_error_keeps_within_the_terminal(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setattr("sys.argv", ["tierwise", "why", "nobody"])
    monkeypatch.setenv("TIERWISE_STATE_DIR", str(state))
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("tierwise: There is no task")
    assert max(cell_len(line) for line in said.split("\n")) <= 40


def test_what_try_says_keeps_within_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    screen = Screen()
    screen.say("   one two three four five six seven eight nine ten")
    screen.stream({"kind": "delta", "delta": "word " * 20 + "\n"})
    screen.heading("A heading")
    said = capsys.readouterr().out.split("\n")
    assert said[:2] == ["   one two three four five six seven", "   eight nine ten"]
    assert all(cell_len(line.rstrip()) <= 40 for line in said)
    assert sum(line.count("word") for line in said) == 20


def test_why_is_markdown_in_a_pipe_and_drawn_in_a_terminal(state: Path) -> None:
    piped, drawn = told(state, "why", "t0001"), told(state, "why", "t0001", COLUMNS="80")
    assert re.search(r"^\*\*.+\*\*$", piped, re.MULTILINE)
    assert re.search(r"^\| tier +\| enough for ", piped, re.MULTILINE)
    assert "**" not in drawn
    assert "|" not in drawn
    words = re.compile(r"\w+")
    assert words.findall(drawn) == words.findall(piped), "the same words in the same order"


def test_a_drawn_page_has_no_colour_where_none_is_wanted(state: Path) -> None:
    told_so = told(state, "why", "t0001", COLUMNS="80", NO_COLOR="1", FORCE_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7]m", told_so)


@given(st.text("ab 漢", max_size=200), st.integers(4, 60))
def test_a_line_is_broken_between_words_and_keeps_all_of_them(line: str, width: int) -> None:
    parts = broken(line, width)
    assert " ".join(part.lstrip(" ") for part in parts).split() == line.split()
    left = len(line) - len(line.lstrip(" "))
    for part in parts:
        assert cell_len(part.rstrip(" ")) <= width or " " not in part.strip(" ")
        assert part.startswith(" " * left)


def test_a_line_that_fits_stays_as_it_is() -> None:
    assert broken("  haiku:  2  tokens", 40) == ["  haiku:  2  tokens"]
    assert broken("", 40) == [""]


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), min_size=1), st.integers(1, 90))
def test_columns_give_way_to_their_longest_word_before_a_word_breaks(
    sizes: list[tuple[int, int]], room: int
) -> None:
    most, least = [max(pair) for pair in sizes], [min(pair) for pair in sizes]
    widths = shared(most, least, room)
    assert sum(widths) <= max(room, len(sizes))
    assert all(0 < width <= wanted for width, wanted in zip(widths, most, strict=True))
    if sum(least) <= room:
        assert all(width >= needed for width, needed in zip(widths, least, strict=True))
    if sum(most) <= room:
        assert widths == most
