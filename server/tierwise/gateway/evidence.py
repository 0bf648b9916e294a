"""What a conversation's tool calls show: if the model is stuck, what it edited, how tests ended.

Evidence that a tier is not enough moves the task one tier up, once. How the tests ended is an
outcome.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.gateway.message import Block, Body, blocks, messages, result_text
from tierwise.gateway.words import of_message

Stuck = Literal["same call", "errors", "red tests"]

SAME_CALL: Final = 3
"""How many failures of one tool call with the same input show that the model is in a loop."""
ERRORS: Final = 3
"""How many tool errors in a row show that the model is stuck."""
RED_RUNS: Final = 2
"""How many red test runs, each after an edit, show that the edits do not help."""

EDITS: Final = re.compile(r"(?i)edit|write|patch|replace|create_file|str_replace")
RUNS: Final = re.compile(r"(?i)bash|shell|terminal|exec|run|command")
_TESTS: Final = re.compile(
    r"(?i)\b(?:pytest|unittest|tox|nox|jest|vitest|mocha|rspec|phpunit|ctest|playwright test|"
    r"(?:npm|pnpm|yarn|bun)(?: run)? test|go test|cargo (?:test|nextest)|dotnet test|"
    r"mvn(?:w)?\b.*\b(?:test|verify)|gradlew?\b.*\btest|make (?:test|check)|mix test|deno test)\b"
)
_RED: Final = re.compile(
    r"(?im)\b[1-9]\d* (?:failed|failures?|errors?)\b|^(?:FAILED|FAIL|ERROR)\b|\bexit code:? [1-9]|"
    r"\btest result: FAILED|\bBUILD FAILED\b"
)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One tool call with its result. The client says if it `failed`. `text` is what it returned."""

    name: str
    input: Mapping[str, Any]
    failed: bool
    text: str

    @property
    def edits(self) -> bool:
        """True if the tool changes a file, judged by its name."""
        return EDITS.search(self.name) is not None

    @property
    def red(self) -> bool | None:
        """True if this is a test run that failed. None if it is no test run."""
        command = self.input.get("command")
        if not RUNS.search(self.name) or not isinstance(command, str):
            return None
        if not _TESTS.search(command):
            return None
        return self.failed or _RED.search(self.text) is not None


def calls(body: Body) -> Sequence[ToolCall]:
    """The tool calls with a result since the operator's last message in a call's body, in order."""
    found = messages(body)
    spoken = _spoken(found)
    return _done(found[spoken[-1] if spoken else 0 :])


def calls_before(body: Body) -> Sequence[ToolCall]:
    """The finished tool calls between the operator's last two messages: the turn before."""
    found = messages(body)
    spoken = _spoken(found)
    if not spoken:
        return ()
    begin = spoken[-2] if len(spoken) > 1 else 0
    return _done(found[begin : spoken[-1] + 1])


def _spoken(found: Sequence[Block]) -> list[int]:
    return [at for at, message in enumerate(found) if of_message(message)]


def _done(found: Sequence[Block]) -> Sequence[ToolCall]:
    asked: dict[str, Block] = {}
    done: list[ToolCall] = []
    for message in found:
        for block in blocks(message.get("content")):
            kind = block.get("type")
            if kind == "tool_use" and isinstance(block.get("id"), str):
                asked[block["id"]] = block
            elif kind == "tool_result":
                use = asked.pop(str(block.get("tool_use_id")), None)
                if use is not None:
                    done.append(_call(use, block))
    return done


def stuck(done: Sequence[ToolCall]) -> Stuck | None:
    """Why the task's tier seems not to be enough. None if nothing shows that."""
    failures = Counter(
        (call.name, json.dumps(call.input, sort_keys=True)) for call in done if call.failed
    )
    if max(failures.values(), default=0) >= SAME_CALL:
        return "same call"
    row = 0
    for call in done:
        row = row + 1 if call.failed else 0
        if row >= ERRORS:
            return "errors"
    edited, red = False, 0
    for call in done:
        edited = edited or (call.edits and not call.failed)
        if call.red and edited:
            red, edited = red + 1, False
        elif call.red is False:
            red = 0
    return "red tests" if red >= RED_RUNS else None


def last_run(done: Sequence[ToolCall]) -> bool | None:
    """True if the last test run after an edit was green. None if no test ran after an edit."""
    edited, last = False, None
    for call in done:
        edited = edited or (call.edits and not call.failed)
        if edited and call.red is not None:
            last = not call.red
    return last


def _call(use: Mapping[str, Any], result: Mapping[str, Any]) -> ToolCall:
    given = use.get("input")
    return ToolCall(
        name=str(use.get("name", "")),
        input=given if isinstance(given, Mapping) else {},
        failed=result.get("is_error") is True,
        text=result_text(result)[-20_000:],
    )
