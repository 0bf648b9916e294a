"""Outcomes that a client reports by its hooks: how a turn ended, which tools ran, what the operator
said next.

Without hooks the gateway guesses most of this from the bodies of calls, but hooks know it. So once
a conversation has sent a hook, its bodies are no longer read for outcomes. No text is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.outcome import OutcomeKind
from tierwise.gateway import consent, evidence, outcomes
from tierwise.gateway.evidence import ToolCall
from tierwise.gateway.office import Office
from tierwise.gateway.strand import strand_key
from tierwise.gateway.strands import RunningTask, Strands
from tierwise.gateway.survival import EditsWatch

REMEMBERED: Final = 2_000
"""The most conversations whose hooks are remembered. The one that was quiet longest is dropped
first."""
MOST_CALLS: Final = 500
"""The most tool calls of one turn that are kept for its outcome. The oldest are dropped."""


@dataclass
class _Turn:
    """The current turn of a conversation, as its hooks report it."""

    begun: bool = False
    ended: bool = False
    calls: list[ToolCall] = field(default_factory=list)


@dataclass
class Hooks:
    """Records the outcomes that clients report by their hooks: commands that a client runs at
    events such as the end of a turn.
    """

    office: Office
    running: Strands
    edits: EditsWatch
    _turns: OrderedDict[str, _Turn] = field(default_factory=OrderedDict)

    def knows(self, session: str) -> bool:
        """True if a conversation reports its outcomes by hooks."""
        return session in self._turns

    def hear(self, event: str, session: str, data: Mapping[str, Any]) -> RunningTask | None:
        """Take one hook event. Returns the running task that it belongs to, None if none is known.

        `event` and `data` are what Claude Code passes to a hook.
        """
        turn = self._turns.setdefault(session, _Turn())
        self._turns.move_to_end(session)
        while len(self._turns) > REMEMBERED:
            self._turns.popitem(last=False)
        agent = data.get("agent_id")
        key = strand_key(session, agent if isinstance(agent, str) else None)
        task = self.running.get(key)
        match event:
            case "UserPromptSubmit":
                self._spoken(turn, task, str(data.get("prompt", "")))
                self._turns[session] = _Turn(begun=True)
            case "PostToolUse" | "PostToolUseFailure":
                call = _call(data, failed=event == "PostToolUseFailure")
                turn.calls = [*turn.calls, call][-MOST_CALLS:]
                if task is not None:
                    self.edits.saw(task, call)
            case "Stop":
                turn.ended = True
                self._finished(turn, task)
            case _:
                pass
        return task

    def _spoken(self, turn: _Turn, task: RunningTask | None, prompt: str) -> None:
        """Record what the operator's new prompt says about the turn before."""
        if task is None or not task.decisions or not turn.begun:
            return
        kind: OutcomeKind
        if turn.ended or task.state == "answered":
            kind = "reasked" if consent.corrects(prompt) else "wentOn"
        elif task.state in ("running", "cancelled"):
            kind = "interrupted"
        else:
            # It failed or was paused, so the operator saw no work of it.
            return
        outcomes.record(self.office, task, kind)

    def _finished(self, turn: _Turn, task: RunningTask | None) -> None:
        """Record how the last test run after an edit ended, because the turn ended by itself."""
        green = evidence.last_run(turn.calls)
        if task is not None and task.decisions and green is not None:
            outcomes.record(self.office, task, "tests", "green" if green else "red")


def _call(data: Mapping[str, Any], *, failed: bool) -> ToolCall:
    given = data.get("tool_input")
    return ToolCall(
        name=str(data.get("tool_name", "")),
        input=given if isinstance(given, Mapping) else {},
        failed=failed,
        text="",
    )
