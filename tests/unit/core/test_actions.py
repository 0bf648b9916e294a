"""The table of actions: every row is whole, and the manifest of the VS Code client follows it."""

from __future__ import annotations

import json
from pathlib import Path

from tierwise.core.actions import ACTIONS, TABLE, offered
from tierwise.core.context import Pack
from tierwise.core.request import Request
from tierwise.models import prompts

MANIFEST = Path(__file__).parents[3] / "vscode-client" / "package.json"


def test_the_table_has_a_row_for_every_action_in_order() -> None:
    assert tuple(kind.name for kind in TABLE) == ACTIONS


def test_every_action_has_a_form_of_its_answer_and_a_wish_to_start_from() -> None:
    for kind in TABLE:
        prompt = prompts.build(Request(kind.name, ""), Pack(()))
        assert bool(kind.form) != kind.edits, kind.name
        assert kind.wish in prompt.turns[-1].text
        assert "Answer" in prompt.system.split("exactly as it is.")[1] or kind.form


def test_places_among_the_code_actions_are_taken_once() -> None:
    for selection in (True, False):
        found = offered(selection=selection)
        places = [k.on_selection if selection else k.on_cursor for k in found]
        assert sorted(set(map(str, places))) == sorted(map(str, places))
    assert [k.name for k in offered(selection=True)] == [
        "edit", "explain", "fix", "document", "refactor", "test", "review",
    ]  # fmt: skip


def test_every_action_on_code_has_a_command_in_the_palette() -> None:
    commands = json.loads(MANIFEST.read_text(encoding="utf-8"))["contributes"]["commands"]
    there = {command["command"] for command in commands}
    assert {f"tierwise.ui.{kind.name}" for kind in TABLE if kind.on_code} <= there
