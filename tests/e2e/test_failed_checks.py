"""A failed check on the wire: one step up in the same proposal, or said beside it with the redo."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.e2e.test_money import document, start, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.core.money import to_nanos
from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.present.money import amount

GOOD = '```python\ndef add_numbers(a, b):\n    """Add."""\n    return a + b\n```'
BROKEN = '```python\ndef add_numbers(a, b:\n    """Add."""\n    return a + b\n```'
SHOUTS = '```python\ndef add_numbers(a, b):\n    """ADD."""\n    return a + b\n```'


async def edit(rpc: Rpc, view: dict[str, Any]) -> Any:
    return await rpc.request("tierwise/edit/get", {"editId": view["editId"]})


async def outcomes(rpc: Rpc) -> list[str]:
    history = await rpc.request("tierwise/history/query", {})
    return [o["kind"] for o in history["tasks"][0]["outcomes"]]


async def test_a_broken_edit_is_made_again_one_tier_up(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.queue += [Fault(text=BROKEN), Fault(text=GOOD)]
    uri = await start(editor)
    view: Any = await state(rpc, await document(editor, uri), "proposed")
    decision = view["decision"]
    assert (decision["routed"], decision["answering"]) == ("haiku", "sonnet")
    assert decision["cause"] == "escalated"
    assert decision["reasons"][-1] == "Haiku: the edit did not parse; Sonnet answers"
    assert view["causeNote"] == "the edit did not parse"
    assert (await edit(rpc, view))["note"] == ""
    assert len(model.requests) == 2
    assert await outcomes(rpc) == ["superseded"]


async def test_an_explicit_choice_is_shown_with_its_failed_check(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=BROKEN)
    uri = await start(editor)
    view: Any = await state(rpc, await document(editor, uri, tier="haiku"), "proposed")
    assert view["decision"]["answering"] == "haiku"
    assert view["progress"] == "the edit did not parse"
    assert (await edit(rpc, view))["note"] == "the edit did not parse"
    assert len(model.requests) == 1
    redo = view["redoUsd"]
    assert redo["haiku"] == view["costUsd"], "as many tokens cost as much again"
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    priced = f"Redo with Sonnet · {amount(to_nanos(redo['sonnet']))}"
    assert any(a["title"].endswith(priced) for a in actions), [a["title"] for a in actions]


async def test_a_step_up_dearer_than_may_be_spent_unasked_is_left_to_the_operator(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    config.write_text("ask_above_usd = 0.001\n", encoding="utf-8")
    model.faults.queue += [Fault(text=BROKEN), Fault(text=GOOD)]
    uri = await start(editor)
    task_id = await document(editor, uri)
    view: Any = await state(rpc, task_id, "proposed")
    cost = view["decision"]["costUsd"]
    assert cost["haiku"] < 0.001 < cost["sonnet"], "only the step up is above the limit"
    assert (view["decision"]["answering"], len(model.requests)) == ("haiku", 1)
    assert (await edit(rpc, view))["note"] == "the edit did not parse"
    actions = await editor.actions(uri, editor.span(uri, 3, 5))
    assert any("Redo with Sonnet" in a["title"] for a in actions)
    editor.choice = "Go on"
    redo = {"command": "tierwise.task.rerunOn", "arguments": [{"taskId": task_id, "tier": "up"}]}
    await editor.run(redo)
    await rpc.until(lambda: len(model.requests) == 2)
    assert any("will cost about" in question for question in editor.questions)


async def test_what_was_paid_for_is_shown_when_the_step_up_fails(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.queue.append(Fault(text=BROKEN))
    model.faults.default = Fault(status=400, kind="invalid_request_error")
    uri = await start(editor)
    view: Any = await state(rpc, await document(editor, uri), "proposed")
    assert view["decision"]["answering"] == "haiku"
    found = await edit(rpc, view)
    assert found["note"] == "the edit did not parse"
    assert "b:" in found["hunks"][0]["newText"]


async def test_the_operators_command_counts_where_it_was_content_before(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    code = "import sys; sys.exit(any('ADD' in line for line in sys.stdin))"
    command = json.dumps([sys.executable, "-c", code])
    config.write_text(f"[verify]\npython = {command}\n", encoding="utf-8")
    model.faults.queue += [Fault(text=SHOUTS), Fault(text=GOOD)]
    uri = await start(editor)
    view: Any = await state(rpc, await document(editor, uri), "proposed")
    assert view["decision"]["answering"] == "sonnet"
    name = Path(sys.executable).name
    assert view["decision"]["reasons"][-1] == f"Haiku: {name} refused the edit; Sonnet answers"


async def test_a_cut_off_answer_is_never_a_proposal(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.default = Fault(text=GOOD[:-20], stop_reason="max_tokens")
    uri = await start(editor)
    view: Any = await state(rpc, await document(editor, uri, tier="haiku"), "answered")
    assert view.get("editId") is None
    assert view["progress"] == "the answer was cut off"


async def test_a_retry_is_told_what_failed_and_two_failures_are_both_said(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    model.faults.queue += [Fault(text=BROKEN), Fault(text=BROKEN), Fault(text=GOOD)]
    uri = await start(editor)
    view: Any = await state(rpc, await document(editor, uri), "proposed")
    assert len(model.requests) == 2, "the same failure twice is no reason to pay a third time"
    told = [json.dumps(request) for request in model.requests]
    assert "could not be used: the edit did not parse" not in told[0]
    assert "could not be used: the edit did not parse" in told[1]
    said = (await edit(rpc, view))["note"]
    assert said == "Haiku and Sonnet alike: the edit did not parse"


async def test_two_tiers_that_fail_otherwise_are_both_quoted(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    snippet = "Add this:\n\n```python\nassert a > b\n```\n"
    model.faults.queue += [Fault(text=snippet), Fault(text=BROKEN)]
    uri = await start(editor)
    view: Any = await state(rpc, await document(editor, uri), "proposed")
    said = (await edit(rpc, view))["note"]
    assert said.startswith("Sonnet: the edit did not parse; Haiku: the code of the answer does not")


async def test_a_selection_too_long_to_be_repeated_is_asked_for_as_blocks(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    await start(editor)
    body = "".join(f"    value_{n} = compute_something({n})\n" for n in range(420))
    text = f"def long():\n{body}"
    uri = editor.open("long.py", text)
    block = (
        "long.py\n<<<<<<< SEARCH\n    value_7 = compute_something(7)\n=======\n"
        "    value_7 = compute_something(8)\n>>>>>>> REPLACE\n"
    )
    model.faults.default = Fault(text=block)
    task = {"action": "edit", "instruction": "make it eight", "tier": "haiku",
            "textDocument": {"uri": uri}, "range": editor.span(uri, 0, 421)}  # fmt: skip
    started = await rpc.request("tierwise/task/start", task)
    view: Any = await state(rpc, started["taskId"], "proposed")
    assert "search/replace blocks alone" in json.dumps(model.requests[-1])
    assert len(model.requests) == 1
    await rpc.request("tierwise/edit/resolve", {"editId": view["editId"], "action": "apply"})
    assert editor.texts[uri] == text.replace("something(7)\n", "something(8)\n", 1)
