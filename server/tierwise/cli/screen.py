"""The terminal of `tierwise try`: decisions, streams, diffs and questions."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from tierwise.cli.lines import broken
from tierwise.cli.prose import ProseFilter
from tierwise.cli.table import has_width
from tierwise.core.decision import Decision, Estimate, Reason
from tierwise.core.money import to_nanos
from tierwise.present.money import amount, amounts
from tierwise.present.names import label
from tierwise.present.reasons import words
from tierwise.present.shown import shown


class Screen:
    """Writes to the terminal, and asks questions if somebody can answer."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)
        self.interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self.editing = False
        """Whether the answers that stream are edits. Their code is left out: a diff follows."""
        self._prose: ProseFilter | None = None

    def say(self, text: str) -> None:
        """Print a line."""
        self._end_stream()
        self._within(Text(text))

    def heading(self, text: str) -> None:
        """Print a heading with an empty line above it."""
        self._end_stream()
        self.console.print()
        self.console.print(Text(text, style="bold"))

    def stream(self, view: Mapping[str, Any]) -> None:
        """Print one piece that a task streams: its decision, some text, or why it starts again."""
        if view["kind"] == "decision":
            self.decision(view["decision"])
        elif view["kind"] == "delta":
            self._prose = self._prose or ProseFilter(code=not self.editing)
            self._print(self._prose.feed(view["delta"]))
        elif view.get("reason"):
            self.say(f"   {view['reason']}")

    def decision(self, wire: Mapping[str, Any]) -> None:
        """Print the decision in a sentence, its forecast against the top tier, and the reasons."""
        decision = _decision(wire)
        costs = decision.cost
        top = list(costs)[-1]
        line = Text("   ")
        line.append(shown(decision).sentence, style="bold")
        forecast, always = amounts(costs[decision.answering], costs[top])
        line.append(f" · forecast {forecast}")
        line.append(f", always {label(top)} {always}", style="dim")
        self._end_stream()
        self._within(line)
        for reason in decision.reasons:
            self._within(Text(f"     {words(reason)}", style="dim"))

    def answered(self, wire: Mapping[str, Any], cost_usd: float) -> None:
        """Print which tier answered, and what that cost."""
        decision = _decision(wire)
        self.say(f"   {label(decision.answering)} answered for {amount(to_nanos(cost_usd))}.")

    def diff(self, text: str, note: str) -> None:
        """Print a unified diff, below the note if there is one."""
        self._end_stream()
        if note:
            self.console.print(Text(f"   {note}", style="yellow"))
        self.console.print(Syntax(text.rstrip(), "diff", background_color="default"))

    def ask(self, question: str) -> bool:
        """Ask a yes-or-no question. Returns False if nobody can answer."""
        if not self.interactive:
            return False
        self._end_stream()
        try:
            return self.console.input(Text(question)).strip().lower() in ("y", "yes")
        except EOFError:
            return False

    def _print(self, text: str) -> None:
        for line in text.splitlines():
            self._within(Text(f"   {line}", style="dim"))

    def _within(self, line: Text) -> None:
        """Print a line, broken between words where a terminal is narrower than it."""
        if not has_width(sys.stdout):
            self.console.print(line)
            return
        at = 0
        for part in broken(line.plain, self.console.width):
            words = part.lstrip(" ")
            at = line.plain.index(words, at)
            left = Text(" " * (len(part) - len(words)))
            self.console.print(left + line[at : at + len(words)])
            at += len(words)

    def _end_stream(self) -> None:
        if self._prose is not None:
            ended, self._prose = self._prose, None
            self._print(ended.end())


def _decision(wire: Mapping[str, Any]) -> Decision:
    return Decision(
        first=wire["first"],
        routed=wire["routed"],
        answering=wire["answering"],
        confidence=wire["confidence"],
        cause=wire["cause"],
        estimate=Estimate(wire["estimate"], wire["lower"], wire["accept"]),
        cost={tier: to_nanos(usd) for tier, usd in wire["costUsd"].items()},
        reasons=tuple(Reason.said(text) for text in wire["reasons"]),
        explicit=wire["explicit"],
    )
