"""The weights file: the same data makes the same bytes, on any day."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tierwise.routing import packed, weights
from tierwise.routing.fit import write

WEIGHTS = Path(write.__file__).parents[1] / "weights.json"


def contents() -> tuple[str, dict[str, Any], str]:
    """The shipped file, its contents without the day, and the day."""
    before = WEIGHTS.read_text(encoding="utf-8")
    data = json.loads(before)
    day = data["about"].pop("fitted")
    return before, data, day


def test_a_fit_that_finds_the_same_writes_the_same_bytes_on_another_day() -> None:
    before, data, day = contents()
    assert write.text(write.dated(data, before, "2031-05-06")) == before
    assert day != "2031-05-06"


@pytest.mark.parametrize("before", [None, "", "{}", "no json", '{"about": {"fitted": 3}}'])
def test_without_a_file_of_before_the_day_is_that_of_now(before: str | None) -> None:
    _, data, _ = contents()
    assert write.dated(data, before, "2031-05-06")["about"]["fitted"] == "2031-05-06"


def test_weights_that_differ_have_the_day_of_now() -> None:
    before, data, _ = contents()
    data["about"]["data"] = "others"
    assert write.dated(data, before, "2031-05-06")["about"]["fitted"] == "2031-05-06"


def test_the_packed_file_holds_what_the_readable_one_holds() -> None:
    """`make fit` writes both."""
    readable = weights.parse(WEIGHTS.read_bytes())
    assert Path(weights.PACKED).read_bytes() == packed.pack(readable)
    assert repr(weights.load()) == repr(readable)
