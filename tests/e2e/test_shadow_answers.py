"""A shadow answer through the server: asked, compared, booked, and told by `learn status`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from tests.e2e.test_cli import run
from tests.e2e.test_outcomes import outcomes
from tests.e2e.test_thread import pending
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.models.rehearsal.faults import Fault
from tierwise.models.rehearsal.server import RehearsalServer

pytestmark = pytest.mark.timeout(120)

KEPT = '```python\ndef add_numbers(a, b):\n    """Add."""\n    return a + b\n```'
SET_OTHERWISE = "```python\ndef add_numbers(a, b):\n    '''Add.'''\n    return a + b\n```"


async def test_the_operator_sees_what_the_cheapest_tier_would_have_written(
    config: Path, editor: Editor, rpc: Rpc, model: RehearsalServer, env: dict[str, str]
) -> None:
    config.write_text('shadow = "first_week"\n', encoding="utf-8")
    await editor.start("eglot")
    await rpc.request("tierwise/status")
    model.faults.queue += [Fault(text=KEPT), Fault(text=SET_OTHERWISE)]
    uri = editor.open("sample.py")
    where = {"textDocument": {"uri": uri}, "range": editor.span(uri, 3, 5)}
    asked = {"action": "document", "tier": "opus", **where}
    task_id = (await rpc.request("tierwise/task/start", asked))["taskId"]
    await editor.run(await pending(editor, uri, "Apply"))
    assert "shadow" in [o["kind"] for o in await outcomes(rpc, task_id, "shadow")]
    assert [call["model"] for call in model.requests] == ["claude-opus-5-5", "claude-haiku-5-5"]
    assert await rpc.stop() == 0

    said = await asyncio.to_thread(run, env, "learn", "status", "--json")
    shadow = json.loads(said.stdout)["shadow"]
    assert (shadow["mode"], shadow["tasks"], shadow["same"]) == ("first_week", 1, 1)
    assert shadow["text"].startswith("Haiku would have written the same edit for 1 of 1 task: ")
    assert shadow["text"].endswith(" less")
    assert shadow["lessUsd"] > shadow["spentUsd"] > 0
