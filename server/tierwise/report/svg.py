"""Drawings of a report: SVG as text, in the page's own colours, readable without scripts.

Sizes are in units of the view box. The table below each drawing has all its figures. So for screen
readers a drawing is one sentence, and its parts are hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from tierwise.present import counts
from tierwise.present.money import amount, percent
from tierwise.present.names import label
from tierwise.report.figures import CalibrationBin, DaySpend

WIDTH: Final = 480
HEIGHT: Final = 200
LEFT: Final = 72
"""Room for the widest amount on an axis, such as `$10,000.00`, in text of 12 units."""
BOTTOM: Final = 24
TOP: Final = 24
COLOURS: Final = 4
"""How many tiers have a colour of their own. Further tiers share the last one."""
MUCH: Final = 3
"""A cap above this many times the dearest day is not drawn, because it would flatten the bars."""


def days(spent: Sequence[DaySpend], tiers: Sequence[str], cap: int | None) -> str:
    """A bar per day, stacked by tier. The cap is a line if it is near enough."""
    if not spent:
        return ""
    dearest = max(day.cost for day in spent)
    near = cap if cap and cap <= MUCH * dearest else None
    most = max(dearest, near or 0)
    if not most:
        return ""
    room, tall = (WIDTH - LEFT) / len(spent), HEIGHT - TOP - BOTTOM
    parts = []
    for number, day in enumerate(spent):
        base = float(HEIGHT - BOTTOM)
        for place, tier in enumerate(tiers):
            cost = day.by_tier.get(tier, 0)
            if cost <= 0:
                continue
            height = tall * cost / most
            base -= height
            parts.append(
                f'<rect class="t{min(place, COLOURS - 1)}" x="{LEFT + number * room:.1f}"'
                f' y="{base:.1f}" width="{max(room * 0.8, 0.5):.1f}" height="{height:.1f}">'
                f"<title>{day.day}: {escape(label(tier))} {amount(cost)}</title></rect>"
            )
    if near:
        at = HEIGHT - BOTTOM - tall * near / most
        parts.append(f'<line class="cap" x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH}" y2="{at:.1f}"/>')
        parts.append(_text(WIDTH - 2, at - 4, f"cap {amount(near)}", "end"))
    parts.append(_text(LEFT - 6, TOP + 8, amount(most), "end"))
    parts.append(_text(LEFT - 6, HEIGHT - BOTTOM, "0", "end"))
    for number in sorted({0, len(spent) - 1}):
        anchor = "start" if number == 0 else "end"
        place_x = LEFT if number == 0 else WIDTH
        parts.append(_text(place_x, HEIGHT - 6, spent[number].day, anchor))
    parts.append(_axis())
    said = f"Spend per day from {spent[0].day} to {spent[-1].day}, at most {amount(most)} a day."
    return _drawing(said, parts) + _legend(tiers)


def mix(shares: Sequence[tuple[str, int]]) -> str:
    """One bar of all tasks, split by the tier that answered."""
    total = sum(count for _, count in shares)
    if not total:
        return ""
    parts, at = [], 0.0
    for place, (name, count) in enumerate(shares):
        wide = WIDTH * count / total
        parts.append(
            f'<rect class="t{min(place, COLOURS - 1)}" x="{at:.1f}" y="0" width="{wide:.1f}"'
            f' height="28"><title>{escape(name)}: {counts.tasks(count)}</title></rect>'
        )
        at += wide
    said = ", ".join(f"{name} {percent(count / total)}" for name, count in shares)
    return _drawing(f"Answered by: {said}.", parts, 28) + _legend([name for name, _ in shares])


def calibration(bins: Sequence[CalibrationBin]) -> str:
    """A chart of confidence (along the bottom) and kept share (up the side), with intervals."""
    side, tall = HEIGHT - BOTTOM - TOP, HEIGHT - BOTTOM
    across = WIDTH - LEFT - 10

    def place(said: float, kept: float) -> tuple[float, float]:
        return LEFT + across * said, tall - side * kept

    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    parts = [f'<line class="even" x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}"/>']
    for one in bins:
        (x, y), (_, low), (_, high) = (place(one.said, k) for k in (one.kept, one.low, one.high))
        parts.append(f'<line class="range" x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}"'
                     f' y2="{high:.1f}"/>')  # fmt: skip
        parts.append(
            f'<circle class="t1" cx="{x:.1f}" cy="{y:.1f}" r="4"><title>said'
            f" {percent(one.said)}, kept {percent(one.kept)} of {one.tasks:,}</title></circle>"
        )
    parts.append(_text(LEFT - 6, TOP + 8, percent(1.0), "end"))
    parts.append(_text(LEFT - 6, tall, percent(0.0), "end"))
    parts.append(_text(WIDTH - 4, HEIGHT - 6, "said: certain", "end"))
    parts.append(_text(LEFT, HEIGHT - 6, "said: never", "start"))
    parts.append(_axis())
    return _drawing("Said against kept, with intervals; on the line both are the same.", parts)


def _axis() -> str:
    low = HEIGHT - BOTTOM
    return f'<line class="axis" x1="{LEFT}" y1="{low}" x2="{WIDTH}" y2="{low}"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _drawing(said: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said)}">'
        f"{''.join(parts)}</svg>"
    )


def _legend(names: Sequence[str]) -> str:
    marks = "".join(
        f'<li><span class="mark t{min(n, COLOURS - 1)}" aria-hidden="true"></span>'
        f"{escape(label(name))}</li>"
        for n, name in enumerate(names)
    )
    return f'<ul class="legend">{marks}</ul>'
