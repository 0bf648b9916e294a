"""`tierwise report`: sums up the ledger for some days, as one page and in the terminal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tierwise import __version__
from tierwise.budget import days as civil
from tierwise.budget.usage import baseline_of
from tierwise.cli.common import configuration, ledger, name_odd, print_json
from tierwise.cli.lines import say
from tierwise.cli.progress import working
from tierwise.cli.table import TableColumn, show
from tierwise.config import paths
from tierwise.core.errors import BadRequest
from tierwise.core.money import to_usd
from tierwise.core.tiers import DEFAULT_LADDER
from tierwise.report import demo
from tierwise.report.add_up import ReportFrame, figures
from tierwise.report.figures import ReportFigures
from tierwise.report.page import page
from tierwise.report.sections import ReportSection, headline, marks, sections

if TYPE_CHECKING:
    from tierwise.config.model import Config
    from tierwise.store.decisions import TaskHistory

BACK_DAYS: Final = 30
FILE: Final = "report.html"
DEMO_FILE: Final = "report-demo.html"


def run(
    example: Annotated[
        bool, typer.Option("--demo", help="Report on an invented week, marked as such.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where the page goes; else the state folder."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="From this day on, as 2026-11-01; else 30 days back."),
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help="Report on rehearsed tasks instead of paid ones.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report spend, tiers, what became of answers and what was learned: a page, and here."""
    config = configuration().config
    today = _today(config)
    first = today - timedelta(days=BACK_DAYS - 1) if since is None else first_day(since)
    with working("Adding up the ledger"):
        report = _demo(today) if example else _own(config, first, today, rehearsal)
        file = _write(report, out, example)
    if as_json:
        print_json(_json(report, file))
        return
    for text in marks(report):
        say(text)
    say(headline(report))
    if not report.tasks:
        say("There is nothing to show yet. `tierwise report --demo` shows an example.")
    for part in sections(report) if report.tasks else ():
        _show(part)
    say(f"\nThe page: {file}")
    name_odd(report.odd)


def first_day(since: str) -> date:
    """Parse a day of the command line. Raises `BadParameter` for no day or a future day."""
    today = _today(configuration().config)
    try:
        found = date.fromisoformat(since)
    except ValueError:
        raise typer.BadParameter(f"'{since}' is no date; write it as {today}") from None
    if found > today:
        raise typer.BadParameter(f"{found} is in the future")
    return found


def _today(config: Config) -> date:
    return date.fromisoformat(civil.day_of(civil.now(), config.budget.timezone))


def _demo(today: date) -> ReportFigures:
    from tierwise.budget.prices import PriceTable

    prices, ladder = PriceTable.load(), DEFAULT_LADDER
    rows = demo.rows(today, ladder, prices)
    frame = ReportFrame(
        since=(today - timedelta(days=demo.DAYS - 1)).isoformat(),
        until=today.isoformat(),
        ladder=ladder,
        prices=prices,
        baseline=ladder.get(ladder.top),
        day_cap=demo.DAY_CAP,
        month_cap=demo.MONTH_CAP,
        month_spent=sum(call.cost for call in rows.calls) * 4,
        invented=True,
        learning=demo.LEARNING,
    )
    return figures(rows, frame)


def _own(config: Config, first: date, today: date, rehearsal: bool) -> ReportFigures:
    from tierwise.budget.purse import Purse
    from tierwise.report.read import read
    from tierwise.store import stats
    from tierwise.store.decisions import with_outcome
    from tierwise.store.stats import LedgerCut
    from tierwise.tasks.window.settings import limits, price_table, project_of

    ladder, prices = config.ladder(), price_table(config)[0]
    month = LedgerCut(since=f"{today.isoformat()[:7]}-01", rehearsal=rehearsal)

    async def ask() -> ReportFigures:
        with ledger() as opened:
            purse = Purse(opened, lambda: prices, lambda: limits(config),
                          lambda: ladder.get(ladder.cheapest))  # fmt: skip
            state = await purse.state(project_of([Path.cwd()]))
            rows = await opened.read(lambda conn: read(conn, first.isoformat(), rehearsal))
            shadow = _shadow(await opened.read(lambda conn: with_outcome(conn, "shadow")))
            spent = await opened.read(lambda conn: sum(stats.spent_by(conn, "day", month).values()))
        frame = ReportFrame(
            since=first.isoformat(),
            until=today.isoformat(),
            ladder=ladder,
            prices=prices,
            baseline=baseline_of(ladder, config.baseline),
            day_cap=None if rehearsal else state.day_limit,
            month_cap=None if rehearsal or state.period == "total" else state.project_limit,
            month_spent=spent,
            rehearsal=rehearsal,
            learning=(*_learned(config), shadow),
        )
        return figures(rows, frame)

    return asyncio.run(ask())


