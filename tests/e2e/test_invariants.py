"""Invariants that hold over the whole thread, each by its name."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.e2e.test_money import document, start, state
from tests.support.editor import Editor
from tests.support.rpc import Rpc

from tierwise.core.decision import Signals
from tierwise.core.situation import RULE
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.models.rehearsal.server import RehearsalServer
from tierwise.routing.estimate import estimate
from tierwise.routing.weights import load

MARK = "xylophone_quartet"


async def test_no_text_of_the_operators_in_logs_or_ledger_and_keys_nowhere(
    editor: Editor, rpc: Rpc, env: dict[str, str]
) -> None:
    uri = await start(editor)
    editor.type(uri, 3, f"# {MARK}\n")
    task_id = await document(editor, uri, instruction=f"mention {MARK}")
    await state(rpc, task_id, "proposed", "answered")
    await rpc.request("tierwise/chat/send", {"prompt": f"what is {MARK}?"})
    assert await rpc.stop() == 0
    folder = Path(env["TIERWISE_STATE_DIR"])
    files = [p for p in folder.rglob("*") if p.is_file()]
    assert any("content" in p.parts for p in files), "what features need is kept apart"
    for path in files:
        raw = path.read_bytes()
        assert env["ANTHROPIC_API_KEY"].encode() not in raw, path.name
        if "content" not in path.relative_to(folder).parts:
            assert MARK.encode() not in raw, path.name
        else:
            assert path.stat().st_mode & 0o077 == 0, "content is the operator's alone"


async def test_every_decision_is_replayed_bit_for_bit_from_the_ledger(
    editor: Editor, rpc: Rpc, env: dict[str, str]
) -> None:
    uri = await start(editor)
    await state(rpc, await document(editor, uri), "proposed")
    await rpc.request("tierwise/chat/send", {"prompt": "how should we design the cache?"})
    assert await rpc.stop() == 0
    ledger = sqlite3.connect(Path(env["TIERWISE_STATE_DIR"]) / "ledger.db")
    rows = ledger.execute("select detail, weights from decisions").fetchall()
    assert {rule for (rule,) in ledger.execute("select rule from decisions")} == {RULE}
    ledger.close()
    assert len(rows) >= 2
    for detail, weights in rows:
        kept = json.loads(detail)
        signals = Signals(kept["signals"], frozenset(kept["unknown"]), tuple(kept["text_scores"]))
        again = estimate(signals, load(), DEFAULT_LADDER)
        assert weights == load().hash
        assert kept["estimate"]["need"] == again.need
        assert kept["estimate"]["lower"] == again.lower


async def test_answering_routed_and_reasons_are_in_every_message_of_a_task(
    editor: Editor, rpc: Rpc, model: RehearsalServer
) -> None:
    uri = await start(editor)
    task_id = await document(editor, uri, tier="opus")
    await state(rpc, task_id, "proposed")
    changes = [p for p in rpc.of("tierwise/task/didChange") if p["taskId"] == task_id]
    assert {p["state"] for p in changes} >= {"routing", "running", "proposed"}
    for change in changes:
        assert change["decision"]["answering"] == "opus"
        assert change["decision"]["routed"] in DEFAULT_LADDER.names
        assert change["decision"]["reasons"]
    assert [r["model"] for r in model.requests] == ["claude-opus-5-5"]
