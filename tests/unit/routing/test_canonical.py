"""Canonical words: what says the same is read as the same, and nothing else is."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierwise.routing.canonical import LITTLE, SAME, canonical, stem
from tierwise.routing.words import plain

GROUPS = [group.split() for group in re.split(r"(?=\b\w+:)", SAME.strip())]
GROUPS = [[word.removesuffix(":") for word in group] for group in GROUPS if group]
SWAPS = [(group[0], other) for group in GROUPS for other in group[1:]]


@pytest.mark.parametrize(("stands", "other"), SWAPS, ids=[other for _, other in SWAPS])
def test_a_word_of_a_group_reads_like_the_one_that_stands_for_it(stands: str, other: str) -> None:
    for wish in ("{} foo", "we {} the parser", "could foo {}"):
        one, two = (canonical(plain(wish.format(w.replace("_", " ")))) for w in (stands, other))
        assert one == two


def test_no_word_belongs_to_two_groups_and_none_is_little() -> None:
    listed = [word if "_" in word else stem(word) for group in GROUPS for word in group]
    assert [word for word, count in Counter(listed).items() if count > 1] == []
    assert not set(listed) & LITTLE


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(LITTLE)), max_size=4))
def test_little_words_say_nothing(little: list[str]) -> None:
    assert canonical(" ".join(["remove", *little, "parser"])) == canonical("remove parser")


@pytest.mark.parametrize(
    ("one", "other"),
    [("rename the file", "rename files"), ("the tests are failing", "failed test"),
     ("why doesn't it work", "why does it not work?"), ("running queries", "run a query")],
)  # fmt: skip
def test_endings_go(one: str, other: str) -> None:
    first, second = (set(canonical(plain(text)).split()) for text in (one, other))
    assert len(first & second) >= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("remove the cache", "add the cache"), ("show the log", "print the log"),
     ("fix the test", "write the test"), ("is it correct", "is it wrong"),
     ("design the api", "document the api"), ("lock the row", "look at the row")],
)  # fmt: skip
def test_other_wishes_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_canonical_words(text: str) -> None:
    found = canonical(plain(text))
    assert found == " ".join(found.split())
    assert canonical("") == ""


@pytest.mark.parametrize(
    "text", ["リネームして", "переименуй файл", "重命名文件", "c++ and c#", "a.b_c"]
)
def test_other_scripts_and_names_of_code_stay(text: str) -> None:
    assert set(canonical(text).split()) >= {w for w in text.split() if w not in LITTLE}
