"""`tierwise export`: the tasks of the ledger as CSV or JSON lines, for a sheet or a script."""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer

from tierwise.cli.common import name_odd, read
from tierwise.cli.progress import working
from tierwise.cli.report import first_day
from tierwise.core.errors import BadRequest
from tierwise.report.read import read as read_rows
from tierwise.report.rows import ReportRows

COLUMNS: Final = (
    "task", "day", "action", "state", "routed", "answering", "cause", "confidence", "calls",
    "costUsd", "outcomes", "rehearsal",
)  # fmt: skip


class ExportFormat(StrEnum):
    """The formats of the output."""

    csv = "csv"
    jsonl = "jsonl"


def run(
    form: Annotated[ExportFormat, typer.Option("--format", help="The form of a row.")] = (
        ExportFormat.csv
    ),
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to; else standard output.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="From this day on, as 2026-11-01; else everything."),
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Rehearsed tasks instead of paid ones.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
) -> None:
    """Write a row per task: its tiers, its cost and what became of it. No code, no prompt."""
    day = "" if since is None else first_day(since).isoformat()
    with working("Reading the ledger"):
        rows = read(lambda conn: read_rows(conn, day, rehearsal))
    chosen = ExportFormat.jsonl if as_json else form
    if out is None:
        _write(sys.stdout, chosen, rows, rehearsal)
    else:
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                _write(file, chosen, rows, rehearsal)
        except OSError as error:
            raise BadRequest(f"{out} cannot be written: {error.strerror}.") from error
    name_odd(rows.odd)


def _write(file: TextIO, form: ExportFormat, rows: ReportRows, rehearsal: bool) -> None:
    if form is ExportFormat.jsonl:
        for row in _rows(rows, rehearsal):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    sheet = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    sheet.writeheader()
    for row in _rows(rows, rehearsal):
        sheet.writerow({**row, "outcomes": " ".join(row["outcomes"])})


def _rows(rows: ReportRows, rehearsal: bool) -> Iterator[Mapping[str, Any]]:
    costs: dict[str, list[int]] = defaultdict(list)
    for call in rows.calls:
        costs[call.task_id].append(call.cost)
    became: dict[str, list[str]] = defaultdict(list)
    for one in rows.outcomes:
        became[one.task_id].append(one.kind)
    for task in rows.tasks:
        yield {
            "task": task.task_id,
            "day": task.day,
            "action": task.action,
            "state": task.state,
            "routed": task.routed,
            "answering": task.answering,
            "cause": task.cause,
            "confidence": task.confidence,
            "calls": len(costs[task.task_id]),
            "costUsd": sum(costs[task.task_id]) / 1e9,
            "outcomes": list(dict.fromkeys(became[task.task_id])),
            "rehearsal": rehearsal,
        }
