"""What a client's hooks tell of a turn: how it ended, which tools ran, what the operator said next.

From the bodies alone most of this is read off words and results; a client that tells it by hooks
knows. So once a conversation has told anything, its bodies are not read for outcomes any more.
Nothing that was said is kept.
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
"""Conversations whose hooks are known; the one that was quiet for longest goes first."""
MOST_CALLS: Final = 500
"""Tool calls of one turn that are kept for its outcome; the oldest go."""


@dataclass
class _Turn:
    """The turn that a conversation is at, as its hooks tell it."""

    begun: bool = False
    ended: bool = False
    calls: list[ToolCall] = field(default_factory=list)


@dataclass
class Hooks:
    """Receives the hooks of every conversation at one gateway."""

    office: Office
    running: Strands
    edits: EditsWatch
    _turns: OrderedDict[str, _Turn] = field(default_factory=OrderedDict)

    def knows(self, session: str) -> bool:
        """Whether a conversation tells its outcomes by hooks."""
        return session in self._turns

    def hear(self, event: str, session: str, data: Mapping[str, Any]) -> RunningTask | None:
        """Take note of one event. Returns the task that it was of, or None where none is known.

        `event` and `data` are as Claude Code gives them to a hook.
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
        """The operator speaks again: what that says of the turn before."""
        if task is None or not task.decisions or not turn.begun:
            return
        kind: OutcomeKind
        if turn.ended or task.state == "answered":
            kind = "reasked" if consent.corrects(prompt) else "wentOn"
        elif task.state in ("running", "cancelled"):
            kind = "interrupted"
        else:
            # It failed or was paused: nothing was seen of its work.
            return
        outcomes.record(self.office, task, kind)

    def _finished(self, turn: _Turn, task: RunningTask | None) -> None:
        """A turn came to its end by itself: how its last test run after an edit went."""
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
