"""A line plot as SVG, without a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Final

WIDTH: Final = 760
HEIGHT: Final = 380
LEFT: Final = 60
RIGHT: Final = 150
TOP: Final = 40
BOTTOM: Final = 40
COLOURS: Final = ("#0b6e4f", "#c0392b", "#7f8c8d", "#2c6fbb", "#8e44ad", "#b7950b")


def lines_svg(title: str, curves: Mapping[str, Sequence[float]], step: int = 100) -> str:
    """The curves over tasks, `step` tasks per point, named at their right ends."""
    most = max(max(values) for values in curves.values()) * 1.05
    count = max(len(values) for values in curves.values())

    def at(i: float, value: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (i + 1) / count
        return x, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / most

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{escape(title)}</text>',
    ]
    for tick in range(5):
        value = most * tick / 4
        _, y = at(0, value)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        )
    for tick in range(1, count, 2):
        x, _ = at(tick, 0)
        y = HEIGHT - BOTTOM + 18
        parts.append(f'<text x="{x:.1f}" y="{y}" text-anchor="middle">{(tick + 1) * step}</text>')
    ends = sorted((values[-1], name) for name, values in curves.items())
    taken = HEIGHT + 20.0
    labels = {}
    for value, name in ends:
        taken = min(at(0, value)[1] + 4, taken - 14)
        labels[name] = taken
    for colour, (name, values) in zip(COLOURS, curves.items(), strict=False):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(i, v) for i, v in enumerate(values)))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<text x="{WIDTH - RIGHT + 8}" y="{labels[name]:.1f}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])
