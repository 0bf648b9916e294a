"""The rows a fit learns from: requests with the tier they need, tasks with measured outcomes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Final

from tierwise.core.actions import Action
from tierwise.core.dataclass import dataclass
from tierwise.core.request import FileRef, Request
from tierwise.routing import signals
from tierwise.routing.grams import grams
from tierwise.routing.route import parse_request

NEEDS: Final = ("haiku", "sonnet", "opus")
RATES: Final = ("low", "mid", "high")
OWN: Final = "own"
PARAPHRASE: Final = "paraphrase"
"""Sources of rows that were written for the fit; the others are shared data."""
FRAME: Final = "frame"
"""Source of rows that are a labelled row with neutral talk around it."""
NEW: Final = "new"
"""Source of shared rows of kinds that the router was weak in. Figures count them separately."""

WEAK: Final = 1.5
"""Factor on the weight of a `NEW` row: there are few, and three people agreed on most labels."""

_ACTIONS: Final[dict[str, tuple[Action, ...]]] = {
    "generate": ("generate",),
    "swe-verified": ("fix", "fix", "chat"),
    "agentic": ("chat", "chat", "fix", "edit"),
    "repair": ("fix",),
    "edit": ("edit",),
    "explain": ("explain",),
}
"""The actions that tasks of a source or kind may have. The id of a task chooses one of them, so
that no action belongs to a single benchmark."""


_OWN_TOOLS: Final = {
    "-": (),
    "r": ("read_file", "grep"),
    "rw": ("read_file", "grep", "edit_file", "run_tests"),
}


@dataclass(frozen=True)
class RequestRow:
    """A request with its group. Rows of one group never lie on both sides of a split."""

    request: Request
    group: str

    @cached_property
    def measured(self) -> tuple[dict[str, float], frozenset[str]]:
        """The signals without the text scores, and the names of those that are unknown."""
        return signals.quantities(self.request, whole=self.framed)

    @cached_property
    def grams(self) -> dict[str, int]:
        """How often each gram (word, word pair or piece of a word) is in the text that is asked."""
        return grams(self.text)

    @property
    def text(self) -> str:
        """The text that is asked, as the text score reads it."""
        return signals.plain_text(self.request, whole=self.framed)

    @property
    def framed(self) -> bool:
        """Whether small talk around the wish stays in the text, as if it were not recognised."""
        return False


@dataclass(frozen=True)
class LabelledRequest(RequestRow):
    """A request, the index of the tier it needs, and how much the label weighs (about 1)."""

    need: int
    weight: float = 1.0
    language: str = "en"
    source: str = ""

    @property
    def judges(self) -> bool:
        """Whether this row is used for figures. The project's own rows, other wordings and rows
        with talk around them are only for the fit.
        """
        return self.source not in (OWN, PARAPHRASE, FRAME)

    @property
    def framed(self) -> bool:
        """Whether small talk around the wish stays in the text, so that the fit learns to ignore
        it.
        """
        return self.source == FRAME


@dataclass(frozen=True)
class OutcomeRow(RequestRow):
    """A task and the share of answers that passed, per tier from the cheapest."""

    kept: tuple[float, ...]
    source: str = ""


def folder() -> Path:
    """The folder of the shared data: `TIERWISE_DATA`, else the one beside the project."""
    return Path(os.environ.get("TIERWISE_DATA", "../shared/data"))


def labelled(path: Path | None = None) -> list[LabelledRequest]:
    """The labelled requests. Those of kinds that the router was weak in (`NEW`) come from a file
    beside the others.

    Raises `FileNotFoundError` where the data is not there.
    """
    path = path or folder() / "requests.dev.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    beside = path.with_name("requests.new.jsonl")
    if beside.exists():
        added = beside.read_text(encoding="utf-8").splitlines()
        rows += [{**json.loads(line), "source": NEW} for line in added]
    return [labelled_request(row) for row in rows]


def labelled_request(row: dict[str, Any]) -> LabelledRequest:
    """One labelled request from its JSON object."""
    sure = float(row.get("sure", 2))
    weak = row.get("source") == NEW
    return LabelledRequest(
        request=parse_request(row),
        group=_selected(row) or str(row["id"]),
        need=NEEDS.index(row["need"]),
        weight=(0.6 if sure < 1.5 else 0.9 if sure < 2.5 else 1.1) * (WEAK if weak else 1.0),
        language=str(row.get("lang", "en")),
        source=str(row.get("source", "")),
    )


def taught(path: Path | None = None) -> list[LabelledRequest]:
    """All requests a fit learns from: labelled ones, the project's own, and copies of some of both,
    in other words or with small talk around the wish.
    """
    told = [*labelled(path), *own()]
    return [*told, *paraphrases(told), *within_frames(told)]


def within_frames(rows: Sequence[LabelledRequest]) -> list[LabelledRequest]:
    """Copies of a fixed share of these rows with neutral talk around the wish.

    A hash of a row's id and text chooses the rows.
    """
    lines = resources.files(__package__).joinpath("talk.tsv").read_text(encoding="utf-8")
    said = [line for line in lines.splitlines() if line[:1] != "#"]
    given, made = frames(), []
    for row in rows:
        text = row.request.instruction
        number = int(hashlib.sha256(f"{row.request.id} {text}".encode()).hexdigest(), 16)
        if number % FRAMED or not text or len(text) > LONGEST_FRAMED:
            continue
        number //= FRAMED
        before, after = said[number % len(said)], said[(number // 1009) % len(said)]
        before, after = (("", after), (before, ""), (before, after))[(number // 7) % 3]
        if given and number % 5 == 0:
            before, after = given[(number // 5) % len(given)]
        framed = f"{before} {text} {after}".strip()
        made.append(replace(row, request=replace(row.request, instruction=framed), source=FRAME))
    return made


def paraphrases(rows: Sequence[LabelledRequest]) -> list[LabelledRequest]:
    """Other wordings of some of these rows. Each has the group and the label of its row."""
    lines = resources.files(__package__).joinpath("paraphrases.tsv").read_text(encoding="utf-8")
    named = {r.request.instruction if r.source == OWN else r.request.id: r for r in rows}
    told = [line.split("\t") for line in lines.splitlines() if line[:1] != "#"]
    return [_reworded(named[name], text) for name, text in told if name in named]


def _reworded(row: LabelledRequest, text: str) -> LabelledRequest:
    return replace(row, request=replace(row.request, instruction=text), source=PARAPHRASE)


def own() -> list[LabelledRequest]:
    """Requests that the project wrote itself, in several languages. No figure counts them."""
    lines = resources.files(__package__).joinpath("own.tsv").read_text(encoding="utf-8")
    return [_own(n, line) for n, line in enumerate(lines.splitlines()) if line[:1] != "#"]


def _own(number: int, line: str) -> LabelledRequest:
    need, action, language, selected, attached, opened, tools, turn, text = line.split("\t")
    lines = [int(n) for n in attached.split(",")] if attached != "-" else []
    first = "src/a.py"
    files = [{"path": f"lib{n}/b{n}.py", "language": "python", "lines": size, "attached": True}
             for n, size in enumerate(lines)]  # fmt: skip
    files += [{"path": first if int(selected) and not n else f"src/c{n}.py", "language": "python"}
              for n in range(max(0, int(opened) - len(lines)))]  # fmt: skip
    row: dict[str, Any] = {
        "id": f"own{number}",
        "action": action,
        "instruction": text,
        "files": files,
        "diagnostics": [],
        "tools": list(_OWN_TOOLS[tools]),
        "turn": int(turn),
        "need": need,
        "lang": language,
        "source": OWN,
    }
    if int(selected):
        row["selection"] = {"path": first, "language": "python", "start_line": 1,
                            "end_line": int(selected)}  # fmt: skip
    return labelled_request(row)


FRAMED: Final = 4
"""One in this many rows is also in the fit with talk around it, a frame."""
LONGEST_FRAMED: Final = 400
"""The most characters of a wish that gets a frame."""
HELD_FRAMES: Final = ("before12", "before08", "after08", "around03")
"""Shared frames that are left out of the fit, so that figures can use them."""


def frames(held: bool = False) -> list[tuple[str, str]]:
    """Frames: small talk to put around a wish, as (text before, text after).

    They are those for the fit, or with `held` those that no fit sees. Empty without the data.
    """
    path = folder() / "frames.json"
    if not path.exists():
        return []
    every = json.loads(path.read_text(encoding="utf-8"))
    return [(f["before"], f["after"]) for f in every if (f["id"] in HELD_FRAMES) == held]


def outcomes(path: Path | None = None) -> list[OutcomeRow]:
    """The outcome rows that have a prompt.

    Raises `FileNotFoundError` where the data is not there.
    """
    path = path or folder() / "outcomes.dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [outcome(row) for row in rows if row["prompt"]]


def outcome(row: dict[str, Any]) -> OutcomeRow:
    """One outcome row from its JSON object, as if it was asked in a file of its language."""
    number = int(hashlib.sha256(str(row["uid"]).encode()).hexdigest(), 16)
    may = _ACTIONS.get(row["source"]) or _ACTIONS.get(row["kind"], ("chat",))
    agentic = row["kind"] == "agentic" and number % 2
    tools = ("read_file", "edit_file", "run_command") if agentic else ()
    return OutcomeRow(
        request=Request(
            action=may[(number >> 8) % len(may)],
            instruction=row["prompt"],
            id=str(row["uid"]),
            files=(FileRef("work", row["lang"]),),
            diagnostics=(),
            tools=tools,
            turn=0,
        ),
        group=str(row["group"]),
        kept=tuple(float(row["p"][rate]) for rate in RATES),
        source=str(row["source"]),
    )


def digest(paths: Sequence[Path]) -> str:
    """A hash of the data that the fit is made from."""
    found = hashlib.sha256()
    for path in paths:
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _selected(row: dict[str, Any]) -> str:
    text = (row.get("selection") or {}).get("text")
    if not text:
        return ""
    return hashlib.sha256(re.sub(r"\W+", " ", text)[:400].encode()).hexdigest()
