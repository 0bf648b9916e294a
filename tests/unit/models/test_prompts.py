"""What a model is asked: the form of its answer, and what it must know of this one request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tierwise.core.actions import ACTIONS, KINDS, Action
from tierwise.core.context import ContextItem, Pack
from tierwise.core.request import Request
from tierwise.models import prompts
from tierwise.models.forms import form
from tierwise.models.rehearsal import reading

SELECTION = ContextItem("selection", "src/a.py", "python", 12, 13, "x = 1\ny = 2\n", 4)
BLOCK = "path/of/file\n<<<<<<< SEARCH\n"


def asked(action: Action, *items: ContextItem) -> str:
    return prompts.build(Request(action, "do it"), Pack(items)).turns[-1].text


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_names_its_form_and_no_model(action: Action) -> None:
    system = prompts.build(Request(action, ""), Pack((SELECTION,))).system
    assert form(KINDS[action]) in system
    assert not any(name in system.lower() for name in ("claude", "haiku", "opus", "gpt"))


@pytest.mark.parametrize("action", ["edit", "fix", "document", "refactor"])
def test_a_selection_is_asked_for_whole_and_what_is_outside_as_blocks(action: Action) -> None:
    asked_for = form(KINDS[action])
    for said in ("complete new text of the selection", "fence longer than any inside it",
                 "an import, another function, another file", "search/replace blocks alone",
                 "one after the other", BLOCK, "without a code block"):  # fmt: skip
        assert said in asked_for, said


@pytest.mark.parametrize("action", ["chat", "generate"])
def test_the_block_form_is_shown_where_it_may_be_used(action: Action) -> None:
    assert BLOCK in form(KINDS[action])


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (replace(SELECTION, end_line=12, part=True),
         "The selection is part of line 12; answer with that part only."),
        (replace(SELECTION, part=True), "The selection is part of lines 12 to 13; answer with"),
        (ContextItem("cursor", "a.py", "python", 7, 7, "<the code goes here>", 4),
         "The mark stands in line 7."),
        (ContextItem("cursor", "a.py", "python", 7, 7, "f(<the code goes here>)", 4, part=True),
         "The mark is inside line 7;"),
        (ContextItem("tests", "test_a.py", "python", 1, 3, "x", 4), "The test file is there"),
        (ContextItem("tests", "test_a.py", "python", 0, 0, "", 4), "The test file is new"),
    ],
)  # fmt: skip
def test_what_is_special_is_said_behind_the_request(item: ContextItem, said: str) -> None:
    assert said in asked("edit", item).split("</request>")[1]
    assert asked("edit", SELECTION).endswith("</request>")


def test_the_file_worked_on_is_read_from_its_top_and_last() -> None:
    kinds = ("selection", "diagnostics", "above", "below", "head", "within", "file", "related")
    text = asked("fix", *(ContextItem(k, "a.py", "python", 1, 1, f"[{k}]", 1) for k in kinds))  # type: ignore[arg-type]  # the kinds above
    order = ["file", "related", "head", "within", "above", "selection", "below", "diagnostics"]
    assert [text.index(f"[{kind}]") for kind in order] == sorted(
        text.index(f"[{kind}]") for kind in order
    )


@pytest.mark.parametrize("text", ["x\n", "x", "x\n\n", "\n", "x\r\n"])
def test_a_piece_is_shown_with_its_own_lines_and_none_more(text: str) -> None:
    item = replace(SELECTION, text=text)
    shown = asked("edit", item)
    assert f">\n{text}" in shown
    assert reading.read(shown).pieces[0].text == text.removesuffix("\n")