def _shadow(told: Sequence[TaskHistory]) -> str:
    """A sentence on what shadow answers showed."""
    from tierwise.learning.shadow import shadow_sums
    from tierwise.present.learning import shadow

    sums = shadow_sums(told)
    said = shadow(sums.tier, sums.same, sums.tasks, sums.less)
    return f"{said[:1].upper()}{said[1:]}."


def _learned(config: Config) -> tuple[str, ...]:
    """Sentences on what learning did so far."""
    from tierwise.learning import gate
    from tierwise.present import learning as words
    from tierwise.routing.weights import load
    from tierwise.store.learned import LearnedFile
    from tierwise.tasks.learning.learning import read as read_record

    found = read_record(LearnedFile(paths.state_dir(os.environ)), load())
    evidence = found.memory.evidence
    verdict = gate.judge(evidence)
    why = verdict.why if found.on and config.learning.on else "off"
    said = words.gate(why, verdict.needed, evidence.outcomes)
    return (
        f"{said[:1].upper()}{said[1:]}.",
        f"{evidence.outcomes} outcomes were learned from, {evidence.informative} of them"
        " informative (discards, redos, ratings).",
        f"The {words.drift(gate.drift(evidence))}.",
    )


def _write(report: ReportFigures, out: Path | None, example: bool) -> Path:
    folder = paths.state_dir(os.environ)
    file = out if out is not None else folder / (DEMO_FILE if example else FILE)
    made = page(report, f"Made by Tierwise {__version__} from the ledger on this machine.")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(made, encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"{file} cannot be written: {error.strerror}.") from error
    return file.absolute()


def _show(part: ReportSection) -> None:
    from rich.text import Text

    from tierwise.cli.table import console

    console().print(Text(f"\n{part.title}", style="bold"))
    for text in part.lead:
        say(text)
    for table in part.tables:
        last = len(table.columns) - 1
        columns = [
            TableColumn(name, 9 if n in (0, last) else 8 - n, right=n in table.right)
            for n, name in enumerate(table.columns)
        ]
        show(columns, table.rows, table.caption)


def _json(report: ReportFigures, file: Path) -> dict[str, object]:
    return {
        "file": str(file),
        "since": report.since,
        "until": report.until,
        "invented": report.invented,
        "rehearsal": report.rehearsal,
        "tasks": report.tasks,
        "spentUsd": to_usd(report.spent),
        "baseline": report.baseline,
        "baselineUsd": to_usd(report.baseline_cost),
        "savedUsd": to_usd(report.saved),
        "lostUsd": to_usd(report.lost),
        "byDay": {
            day.day: {"tasks": day.tasks, "costUsd": to_usd(day.cost)}
            for day in report.days
            if day.tasks or day.cost
        },
        "byTier": {
            s.tier: {"routed": s.routed, "tasks": s.answered, "costUsd": to_usd(s.cost)}
            for s in report.tiers
        },
        "routedToAnswering": [
            {"routed": m.routed, "answering": m.answering, "cause": m.cause, "tasks": m.tasks}
            for m in report.routed_to
        ],
        "calibration": [
            {"said": b.said, "kept": b.kept, "low": b.low, "high": b.high, "tasks": b.tasks}
            for b in report.calibration
        ],
        "kept": [
            {"tier": k.tier, "action": k.action, "judged": k.judged, "kept": k.kept,
             "undone": k.undone, "survival": k.survival}
            for k in report.kept
        ],
        "escalated": report.escalated,
        "failedOver": report.failed_over,
        "odd": list(report.odd),
    }  # fmt: skip
