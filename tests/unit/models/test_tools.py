"""The edit tool: offered where the operator says so, paid for, and read like blocks."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tierwise.core.tiers import ALL_FEATURES, DEFAULT_LADDER
from tierwise.edits import answer
from tierwise.models import tools
from tierwise.models.body import body
from tierwise.models.call import CallTurn, Delta, Finished, Prompt, Trace
from tierwise.models.reading import StreamReader

PLAIN = DEFAULT_LADDER.get("haiku")
ABLE = replace(PLAIN, features=ALL_FEATURES | {tools.FEATURE})
CALL = {"edits": [{"path": "a.py", "search": "x = 1\n", "replace": "x = '```'\n"}]}


def test_the_tool_is_offered_where_it_was_asked_for_and_counts_in_the_bound() -> None:
    prompt = Prompt("system", (CallTurn("user", "hi"),))
    assert tools.offered(PLAIN, "edit") == ""
    assert tools.offered(ABLE, "chat") == ""
    offered = replace(prompt, tool=tools.offered(ABLE, "edit"))
    assert "tools" not in body(ABLE, prompt, 100)
    sent = body(ABLE, offered, 100)
    assert sent["tools"] == [tools.TOOL]
    assert "tool_choice" not in sent, "a forced tool is an error on some models"
    assert len(offered.text) > len(prompt.text) + len(json.dumps(sent["tools"]))


def events(*pieces: str) -> list[tuple[str, dict[str, Any]]]:
    deltas = [
        ("content_block_delta", {"index": 1, "delta": {"type": "input_json_delta",
                                                       "partial_json": piece}})
        for piece in pieces
    ]  # fmt: skip
    return [
        ("message_start", {"message": {"usage": {"input_tokens": 5}}}),
        ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
        ("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": "Here:"}}),
        ("content_block_stop", {"index": 0}),
        ("content_block_start",
         {"index": 1, "content_block": {"type": "tool_use", "id": "t", "name": "edit_files"}}),
        *deltas,
        ("content_block_stop", {"index": 1}),
        ("message_delta", {"delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}}),
        ("message_stop", {}),
    ]  # fmt: skip


def test_what_is_passed_to_the_tool_streams_and_is_read_like_blocks() -> None:
    reader, told = StreamReader(ABLE, Trace()), []
    said = json.dumps(CALL)
    for name, payload in events(said[:20], said[20:]):
        told.append(reader.take(name, json.dumps({"type": name, **payload})))
    finished = told[-1]
    assert isinstance(finished, Finished)
    streamed = "".join(e.text for e in told if isinstance(e, Delta))
    assert streamed == finished.result.text
    read = answer.read(finished.result.text, stop_reason=finished.result.stop_reason)
    assert read.problem is None
    assert read.changes == (answer.Replace("a.py", "x = 1\n", "x = '```'\n"),)
    assert read.prose == "Here:"
