"""The dial is written into the operator's own file, and nothing else of the file changes."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.sentences import refused

from tierwise.config.load import operator_config
from tierwise.config.model import Preference
from tierwise.config.writing import with_preference, write_preference
from tierwise.core.errors import BadRequest

FILES = [
    "",
    "# my settings\n",
    "rehearsal = true",
    'preference = "save"\nrehearsal = true\n',
    "redo_cost_usd = 0.2\n[budget]\nday_usd = 5\n",
    "[budget]\nday_usd = 5 # a day\n",
    '# top\npreference = "right" # mine\n\n[budget]\nday_usd = 5\n[pins]\nproject = "haiku"\n',
    "[[tiers]]\nname = 'haiku'\nmodel = 'claude-haiku-5-5'\n",
    "rehearsal = false\r\n[budget]\r\nday_usd = 5\r\n",
    'note = """\npreference = "save"\n[budget]\n"""\n',
    "list = [\n  [1],\n  [2],\n]\n",
    "redo_cost_usd = 0.2 # what my time is worth\n# the day\n[budget] # of mine\nday_usd = 5\n",
    "preference='save'# no space\nredo_cost_usd=1 # an amount\n",
    "# top\n\n# of the table\n# and more\n[budget]\n# inside\nday_usd = 5\n# last",
]


@pytest.mark.parametrize("text", FILES)
@pytest.mark.parametrize("preference", get_args(Preference))
def test_only_the_dial_changes(text: str, preference: Preference) -> None:
    try:
        made = with_preference(text, preference)
    except BadRequest:
        assert '"""' in text
        return
    wanted = {**tomllib.loads(text), "preference": preference}
    wanted.pop("redo_cost_usd", None)
    assert tomllib.loads(made) == wanted
    assert with_preference(made, preference) == made
    assert ("\r\n" in made) == ("\r\n" in text)
    kept = [line for line in text.splitlines() if "preference" not in line and "redo" not in line]
    assert all(line in made.splitlines() for line in kept)
    for comment in re.findall("#.*", text):
        assert comment.rstrip("\r") in made
    assert "# [budget]" not in made
    assert made.count("redo_cost_usd") == text.count("redo_cost_usd")


def test_a_comment_stays_with_its_table() -> None:
    made = with_preference("# the day\n[budget]\nday_usd = 5\n", "save")
    assert made == 'preference = "save"\n\n# the day\n[budget]\nday_usd = 5\n'


def test_an_amount_that_overruled_the_dial_becomes_a_comment() -> None:
    made = with_preference("redo_cost_usd = 0.2 # mine\n", "save")
    assert made == '# redo_cost_usd = 0.2 # mine\npreference = "save"\n'


@settings(deadline=None)
@given(st.text(max_size=60), st.sampled_from(get_args(Preference)))
def test_a_file_that_is_no_toml_is_left_alone(text: str, preference: Preference) -> None:
    try:
        made = with_preference(text, preference)
    except BadRequest:
        return
    assert tomllib.loads(made)["preference"] == preference


def test_the_file_is_made_kept_and_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    write_preference(path, "save")
    assert operator_config(path).config.preference == "save"
    path.chmod(0o640)
    write_preference(path, "right")
    assert operator_config(path).config.preference == "right"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in path.parent.iterdir()] == ["config.toml"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text("rehearsal = true\n", encoding="utf-8")
    link = tmp_path / "config.toml"
    os.symlink(real, link)
    write_preference(link, "save")
    assert link.is_symlink()
    assert tomllib.loads(real.read_text(encoding="utf-8")) == {
        "rehearsal": True, "preference": "save",
    }  # fmt: skip


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("budget = = 5\n", encoding="utf-8")
    with refused(BadRequest, match="no TOML"):
        write_preference(path, "save")
    assert path.read_text(encoding="utf-8") == "budget = = 5\n"
