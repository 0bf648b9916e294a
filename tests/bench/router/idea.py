"""The examples of the idea behind this project, in twenty variations each, and what each may get.

Two kinds that routers get wrong stand beside them: goals named as if they were edits, and plain
renames in many places. They were written to judge and teach nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from tests.bench.router import report

from tierwise.core.actions import Action
from tierwise.core.request import FileRef, ProjectSignals, Request, Selection
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.routing.route import route_one

EXAMPLES: Final = Path(__file__).with_name("idea.tsv")
AGAIN: Final = Path(__file__).with_name("idea_again.tsv")
"""Twenty more of the idea's kinds, with slips of the keys, stories, other languages."""


AGENT_TOOLS: Final = ("read_file", "edit_file", "run_command")
"""What an agent's turn may use at the least."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of request is called, and the tiers it should get: from `least` to `most`.

    `share` is how many of its requests should lie there; none may lie below `never_below`.
    """

    name: str
    least: int
    most: int
    share: float
    never_below: int = 0


KINDS: Final[Mapping[str, Kind]] = {
    "email": Kind("summarise an e-mail", 0, 0, 0.95),
    "rename": Kind("rename a file", 0, 0, 0.95),
    "regex": Kind("a simple regular expression", 0, 0, 0.95),
    "schema": Kind("the database schema for the agent state", 2, 2, 0.8, never_below=1),
    "decision": Kind("an architecture decision", 2, 2, 0.8, never_below=1),
    "multifile": Kind("a refactoring of several files that needs judgement", 2, 2, 0.8, 1),
    "function": Kind("write a function", 0, 1, 0.95),
    "error": Kind("a known error", 0, 1, 0.95),
    "single": Kind("a refactoring of one file", 0, 1, 0.95),
    "goal": Kind("a deep goal under edit", 1, 2, 0.9),
    "wide": Kind("a rename with 30 to 300 usages", 0, 1, 1.0),
}


@dataclass(frozen=True, slots=True)
class Met:
    """How a kind fared: requests in all, those within its tiers, those below what may be."""

    kind: Kind
    asked: int
    within: int
    below: int

    @property
    def enough(self) -> bool:
        """Whether the kind gets what it should."""
        return self.within >= self.kind.share * self.asked and not self.below


def requests(path: Path = EXAMPLES) -> list[tuple[str, Request]]:
    """The examples with their kinds."""
    lines = path.read_text(encoding="utf-8").splitlines()
    told = [line for line in lines if line[:1] != "#"]
    return [_example(line, number) for number, line in enumerate(told)]


def met(path: Path = EXAMPLES) -> list[Met]:
    """Each kind, by the shipped weights at the shipped setting of the dial."""
    routed: dict[str, list[int]] = {}
    for name, request in requests(path):
        routed.setdefault(name, []).append(DEFAULT_LADDER.rank(route_one(request).routed))
    return [judged(KINDS[name], tiers) for name, tiers in routed.items()]


def judged(kind: Kind, routed: Sequence[int]) -> Met:
    """How a kind fared whose requests got these tiers."""
    within = sum(kind.least <= tier <= kind.most for tier in routed)
    return Met(kind, len(routed), within, sum(tier < kind.never_below for tier in routed))


def table() -> str:
    """A line per kind: what it should get, how many do, and how many lie below what may be."""
    names = DEFAULT_LADDER.names
    again = {found.kind.name: found for found in met(AGAIN)}
    lines = []
    for found in met():
        kind = found.kind
        wanted = names[kind.most] if kind.least == kind.most else f"at most {names[kind.most]}"
        more = again.get(kind.name)
        lines.append([kind.name, wanted, f"{100 * kind.share:.0f}",
                      f"{100 * found.within / found.asked:.0f}", str(found.below),
                      f"{100 * more.within / more.asked:.0f}" if more else "",
                      str(more.below) if more else ""])  # fmt: skip
    head = ["asked for", "tier", "wanted %", "reached %", "below what may be", "again %",
            "again below"]  # fmt: skip
    return report.table(head, lines)


def _example(line: str, number: int) -> tuple[str, Request]:
    kind, action, selected, attached, wish = line.split("\t")
    selection, files = None, []
    if lines := int(selected):
        text = "\n".join(["x = f(y)"] * lines)
        selection = Selection("src/a.py", "python", 1, lines, text, max(200, lines))
        files.append(FileRef("src/a.py", "python", max(200, lines)))
    sizes = [int(n) for n in attached.split(",")] if attached != "-" else []
    files += [FileRef(f"src/b{n}.py", "python", size, True) for n, size in enumerate(sizes)]
    project = None
    if kind == "wide":
        usages = (30, 60, 100, 200, 300)[number % 5]
        project = ProjectSignals(usages=usages, usage_files=usages // 4, defined=1)
    request = Request(
        cast(Action, action), wish.replace("\\n", "\n"), selection=selection, files=tuple(files),
        diagnostics=(), tools=AGENT_TOOLS if action == "agent" else (), turn=0, project=project,
    )  # fmt: skip
    return kind, request
