"""A model that does what a task asks to whatever it is shown, piece by piece, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from tests.bench.project_edits.project_tasks import ProjectTask

from tierwise.models.rehearsal.reading import PromptPiece, ReadPrompt

NOT_CODE = ("outline", "card", "diagnostics")


def answers(task: ProjectTask) -> Callable[[ReadPrompt], str]:
    """The answers to the prompts of a task."""
    change = {"rename": _renamed, "signature": _with_parameter, "move": _moved}[task.kind]

    def answer(asked: ReadPrompt) -> str:
        blocks = []
        for piece in asked.pieces:
            if piece.kind in NOT_CODE:
                continue
            changed = change(task, piece)
            if changed != piece.text:
                blocks.append(_block(piece.path, piece.text, changed))
            if task.kind == "move" and piece.kind == "selection":
                blocks.append(_block(task.target, "", piece.text))
        return "\n\n".join(blocks) or "There is nothing to change in what I was shown."

    return answer


def _block(path: str, old: str, new: str) -> str:
    lines = [f"{part}\n" if part and not part.endswith("\n") else part for part in (old, new)]
    return f"{path}\n<<<<<<< SEARCH\n{lines[0]}=======\n{lines[1]}>>>>>>> REPLACE"


def _renamed(task: ProjectTask, piece: PromptPiece) -> str:
    return re.sub(rf"\b{task.name}\b", task.new_name, piece.text)


def _with_parameter(task: ProjectTask, piece: PromptPiece) -> str:
    text = re.sub(rf"\bdef {task.name}\(", f"def {task.name}(tracing, ", piece.text)
    text = re.sub(rf"(?<!def )\b{task.name}\(\)", f"{task.name}(None)", text)
    return re.sub(rf"(?<!def )\b{task.name}\((?!None\))", f"{task.name}(None, ", text)


def _moved(task: ProjectTask, piece: PromptPiece) -> str:
    if piece.kind == "selection" and piece.path == task.path:
        return ""
    stem = PurePosixPath(task.path).stem
    fresh = PurePosixPath(task.target).stem

    def line(match: re.Match[str]) -> str:
        pad, module, names = match.groups()
        kept = [n.strip() for n in names.split(",") if not re.match(rf"\s*{task.name}\b", n)]
        own = [n.strip() for n in names.split(",") if re.match(rf"\s*{task.name}\b", n)]
        if not own:
            return match.group(0)
        there = re.sub(rf"\b{stem}$", fresh, module)
        there = there if there != module else f"{module.rstrip('.')}.{fresh}"
        rest = f"{pad}from {module} import {', '.join(kept)}\n" if kept else ""
        return f"{rest}{pad}from {there} import {', '.join(own)}"

    return re.sub(r"(?m)^([ \t]*)from[ ]+(\S+)[ ]+import[ ]+([^(\n]+)$", line, piece.text)
