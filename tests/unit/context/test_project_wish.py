"""What a wish says of the project: everywhere or not, names, files, `@project`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.context.project_wish import of_words, split_project_word

SPREAD = (
    "rename foo to bar everywhere in the project",
    "rename foo to bar across the code base",
    "add a timeout parameter to fetch and update all callers",
    "move parse_date into dates.py and fix every import",
    "change its callers too",
    "do this in all files",
    "replace `old_name` in the whole repository",
    "make load async and adapt all the call sites",
)
HERE = (
    "rename foo to bar",
    "add a docstring",
    "make this faster",
    "handle the error in the parser",
    "sort the imports of this file",
    "why is this slow?",
    "return all values",
)


@pytest.mark.parametrize("wish", SPREAD)
def test_a_wish_for_every_place_is_heard(wish: str) -> None:
    assert of_words(wish).everywhere


@pytest.mark.parametrize("wish", HERE)
def test_a_wish_for_one_place_stays_there(wish: str) -> None:
    assert not of_words(wish).everywhere


def test_names_written_as_code_are_certain_and_plain_words_only_perhaps() -> None:
    wish = of_words("where does `load` call parse_date, httpGet or fetch() and what of budget?")
    assert wish.certain == {"load", "parse_date", "httpGet", "fetch"}
    assert wish.perhaps == {"budget"}


def test_a_file_that_is_named_is_a_file_and_no_name() -> None:
    wish = of_words("what does server/app_main.py do with config.toml?")
    assert wish.files == {"server/app_main.py", "config.toml"}
    assert not wish.certain


@pytest.mark.parametrize("wish", ["what is a list?", "how are you?", "explain this code", "why?"])
def test_a_question_about_nothing_names_nothing(wish: str) -> None:
    said = of_words(wish)
    assert not said.certain | said.perhaps | said.files
    assert not said.everywhere


@pytest.mark.parametrize(
    ("prompt", "asked", "rest"),
    [
        ("@project where is money handled?", True, "where is money handled?"),
        ("where is money handled? @project", True, "where is money handled?"),
        ("look at @workspace, what is it?", True, "look at what is it?"),
        ("@project", True, ""),
        ("mail me@project.org", False, "mail me@project.org"),
        ("@project.py is a file", False, "@project.py is a file"),
        ("@@project stays", False, "@@project stays"),
        ("@projects", False, "@projects"),
    ],
)
def test_the_project_is_asked_for_by_a_word_of_its_own(prompt: str, asked: bool, rest: str) -> None:
    assert split_project_word(prompt) == (asked, rest)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_wish_is_read(wish: str) -> None:
    said = of_words(wish)
    assert not said.certain & said.perhaps
    assert split_project_word(split_project_word(wish)[1])[1] is not None
