"""A change that one call cannot hold: parts of one task, money for all set aside first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.e2e.test_money import OWN, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

USERS = 9
SMALL = """\
{more}
[[tiers]]
name = "haiku"
model = "claude-haiku-5-5"
max_tokens = 600
context_tokens = 700
{budget}
"""


async def renaming(editor: Editor, config: Path, more: str = "", budget: str = "") -> str:
    """The id of a task that renames a function which six closed files use."""
    config.write_text(SMALL.format(more=more, budget=budget), encoding="utf-8")
    (editor.root / "a.py").write_text("def foo(n):\n    return n + 1\n", encoding="utf-8")
    for number in range(USERS):
        text = f"from a import foo\n\n\ndef use{number}(n):\n    return foo(n) + {number}\n"
        (editor.root / f"user{number:02}.py").write_text(text, encoding="utf-8")
    await editor.start({**OWN, "window": {"showMessage": {}}})
    uri = editor.open("a.py")
    asked = {
        "action": "edit", "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 2),
        "instruction": "rename foo to bar everywhere in the project",
    }  # fmt: skip
    started = await editor.rpc.request("tierwise/task/start", asked)
    task_id: str = started["taskId"]
    return task_id


def files(got: Any) -> set[str]:
    return {h["uri"].rsplit("/", 1)[-1] for h in got["hunks"]}


async def test_every_part_is_called_and_they_become_one_proposal(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    task_id = await renaming(editor, config)
    view: Any = await state(rpc, task_id, "proposed")
    assert len(model.requests) > 2
    got = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
    assert files(got) == {"a.py", *(f"user{n:02}.py" for n in range(USERS))}
    said = {p.get("progress") for p in rpc.of("tierwise/task/didChange")}
    assert f"part 2 of {len(model.requests)}" in said
    assert all(request["max_tokens"] <= 600 for request in model.requests)
    editor.choice = "Apply"
    resolve = {"editId": view["editId"], "action": "apply"}
    assert (await rpc.request("tierwise/edit/resolve", resolve))["applied"] is True
    assert not any("foo" in text for text in editor.texts.values())
    spent = (await rpc.request("tierwise/status"))["spentTodayUsd"]
    assert spent > 0
    assert (await rpc.request("tierwise/status"))["reservedUsd"] == 0


async def test_a_part_without_an_answer_leaves_the_others_and_is_named(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    model.faults.queue = [Fault(), Fault(status=400, kind="invalid_request_error")]
    view: Any = await state(rpc, await renaming(editor, config), "proposed", "failed")
    got = await rpc.request("tierwise/edit/get", {"editId": view["editId"]})
    lost = {f"user{n:02}.py" for n in range(USERS)} - files(got)
    assert lost
    (told,) = [n for n in view["notices"] if "parts were answered" in n]
    assert told.startswith(f"{len(model.requests) - 1} of {len(model.requests)} parts")
    assert all(name in told for name in sorted(lost)[:3])
    (count,) = [n for n in view["notices"] if "files are changed" in n]
    assert count.startswith(f"{USERS - len(lost)} of {USERS} files")
    assert (await rpc.request("tierwise/status"))["reservedUsd"] == 0


async def test_nothing_is_asked_where_the_parts_do_not_fit_the_budget_together(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    task_id = await renaming(editor, config, budget="[budget]\nday_usd = 0.001\n")
    view: Any = await state(rpc, task_id, "failed", "paused")
    assert "parts of this task need up to" in str(view)
    assert not model.requests
    assert (await rpc.request("tierwise/status"))["reservedUsd"] == 0


@pytest.mark.parametrize(("answer", "end"), [("Go on", "proposed"), ("Stop", "failed")])
async def test_the_sum_is_asked_once_before_the_first_call(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer, answer: str, end: str
) -> None:
    editor.choice = answer
    await state(rpc, await renaming(editor, config, "ask_above_usd = 0.0000001"), end)
    (asked,) = [q for q in editor.questions if "Go on?" in q]
    assert "parts and costs" in asked
    assert bool(model.requests) == (end == "proposed")
