"""What the screen says of a request is true of it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tierwise.core.actions import ACTIONS
from tierwise.core.request import FileRef, Request, Selection
from tierwise.present.reasons import words
from tierwise.present.signals import say
from tierwise.routing.explain import why
from tierwise.routing.route import route_one
from tierwise.routing.signals import measure
from tierwise.routing.weights import load

CODE = "def total(items):\n    return sum(items)\n"
SELECTED = Request(
    "edit", "rename total", selection=Selection("a.py", "python", 1, 2, CODE, 400)
)  # fmt: skip


def _all(request: Request) -> list[str]:
    signals = measure(request)
    return [words(sign).rpartition(": ")[0] for sign in why(signals, load(), 1_000)]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_selection_is_never_called_none(action: str) -> None:
    assert action in ACTIONS
    selected = replace(SELECTED, action=action)
    assert "a selection" in _all(selected)
    assert "no selection" not in _all(selected)
    assert "no selection" in _all(replace(selected, selection=None))
    assert "a selection" not in _all(replace(selected, selection=None))


def test_the_wording_is_the_requests_own() -> None:
    assert "what you wrote, as a whole" in _all(SELECTED)
    assert "what you wrote, as a whole" not in _all(replace(SELECTED, instruction=""))
    assert all("other wording" not in words(r) for r in route_one(SELECTED).reasons)


def test_nothing_is_written_where_nothing_was_said() -> None:
    said = _all(replace(SELECTED, instruction=""))
    assert "the action alone, without an instruction" in said
    assert not [sign for sign in said if sign.endswith("written")]


def test_a_share_is_a_part_of_a_whole_and_no_percent() -> None:
    said = _all(replace(SELECTED, instruction="rename total to größe"))
    assert "a small part of the file is selected" in said
    assert "a small part of the letters are other than a to z" in said
    parts = {say("sel.share", share / 1000).removesuffix(" of the file is selected")
             for share in range(1001)}  # fmt: skip
    assert len(parts) == 11
    assert not any("%" in part or any(map(str.isdigit, part)) for part in parts)
    assert say("sel.share", 0.0).startswith("none ")
    assert say("sel.share", 0.001).startswith("a small part ")
    assert say("sel.share", 0.43).startswith("about half ")
    assert say("sel.share", 0.999).startswith("nearly all ")
    assert say("sel.share", 1.0).startswith("all ")


def test_every_sign_names_a_value_the_request_has() -> None:
    """What is said is the signal's value in words, for each signal that has one."""
    request = replace(
        SELECTED,
        files=(FileRef("a.py", "python", 400), FileRef("b.md", "markdown", 1, True)),
        turn=1,
    )
    signals = measure(request)
    facts = {say(name, signals.values.get(name, 0.0)) for name in load().signals} | {
        "what you wrote, as a whole"
    }
    assert set(_all(request)) <= facts
    assert "1 text file" in _all(request)
    assert "1 other file attached" in _all(request)


@pytest.mark.parametrize("name", [*load().signals, *sorted(load().cuts[0].reach)])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_every_fitted_signal_has_words(name: str, count: int) -> None:
    said = say(name, math.log1p(count))
    assert said
    assert "{" not in said
    assert "." not in said
    assert "1 words" not in said
    assert "1 files" not in said
