"""Prints tasks with their answers written out: `python -m tests.corpus.answers [NAME]`."""

from __future__ import annotations

import difflib
import sys

from tests.corpus.answers.form import Task
from tests.corpus.answers.load import tasks


def show(task: Task) -> None:
    """Print one task, each answer as the model gives it, and the results as diffs."""
    print(f"=== {task.name}: {task.action} {task.file.path}: {task.instruction}")
    print(task.selection.text)
    for answer in task.answers:
        either = answer.may_refuse and answer.verdict != "refused"
        end = f"{answer.verdict} or refused" if either else answer.verdict
        usable = "usable" if answer.usable else "not usable"
        print(f"--- {answer.name} {' '.join(answer.shapes)}: {end}, {usable}, {answer.stop_reason}")
        print(answer.text)
        for outcome in (*answer.right, *answer.marked):
            for path, after in outcome.items():
                before = next((f.text for f in task.files if f.path == path), "")
                lines = difflib.unified_diff(before.split("\n"), after.split("\n"), path, path, n=1)
                print("\n".join(line.rstrip("\n") for line in lines))


for wanted in tasks():
    if sys.argv[1:] in ([], [wanted.name]):
        show(wanted)
