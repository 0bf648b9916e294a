"""The report as one HTML file. It loads nothing, runs no script, and can be printed.

It uses no chart library. A timeline of a few hundred bars is a few hundred rectangles, which the
server writes, and the tables below have every figure. A library would add weight, and a script that
some readers block.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources

from tierwise.report.figures import ReportFigures
from tierwise.report.sections import ReportSection, ReportTable, headline, marks, sections

OPEN_ROWS = 14
"""How many rows of a table are shown at once. The rest is folded."""


def page(report: ReportFigures, made: str) -> str:
    """The whole page. `made` is a sentence that says when and by which version it was made."""
    parts = sections(report)
    title = f"Tierwise: {report.since} to {report.until}"
    style = resources.files(__package__).joinpath("page.css").read_text("utf-8")
    return "".join(
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta http-equiv="Content-Security-Policy"'
            " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            '<meta name="color-scheme" content="light dark">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            f"<header><h1>{escape(title)}</h1>",
            *(f'<p class="note" role="note">{escape(text)}</p>' for text in marks(report)),
            f'<p class="headline">{escape(headline(report))}</p>',
            _contents(parts),
            "</header><main>",
            *(_section(part) for part in parts),
            f"</main><footer><p>{escape(made)}</p></footer></body></html>\n",
        )
    )


def _contents(parts: Sequence[ReportSection]) -> str:
    links = "".join(f'<li><a href="#{part.id}">{escape(part.title)}</a></li>' for part in parts)
    return f'<nav aria-label="Contents"><ul>{links}</ul></nav>'


def _section(part: ReportSection) -> str:
    drawing = f'<div class="drawing">{part.drawing}</div>' if part.drawing else ""
    lead = "".join(f"<p>{_code(text)}</p>" for text in part.lead)
    tables = "".join(_table(table, part.title) for table in part.tables)
    return (
        f'<section id="{part.id}" aria-labelledby="{part.id}-title">'
        f'<h2 id="{part.id}-title">{escape(part.title)}</h2>{lead}{drawing}{tables}</section>'
    )


def _table(table: ReportTable, title: str) -> str:
    if not table.rows:
        return ""
    name = escape(table.caption or title)
    head = "".join(
        f'<th scope="col"{_side(table, n)}>{escape(text)}</th>'
        for n, text in enumerate(table.columns)
    )
    caption = f"<caption>{name}</caption>" if table.caption else ""
    shown, rest = table.rows[:OPEN_ROWS], table.rows[OPEN_ROWS:]
    made = _scrolled(f"{caption}<thead><tr>{head}</tr></thead>{_body(table, shown)}", name)
    if not rest:
        return made
    more = _scrolled(f"<thead><tr>{head}</tr></thead>{_body(table, rest)}", f"{name}, continued")
    return f"{made}<details><summary>{len(rest):,} more rows</summary>{more}</details>"


def _scrolled(inner: str, name: str) -> str:
    """A table that scrolls by itself, also by keyboard, if it is wider than the screen."""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="Table: {name}">'
        f"<table>{inner}</table></div>"
    )


def _body(table: ReportTable, rows: Sequence[tuple[str, ...]]) -> str:
    made = "".join(
        "<tr>"
        + "".join(
            f'<th scope="row"{_side(table, 0)}>{escape(cell)}</th>'
            if n == 0
            else f"<td{_side(table, n)}>{escape(cell)}</td>"
            for n, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    return f"<tbody>{made}</tbody>"


def _side(table: ReportTable, number: int) -> str:
    return ' class="n"' if number in table.right else ""


def _code(text: str) -> str:
    """A sentence as HTML, with the words in backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(parts))
