"""Budgets on the wire: nothing beyond the cap, paused and said so, raised and it goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import Serve
from tests.support.editor import Editor
from tests.support.rpc import Rpc, RpcError

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

OWN = {"experimental": {"tierwise": {"task": True, "status": True, "budget": True}}}


async def start(editor: Editor) -> str:
    await editor.start({**OWN, "window": {"showMessage": {}}})
    uri = editor.open("sample.py")
    await editor.rpc.request("tierwise/status")
    return uri


async def document(editor: Editor, uri: str, **more: object) -> str:
    params = {"action": "document", "textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5)}
    started = await editor.rpc.request("tierwise/task/start", {**params, **more})
    task_id: str = started["taskId"]
    return task_id


async def state(rpc: Rpc, task_id: str, *wanted: str) -> dict[str, object]:
    """The task once it is in one of these states."""

    def found() -> object:
        mine = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
        return mine[-1] if mine and mine[-1]["state"] in wanted else None

    view: dict[str, object] = await rpc.until(found)
    return view


async def test_a_budget_of_nothing_pays_nothing_and_a_raise_lets_the_task_go_on(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    config.write_text("[budget]\nday_usd = 0\n", encoding="utf-8")
    uri = await start(editor)
    assert (await rpc.request("tierwise/status"))["kind"] == "paused"
    task_id = await document(editor, uri)
    await state(rpc, task_id, "paused")
    assert model.requests == [], "nothing was asked of a model"
    with pytest.raises(RpcError) as refused:
        await rpc.request("tierwise/chat/send", {"prompt": "hello"})
    assert refused.value.name == "BudgetPaused"
    resumed = {"command": "tierwise.budget.resume", "arguments": [{"raiseUsd": 1}]}
    assert (await editor.run(resumed))["kind"] != "paused"
    view = await state(rpc, task_id, "proposed")
    assert view["costUsd"] > 0  # type: ignore[operator]
    assert len(model.requests) == 1


async def test_one_task_can_be_allowed(
    editor: Editor, rpc: Rpc, config: Path, model: RehearsalServer
) -> None:
    config.write_text("[budget]\nday_usd = 0\n", encoding="utf-8")
    uri = await start(editor)
    task_id = await document(editor, uri)
    await state(rpc, task_id, "paused")
    await editor.run({"command": "tierwise.budget.resume", "arguments": [{"allowTask": task_id}]})
    await state(rpc, task_id, "proposed")
    assert (await rpc.request("tierwise/status"))["kind"] == "paused", "the budget stays"


async def test_two_windows_share_one_budget(
    editor: Editor, rpc: Rpc, config: Path, serve: Serve, workspace: Path
) -> None:
    config.write_text("[budget]\nday_usd = 5\n", encoding="utf-8")
    uri = await start(editor)
    await state(rpc, await document(editor, uri), "proposed")
    other = await serve()
    await Editor(other, workspace).start(OWN)
    mine, theirs = await rpc.request("tierwise/status"), await other.request("tierwise/status")
    assert theirs["spentTodayUsd"] == mine["spentTodayUsd"] > 0


async def test_an_override_runs_what_was_asked_or_fails(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    view = await state(rpc, await document(editor, uri, instruction="@opus please"), "proposed")
    assert view["decision"]["answering"] == "opus"  # type: ignore[index]
    assert model.requests[-1]["model"] == "claude-opus-5-5", "requested = executed"
    model.faults.default = Fault(status=529, kind="overloaded_error")
    failed = await state(rpc, await document(editor, uri, tier="opus"), "failed")
    assert failed["error"]["name"] == "ModelError"  # type: ignore[index]
    assert {r["model"] for r in model.requests} == {"claude-opus-5-5"}, "a choice is never swapped"


async def test_a_failover_goes_one_up_and_says_so(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    model.faults.by_model["claude-haiku-5-5"] = Fault(status=529, kind="overloaded_error")
    view = await state(rpc, await document(editor, uri), "proposed")
    decision = view["decision"]
    assert decision["routed"] == "haiku"  # type: ignore[index]
    assert decision["answering"] == "sonnet"  # type: ignore[index]
    assert decision["cause"] == "failover"  # type: ignore[index]
    assert view["causeNote"] == "overloaded"


async def test_a_failed_check_escalates_once_and_is_logged(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    broken = "```python\ndef add_numbers(a, b:\n    return a\n```"
    model.faults.by_model["claude-haiku-5-5"] = Fault(text=broken)
    task_id = await document(editor, uri)
    view = await state(rpc, task_id, "proposed")
    assert view["decision"]["answering"] == "sonnet"  # type: ignore[index]
    assert view["decision"]["cause"] == "escalated"  # type: ignore[index]
    assert "did not parse" in " ".join(view["decision"]["reasons"])  # type: ignore[index]
    history = await rpc.request("tierwise/history/query", {})
    assert [o["kind"] for o in history["tasks"][0]["outcomes"]] == ["superseded"]


async def test_a_redo_supersedes_the_proposal(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    task_id = await document(editor, uri)
    first = await state(rpc, task_id, "proposed")
    rerun = {"command": "tierwise.task.rerunOn", "arguments": [{"taskId": task_id, "tier": "opus"}]}
    assert (await editor.run(rerun))["taskId"] == task_id
    await rpc.until(lambda: model.requests[-1]["model"] == "claude-opus-5-5")
    second = await state(rpc, task_id, "proposed")
    while second["editId"] == first["editId"]:
        second = await state(rpc, task_id, "proposed")
    with pytest.raises(RpcError) as gone:
        await rpc.request("tierwise/edit/get", {"editId": first["editId"]})
    assert gone.value.name == "UnknownEdit"


async def test_an_unknown_price_is_said_and_never_nothing(
    editor: Editor, rpc: Rpc, config: Path
) -> None:
    config.write_text(
        '[[tiers]]\nname = "haiku"\nmodel = "own-model-7"\nmax_tokens = 2048\n', encoding="utf-8"
    )
    uri = await start(editor)
    view = await state(rpc, await document(editor, uri), "proposed")
    assert "price unknown" in " ".join(view["decision"]["reasons"])  # type: ignore[index]
    assert view["costUsd"] > 0  # type: ignore[operator]


async def test_from_eighty_percent_a_soft_task_goes_down_and_it_is_said_once(
    editor: Editor, rpc: Rpc, config: Path
) -> None:
    config.write_text(
        "redo_cost_usd = 0.3\nsoft_target = 0.5\n[budget]\nday_usd = 1\nsoft_at = 0.0001\n",
        encoding="utf-8",
    )
    uri = await start(editor)
    first = await state(rpc, await document(editor, uri), "proposed")
    assert first["decision"]["routed"] != "haiku"  # type: ignore[index]
    await rpc.until(
        lambda: [p for p in rpc.of("tierwise/budget/didChange") if p["state"] == "soft"]
    )
    second = await state(rpc, await document(editor, uri), "proposed")
    assert second["decision"]["answering"] == "haiku"  # type: ignore[index]
    assert second["decision"]["cause"] == "budget"  # type: ignore[index]
    assert second["decision"]["routed"] == first["decision"]["routed"]  # type: ignore[index]
    assert "of today's $1.00 is spent" in second["decision"]["shown"]["sentence"]  # type: ignore[index]
    told = [m for m in rpc.of("window/showMessage") if "budget" in m["message"]]
    assert len(told) == 1
    chosen = await state(rpc, await document(editor, uri, tier="sonnet"), "proposed")
    assert chosen["decision"]["answering"] == "sonnet", "a choice never goes down"  # type: ignore[index]
