"""The first title tells the truth: the tier and confidence that the same request gets later.

It is given before the ledger is opened, so whatever it hangs on is planted by an earlier server
and must be known to the next one from its first answer on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.conftest import Serve
from tests.support.editor import Editor
from tests.unit.learning.test_fold import WEIGHTS, live_memory

from tierwise.learning import record
from tierwise.learning.record import Record
from tierwise.store.learned import LearnedFile

CODE = "def f(a):\n    return a\n\n\n" * 40

DEAR = "redo_cost_usd = 0.2\n"
"""A redo that is dear enough for titles above the cheapest tier, which a budget can lower."""

Plant = Callable[[Editor, Path, Path], Awaitable[None]]


async def nothing(editor: Editor, state: Path, config: Path) -> None:
    """A first start ever."""


async def pin(editor: Editor, state: Path, config: Path) -> None:
    """A pin of the project, chosen in the earlier server."""
    await editor.rpc.request("tierwise/route/override", {"scope": "project", "to": "opus"})


async def action_pin(editor: Editor, state: Path, config: Path) -> None:
    """A pin of one action."""
    where = {"scope": "action", "action": "document", "to": "opus"}
    await editor.rpc.request("tierwise/route/override", where)


async def paused(editor: Editor, state: Path, config: Path) -> None:
    """A day's cap that is spent, so that the budget is paused."""
    await editor.rpc.request("tierwise/chat/send", {"prompt": "explain monads", "tier": "opus"})
    config.write_text(f"{DEAR}[budget]\nday_usd = 0.0001\n", encoding="utf-8")


async def no_money(editor: Editor, state: Path, config: Path) -> None:
    """A cap of nothing, which is reached without any spend."""
    config.write_text(f"{DEAR}[budget]\nday_usd = 0\n", encoding="utf-8")


async def learned(editor: Editor, state: Path, config: Path) -> None:
    """A learned state that decides."""
    state.mkdir(parents=True, exist_ok=True)
    LearnedFile(state).update(lambda _: record.to_json(Record(live_memory(), WEIGHTS.hash)))


@pytest.mark.parametrize("plant", [nothing, pin, action_pin, paused, no_money, learned])
async def test_the_first_titles_are_those_of_a_minute_later(
    plant: Plant, serve: Serve, workspace: Path, tmp_path: Path, config: Path
) -> None:
    config.write_text(DEAR, encoding="utf-8")
    before = Editor(await serve(), workspace)
    await before.start("eglot")
    plain = await titles(before)
    await plant(before, tmp_path / "state", config)
    await before.rpc.stop()

    after = Editor(await serve(), workspace)
    await after.start("eglot")
    first = await titles(after)
    await after.rpc.request("tierwise/status")
    assert first == await titles(after)
    assert len(first) == len(plain) == 8, "seven actions, and the queue of the night"
    if plant is not nothing:
        assert first != plain, "what was planted changes what the titles say"


async def titles(editor: Editor) -> list[str]:
    """The titles at one place: tier, confidence and cost."""
    uri = editor.open("long.py", CODE)
    return [action["title"] for action in await editor.actions(uri, editor.span(uri, 0, 8))]
